//! A program that has rights which its caller lacks does nothing that the caller's environment says.

use clrhost_abi::{Guid, Hresult, IID_ICLASSFACTORY};
use clrhost_probe::CLSID_PROBE;
use std::ffi::{CString, c_void};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The user who starts the program.
const NOBODY: u32 = 65534;
/// Names the library for the program.
const LIBRARY: &str = "CLRHOST_TEST_LIBRARY";

type DllGetClassObject = unsafe extern "C" fn(*const Guid, *const Guid, *mut *mut c_void) -> Hresult;

/// The program: does what a runtime does to load its profiler.
#[test]
#[ignore = "run by the other test, as another program"]
fn program() {
    let library = CString::new(std::env::var(LIBRARY).expect("it is named")).unwrap();
    // SAFETY: C strings; the library is the one under test, and its function of this type. The result is a place of this frame.
    let answer = unsafe {
        let library = libc::dlopen(library.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null(), "the library is loaded");
        let function = libc::dlsym(library, c"DllGetClassObject".as_ptr());
        assert!(!function.is_null(), "it has the way in");
        let function: DllGetClassObject = std::mem::transmute(function);
        let mut object = std::ptr::null_mut();
        function(&CLSID_PROBE, &IID_ICLASSFACTORY, &mut object)
    };
    // SAFETY: reads a number.
    let secure = unsafe { libc::getauxval(libc::AT_SECURE) };
    println!("secure={secure} answer={:#010x}", answer.0);
}

/// Runs the program as nobody, in a folder where all may write. Answers what it printed, and what it said on stderr.
fn run(program: &Path, folder: &Path) -> (String, String) {
    let mut command = Command::new(program);
    command.args(["--exact", "program", "--ignored", "--nocapture"]).current_dir("/").uid(NOBODY).gid(NOBODY);
    command.env(LIBRARY, folder.join("libclrhost_profiler.so"));
    command.env("CLRHOST_REPORT", folder.join("report.json")).env("CLRHOST_CONTROL", "off");
    let output = command.output().expect("the program can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_set_user_id_program_is_not_told_what_to_do() {
    // SAFETY: takes nothing and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        eprintln!("skipped: only root can make a program that is root's whoever starts it");
        return;
    }
    let folder = Folder::new();
    let test = std::env::current_exe().expect("the test has a path");
    let place = |name: &str| folder.0.join(name);
    fs::copy(test.with_file_name("libclrhost_profiler.so"), place("libclrhost_profiler.so")).unwrap();
    fs::copy(&test, place("plain")).unwrap();
    fs::copy(&test, place("secure")).unwrap();
    for (name, mode) in [("libclrhost_profiler.so", 0o755), ("plain", 0o755), ("secure", 0o4755)] {
        fs::set_permissions(place(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    // First that it does without more rights: it works, and the report is where the caller says.
    let (out, err) = run(&place("plain"), &folder.0);
    assert!(out.contains("secure=0 answer=0x00000000"), "{out}{err}");
    assert!(place("report.json").exists());
    fs::remove_file(place("report.json")).unwrap();

    let (out, err) = run(&place("secure"), &folder.0);
    if out.contains("secure=0") {
        eprintln!(
            "skipped: {} is mounted so that no program there has rights of its own",
            folder.0.display()
        );
        return;
    }
    let refusal = format!("secure=1 answer={:#010x}", Hresult::CLASS_E_CLASSNOTAVAILABLE.0);
    assert!(out.contains(&refusal), "{out}{err}");
    assert!(err.contains("clrhost: the program has rights that its caller lacks"), "{err}");
    assert!(!place("report.json").exists());
}

/// A folder that everybody may write to, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("clrhost-secure-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
