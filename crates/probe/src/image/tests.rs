//! Against assemblies that are there: the compiled managed part, and CoreLib where a .NET is installed.

use super::*;
use std::path::PathBuf;

pub(super) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(super) fn with_file(path: PathBuf, check: impl FnOnce(Image<'_>)) {
    let Ok(file) = std::fs::read(&path) else {
        eprintln!("{} is not there", path.display());
        return;
    };
    // SAFETY: the file lies there as it is, and stays for as long as the image is used.
    check(unsafe { Image::loaded_at(file.as_ptr(), true) }.expect("an assembly has metadata"));
}

pub(super) fn corelib() -> PathBuf {
    let versions = workspace().join("target/clrhost/dotnet/shared/Microsoft.NETCore.App");
    let version = std::fs::read_dir(versions).ok().and_then(|mut versions| versions.next()?.ok());
    version.map(|version| version.path().join("System.Private.CoreLib.dll")).unwrap_or_default()
}

#[test]
fn methods_types_and_signatures_of_corelib_are_found() {
    with_file(corelib(), |image| {
        let marshal = image.type_def("System.Runtime.InteropServices.Marshal").unwrap();
        let found: Vec<_> = image.methods(marshal, "GetFunctionPointerForDelegate").collect();
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|method| image.class_of(method.token) == marshal));
        assert_eq!(image.type_name(marshal).as_deref(), Some("System.Runtime.InteropServices.Marshal"));
        let delegate = image.type_def("System.Delegate").unwrap();
        assert!(image.field(delegate, "_target").is_some());
        assert!(image.signatures().any(|(_, signature)| signature.first() == Some(&7)));
        assert_eq!(image.type_def("System.NoSuchType"), None);
        let system = image.nested_type(image.type_def("Interop").unwrap(), "Sys").unwrap();
        assert_eq!(image.type_name(system).as_deref(), Some("Interop.Sys"));
    });
}

#[test]
fn attributed_methods_are_found_and_no_others() {
    with_file(corelib(), |image| {
        const NAMESPACE: &str = "System.Runtime.InteropServices";
        let methods = image.methods_with(NAMESPACE, "UnmanagedCallersOnlyAttribute");
        let names: Vec<_> = methods.iter().map(|&method| image.method(method).name).collect();
        assert!(names.contains(&"OnPosixSignal"), "{names:?}");
        assert!(names.len() < 50, "{names:?}");
        assert!(image.methods_with(NAMESPACE, "NoSuchAttribute").is_empty());
    });
}

#[test]
fn what_is_no_assembly_has_no_metadata() {
    // SAFETY: nothing is read behind the first two bytes.
    assert!(unsafe { Image::loaded_at(b"\x7FELF".as_ptr(), true) }.is_none());
    // SAFETY: null is not read.
    assert!(unsafe { Image::loaded_at(std::ptr::null(), false) }.is_none());
    assert!(Image::of_metadata(b"BSJB").is_none());
}
