//! Programs that nobody here wrote behave under clrhost as under `dotnet`, and leave no bracket behind.
//!
//! `xtask/src/programs.rs` says what they are.

mod support;

use clrhost_testkit::{Finished, Run, program, scratch};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use support::others::{coco, mcs, nbgv};
use support::{Hosted, Program, assert_same, files};

/// The report of a program that calls only .NET's own native libraries, unless it says otherwise.
#[track_caller]
fn check_balanced(hosted: &Hosted) {
    hosted.assert_sound();
    assert_eq!(hosted.report.totals.unwound, 0, "{}", hosted.text);
    assert!(hosted.report.totals.leave > 100, "{}", hosted.text);
}

/// What the compiled program prints: the sum of 0 to 299, by 300 P/Invokes of libc's `abs`.
fn run_compiled(result: &std::path::Path) -> Finished {
    let config = program("mcs").join("rc8.json");
    Run::dotnet().args(["exec", "--runtimeconfig"]).arg(config).arg(result).output()
}

#[test]
fn monos_compiler_compiles() {
    clrhost_testkit::needs!(ProgramsFor8);
    let (compiler, result) = mcs("mcs-dotnet");
    let dotnet = compiler.under_dotnet();
    assert_eq!(run_compiled(&result).assert_code(0).stdout, "44850\n");

    let (compiler, result) = mcs("mcs-clrhost");
    let hosted = compiler.under_clrhost();
    assert_same(&hosted.finished, &dotnet);
    check_balanced(&hosted);
    assert_eq!(hosted.own_rows().count(), 0, "mcs has no P/Invokes of its own\n{}", hosted.text);
    assert_eq!(run_compiled(&result).assert_code(0).stdout, "44850\n");

    let (compiler, result) = mcs("mcs-no-hooks");
    assert_same(&compiler.without_hooks(), &dotnet);
    assert_eq!(run_compiled(&result).assert_code(0).stdout, "44850\n");
}

/// The program that the compiler wrote is itself a program with 300 P/Invokes, each called once.
#[test]
fn what_monos_compiler_wrote_runs() {
    clrhost_testkit::needs!(ProgramsFor8);
    let (compiler, result) = mcs("mcs-input");
    compiler.under_dotnet().assert_code(0);
    let config = program("mcs").join("rc8.json");
    let compiled = Program::new(result).exec_options(["--runtimeconfig".into(), OsString::from(config)]);
    let hosted = compiled.under_clrhost();
    assert_same(&hosted.finished, &compiled.under_dotnet());
    check_balanced(&hosted);
    assert_eq!(hosted.own_rows().count(), 300, "{}", hosted.text);
    for number in 0..300 {
        let row = hosted.row(&format!("Input.a{number}"));
        assert_eq!(
            (row.calls, row.symbol.as_deref(), row.library.as_deref()),
            (1, Some("abs"), Some("libc"))
        );
    }
}

#[test]
fn coco_generates_a_compiler() {
    clrhost_testkit::needs!(ProgramsFor8);
    let (ours, dotnets) = (scratch("coco-clrhost"), scratch("coco-dotnet"));
    let (hosted, dotnet) = (coco(&ours).under_clrhost(), coco(&dotnets).under_dotnet());
    assert_same(&hosted.finished, &dotnet);
    dotnet.assert_code(0);
    check_balanced(&hosted);
    assert_eq!(files(&ours), files(&dotnets));
    for name in ["Parser.cs", "Scanner.cs"] {
        let read = |folder: &PathBuf| fs::read_to_string(folder.join(name)).expect("a generated file");
        assert!(read(&ours).len() > 1000);
        assert_eq!(read(&ours), read(&dotnets), "{name}");
    }
}

#[test]
fn nbgv_in_managed_mode() {
    clrhost_testkit::needs!(ProgramsFor8);
    let nbgv = nbgv("Managed");
    let (hosted, dotnet) = (nbgv.under_clrhost(), nbgv.under_dotnet());
    assert_same(&hosted.finished, &dotnet);
    assert_same(&nbgv.without_hooks(), &dotnet);
    dotnet.assert_code(0);
    assert!(dotnet.stdout.contains("\"Version\": \"1.2.60."), "{dotnet}");
    check_balanced(&hosted);
    assert_eq!(libgit2_calls(&hosted), 0, "{}", hosted.text);
}

#[test]
fn nbgv_in_libgit2_mode() {
    clrhost_testkit::needs!(ProgramsFor8);
    let nbgv = nbgv("LibGit2");
    let (hosted, dotnet) = (nbgv.under_clrhost(), nbgv.under_dotnet());
    assert_same(&hosted.finished, &dotnet);
    dotnet.assert_code(0);
    check_balanced(&hosted);
    assert!(libgit2_calls(&hosted) > 500, "{}", hosted.text);
    // An open library is closed again, an object freed for each that was looked up.
    let calls = |name: &str| hosted.row(&format!("LibGit2Sharp.Core.NativeMethods.{name}")).calls;
    assert_eq!(calls("git_libgit2_init"), 1);
    assert!(calls("git_object_free") >= calls("git_object_lookup"), "{}", hosted.text);
    let lookup = hosted.row("LibGit2Sharp.Core.NativeMethods.git_object_lookup");
    assert_eq!(lookup.symbol.as_deref(), Some("git_object_lookup"));
    assert_eq!((lookup.kind.as_str(), lookup.origin.as_str()), ("pinvoke", "user"));
}

fn libgit2_calls(hosted: &Hosted) -> u64 {
    let is_libgit2 = |library: &String| library.starts_with("git2-");
    let rows = hosted.report.targets.iter().filter(|row| row.library.as_ref().is_some_and(is_libgit2));
    rows.map(|row| row.calls).sum()
}
