//! Runtimes that nobody verified: which source is used, and who is told.
//!
//! Such a runtime is made of the one of the tests: a folder of another name, and a copy of the runtime's library that says another
//! version of itself.

mod support;

use clrhost_testkit::{Run, dotnet_root, dotnet_version, fixture, leave_out, scratch};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use support::{Hosted, Program, Source, best_source, files};

/// What a runtime is to look like.
struct Disguise {
    /// The name of its folder.
    folder: &'static str,
    /// What its library says that its major version is.
    says: Option<u8>,
}

const NEWER: Disguise = Disguise { folder: "11.0.0", says: Some(11) };

/// A root with the runtime of the tests in disguise; `None`, which is said, if the library of this version does not say its version in
/// the way that is known here.
fn disguised(disguise: &Disguise) -> Option<PathBuf> {
    let root = scratch("disguised");
    let shared = dotnet_root().join("shared/Microsoft.NETCore.App");
    let real = shared.join(files(&shared).pop().expect("an installed runtime"));
    let fxr = dotnet_root().join("host/fxr");
    let hostfxr = fxr.join(files(&fxr).pop().expect("a hostfxr")).join("libhostfxr.so");
    let framework = root.join("shared/Microsoft.NETCore.App").join(disguise.folder);
    let host = root.join("host/fxr").join(disguise.folder);
    for folder in [&framework, &host] {
        fs::create_dir_all(folder).expect("a writable folder");
    }
    symlink(hostfxr, host.join("libhostfxr.so")).expect("a writable folder");
    fs::copy(dotnet_root().join("dotnet"), root.join("dotnet")).expect("a writable folder");
    for name in files(&real).iter().filter(|name| *name != "libcoreclr.so") {
        // No symbolic links: assemblies that they lead to would be none of this framework's.
        let (from, to) = (real.join(name), framework.join(name));
        fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).expect("a writable folder");
    }
    let mut library = fs::read(real.join("libcoreclr.so")).expect("a readable file");
    if let Some(says) = disguise.says
        && !say(&mut library, says)
    {
        leave_out("a runtime in disguise: this one does not say its version in the way that .NET 8 does");
        return None;
    }
    fs::write(framework.join("libcoreclr.so"), library).expect("a writable folder");
    Some(root)
}

/// Changes what the library tells profilers, and what it tells by its mark. False where it does not do so in the known way.
fn say(library: &mut [u8], major: u8) -> bool {
    let real = dotnet_version().0 as u8;
    // movw $MAJOR,(%r15), in ProfToEEInterfaceImpl::GetRuntimeInformation.
    let told = [0x66, 0x41, 0xC7, 0x07, real, 0];
    let mark = format!("@(#)Version {real}.0.");
    let at = |bytes: &[u8]| {
        let mut found = library.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes);
        found.next().map(|(at, _)| at).filter(|_| found.next().is_none())
    };
    let (Some(told), Some(mark)) = (at(&told), at(mark.as_bytes()).map(|at| at + 12)) else { return false };
    library[told + 4] = major;
    let text = format!("{major}.0.");
    library[mark..mark + text.len()].copy_from_slice(text.as_bytes());
    true
}

fn values(root: &Path) -> Program {
    Program::fixture("Values").options(["--dotnet-root".as_ref(), root.as_os_str()])
}

/// The program ran as ever, and its calls are all there.
#[track_caller]
fn assert_seen_by(hosted: &Hosted, source: Source) {
    hosted.finished.assert_code(0);
    hosted.assert_sound();
    hosted.assert_as_expected();
    assert_eq!(format!("{:?}", hosted.report.source), format!("Some({source:?})"), "{}", hosted.text);
}

/// One sentence: in the report, in its notes, and once on stderr.
#[track_caller]
fn assert_told(hosted: &Hosted, words: &[&str]) {
    let told =
        hosted.report.runtime.unverified.as_ref().unwrap_or_else(|| panic!("not told\n{}", hosted.text));
    let note = hosted.report.notes.iter().find(|note| note.code == "unverified").expect("a note");
    for word in words {
        assert!(told.contains(word) && note.text.contains(word), "{word:?} is missing in: {told}");
    }
    assert_eq!(hosted.finished.stderr, format!("clrhost: {told}\n"));
}

