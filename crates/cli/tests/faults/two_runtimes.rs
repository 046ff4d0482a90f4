//! Two CoreCLRs in one process: the first is watched, the second is not and is said not to be.

use crate::support::{Program, assert_same};
use crate::watched;
use clrhost_testkit::{dotnet_root, fixture, scratch};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The runtime that tests run on.
fn framework() -> PathBuf {
    let versions = fs::read_dir(dotnet_root().join("shared/Microsoft.NETCore.App")).expect("a runtime");
    versions.map(|entry| entry.expect("an entry").path()).max().expect("a version")
}

/// A second one of the same version: its native libraries are copies, so that the system takes them for others.
fn second() -> PathBuf {
    let folder = scratch("second-runtime");
    for entry in fs::read_dir(framework()).expect("a runtime") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if path.extension().is_some_and(|extension| extension == "so") {
            fs::copy(&path, folder.join(name)).expect("a writable folder");
        } else {
            std::os::unix::fs::symlink(&path, folder.join(name)).expect("a writable folder");
        }
    }
    folder
}

fn check(runtime: &Path) {
    let program = Program::fixture("TwoRuntimes").args([runtime, &fixture("Values")]);
    let dotnet = program.under_dotnet();
    dotnet.assert_code(0);
    let library = runtime.join("libcoreclr.so");
    let unhooked =
        format!("everything in a second runtime of this process, {}: one is watched", library.display());
    for mut watched in watched(&program) {
        // The second runtime asks for the probe where it is in the environment.
        let told: Vec<_> = watched.finished.stderr.lines().map(str::to_owned).collect();
        watched.finished.stderr.clear();
        assert!(told.iter().all(|line| line.contains("loads the probe once more")), "{told:?}");
        assert_eq!(told.len(), usize::from(watched.report.mode == clrhost::report::Mode::Trace), "{told:?}");
        assert_same(&watched.finished, &dotnet);
        watched.assert_sound();
        watched.assert_as_expected();
        assert_eq!(watched.report.unhooked, [unhooked.as_str()], "{}", watched.text);
        assert!(watched.report.notes.iter().any(|note| note.code == "unhooked"), "{}", watched.text);
    }
}

#[test]
fn of_the_same_version() {
    let second = second();
    check(&second);
    let _ = fs::remove_dir_all(second);
}

/// `cargo xtask test` fetches one into `target/clrhost/dotnet-3.1`.
#[test]
#[ignore = "needs .NET Core 3.1 in CLRHOST_TEST_DOTNET31_ROOT"]
fn of_two_versions() {
    let root = env::var_os("CLRHOST_TEST_DOTNET31_ROOT").map(PathBuf::from);
    let root = root.expect("CLRHOST_TEST_DOTNET31_ROOT names the folder of a .NET Core 3.1");
    let versions = fs::read_dir(root.join("shared/Microsoft.NETCore.App")).expect("a runtime");
    check(&versions.map(|entry| entry.expect("an entry").path()).max().expect("a version"));
}