#[test]
fn a_runtime_that_says_it_is_newer_is_seen_by_the_flag() {
    let Some(root) = disguised(&NEWER) else { return };
    let hosted = values(&root).under_clrhost();
    assert_seen_by(&hosted, Source::Flag);
    assert_told(
        &hosted,
        &[".NET 11.0.", "was not verified", "so the transitions flag is used", "--source thunks"],
    );
}

#[test]
fn thunks_that_are_asked_for_are_used_and_said_to_be_unverified() {
    let Some(root) = disguised(&NEWER) else { return };
    let hosted = values(&root).seen_by(Source::Thunks).under_clrhost();
    assert_seen_by(&hosted, Source::Thunks);
    assert_told(&hosted, &[".NET 11.0.", "was not verified", "thunks may miss crossings"]);
    let flag = values(&root).seen_by(Source::Flag).under_clrhost();
    assert_seen_by(&flag, Source::Flag);
    assert!(!flag.finished.stderr.contains("so the transitions flag is used"), "{}", flag.finished);
}

#[test]
fn processes_that_others_start_are_seen_by_the_flag_too() {
    let Some(root) = disguised(&NEWER) else { return };
    let report = scratch("unverified").join("report.json");
    let run = Run::clrhost().args(["trace", "--report"]).arg(&report).arg("--").arg(root.join("dotnet"));
    let finished = run.arg(fixture("Values")).env_remove("DOTNET_ROOT").output();
    let text = fs::read_to_string(&report).expect("a report");
    let traced = Hosted { report: serde_json::from_str(&text).expect("a report"), finished, text };
    assert_seen_by(&traced, Source::Flag);
    assert_told(&traced, &[".NET 11.0.", "was not verified", "so the transitions flag is used"]);

    let in_words = Run::clrhost().args(["trace", "--"]).arg(root.join("dotnet")).arg(fixture("Values"));
    let in_words = in_words.env_remove("DOTNET_ROOT").output();
    in_words.assert_code(0);
    assert_eq!(in_words.stderr.matches("was not verified").count(), 1, "{in_words}");
}

/// Whoever renames a folder does not make another runtime of it.
#[test]
fn the_name_of_a_folder_is_not_believed() {
    let root = disguised(&Disguise { folder: "11.0.0", says: None }).expect("nothing to change");
    let hosted = values(&root).under_clrhost();
    assert_seen_by(&hosted, best_source());
    assert_eq!((hosted.report.runtime.unverified.as_deref(), &*hosted.finished.stderr), (None, ""));
    assert_eq!(hosted.report.runtime.version, "11.0.0");
}

#[test]
fn a_preview_is_not_its_release() {
    let root = disguised(&Disguise { folder: "11.0.0-preview.1.2", says: None }).expect("nothing to change");
    let hosted = values(&root).under_clrhost();
    assert_seen_by(&hosted, Source::Flag);
    assert_told(&hosted, &["11.0.0-preview.1.2", "was not verified"]);
}

#[test]
fn doctor_says_that_nothing_was_verified() {
    let Some(root) = disguised(&NEWER) else { return };
    let doctor = |root: &Path| {
        let doctor =
            Run::clrhost().args(["doctor", "--dotnet-root"]).arg(root).arg(fixture("Hello")).output();
        doctor.assert_code(0).stdout.clone()
    };
    let text = doctor(&root);
    for words in [
        ".NET 11.0.0: crossings would be seen by the transitions flag, as neither source was verified",
        "nothing was verified on this version. --source thunks tries thunks all the same",
        "ok  crossings would be seen by the transitions flag, as neither source was verified",
    ] {
        assert!(text.contains(words), "{words:?} is missing\n{text}");
    }
    if dotnet_version() >= (5, 0) {
        let renamed = disguised(&Disguise { folder: "11.0.0", says: None }).expect("nothing to change");
        let text = doctor(&renamed);
        let (major, minor) = dotnet_version();
        let words = format!("11.0.0, whose libcoreclr.so is that of .NET {major}.{minor}");
        assert!(text.contains(&words), "{words:?} is missing\n{text}");
    }
}
