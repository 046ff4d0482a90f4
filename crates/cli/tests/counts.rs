//! Every fixture's crossings, exactly: the rows, the calls, the brackets that stay open, and no row too many.
//!
//! Each fixture says on its last line what a report must say; see `fixtures/managed/shared/Expect.cs`. Fixtures that end
//! in an unusual way are in `endings.rs`.

mod support;

use clrhost::report::{BracketKind, TargetRow, Timing};
use clrhost_testkit::{Needs, dotnet_root, dotnet_version, has, needs, scratch, workspace_root};
use std::os::unix::fs::symlink;
use support::{Hosted, Otherwise, Program, Source, assert_same, files, sources};

/// Runs the program under dotnet and under clrhost, with each source, and checks all that is the same for each fixture.
#[track_caller]
fn check(program: &Program) -> Vec<Hosted> {
    check_but(program, &Otherwise::default())
}

/// The same, save for what thunks say otherwise.
#[track_caller]
fn check_but(program: &Program, thunks: &Otherwise) -> Vec<Hosted> {
    let dotnet = program.under_dotnet();
    let checked = sources().into_iter().map(|source| {
        let hosted = program.clone().seen_by(source).under_clrhost();
        assert_eq!(hosted.report.source.map(|it| format!("{it:?}")), Some(format!("{source:?}")));
        assert_same(&hosted.finished, &dotnet);
        hosted.finished.assert_code(0);
        hosted.assert_sound();
        match source {
            Source::Flag => hosted.assert_as_expected(),
            Source::Thunks => hosted.assert_as_expected_but(thunks),
        }
        hosted
    });
    checked.collect()
}

#[track_caller]
fn check_fixture(name: &str) -> Vec<Hosted> {
    check(&Program::fixture(name))
}

fn codes(hosted: &Hosted) -> Vec<&str> {
    hosted.report.notes.iter().map(|note| note.code.as_str()).collect()
}

#[test]
fn values() {
    for hosted in check_fixture("Values") {
        let row = hosted.row("Values.fx_ten_ints");
        assert_eq!((row.kind.as_str(), row.library.as_deref()), ("pinvoke", Some("fixture")));
        assert_eq!((row.assembly.as_deref(), row.origin.as_str()), (Some("Values.dll"), "user"));
        assert!(!hosted.report.totals.lower_bound, "{}", hosted.text);
        assert_eq!(codes(&hosted), [""; 0]);
    }
}

/// As where /usr/share/dotnet is a link to /usr/lib/dotnet.
#[test]
fn a_dotnet_behind_a_symbolic_link() {
    let link = scratch("link").join("dotnet");
    symlink(dotnet_root(), &link).expect("a writable folder");
    let program = Program::fixture("Values").options(["--dotnet-root".as_ref(), link.as_os_str()]);
    for source in sources() {
        let hosted = program.clone().seen_by(source).under_clrhost();
        hosted.finished.assert_code(0);
        hosted.assert_sound();
        hosted.assert_as_expected();
        assert_eq!(hosted.row("Interop.Sys.Write").origin, "framework");
    }
}

/// The fixture prints which delegates are the same object, so this compares that with .NET's own answers.
#[test]
fn identity() {
    check_fixture("Identity");
}

#[test]
fn marshalled() {
    check_fixture("Marshalled");
}

#[test]
fn inlined() {
    check_fixture("Inlined");
}

#[test]
fn inlined_and_optimised_from_the_start() {
    check(&Program::fixture("Inlined").env("DOTNET_TieredCompilation", "0"));
}

#[test]
fn delegates() {
    for hosted in check_fixture("Delegates") {
        assert!(hosted.report.callbacks.iter().all(|row| row.kind == "delegate"), "{}", hosted.text);
        let many = hosted.row("Delegates.fx_call_many");
        assert!(
            many.self_ns < many.total_ns,
            "the time of 1000 callbacks is not the function's own: {many:?}"
        );
    }
}

#[test]
fn unmanaged_callers_only() {
    needs!(UnmanagedCallersOnly);
    for hosted in check_fixture("Unmanaged") {
        for method in ["Unmanaged.PlusOne", "Unmanaged.AddNatively"] {
            assert_eq!(hosted.row(method).kind, "unmanaged_callers_only");
        }
    }
}

#[test]
fn delegates_made_from_native_pointers() {
    // Up to .NET 8 the runtime makes delegates in fields of structures where no thunk can be put before them.
    let unseen: &[&str] = if dotnet_version() < (9, 0) { &["TwiceInField.Invoke"] } else { &[] };
    let thunks = Otherwise { unseen, ..Otherwise::default() };
    for hosted in check_but(&Program::fixture("Pointers"), &thunks) {
        let row = hosted.row("TwiceFunction.Invoke");
        assert_eq!((row.kind.as_str(), row.lower_bound), ("native_delegate", false));
        assert!(!hosted.report.totals.lower_bound, "{}", hosted.text);
    }
}

/// Calls by `calli` of pointers that a native function gave: the flag counts them and can't promise to have them all, thunks
/// don't see them and say so.
#[track_caller]
fn check_calli(program: &Program) {
    let checked = check_but(program, &Otherwise { unseen: &[""], ..Otherwise::default() });
    let flag = &checked[0];
    let lower_bounds: Vec<_> =
        flag.rows().filter(|row| row.lower_bound).map(|row| row.kind.as_str()).collect();
    assert_eq!(lower_bounds, ["function_pointer"], "{}", flag.text);
    assert!(flag.report.totals.lower_bound, "{}", flag.text);
    assert_eq!((codes(flag), flag.report.pointer_callers.len()), (vec!["function_pointers"], 0));

    let Some(thunks) = checked.get(1) else { return };
    assert!(!thunks.report.totals.lower_bound, "{}", thunks.text);
    assert_eq!(
        (codes(thunks), &*thunks.report.pointer_callers),
        (vec!["unseen_pointers"], &["Indirect.dll".to_owned()][..])
    );
}

#[test]
fn calli() {
    check_calli(&Program::fixture("Calli"));
}

#[test]
fn calli_optimised_from_the_start() {
    check_calli(&Program::fixture("Calli").env("DOTNET_TieredCompilation", "0"));
}

#[test]
fn suppressed_gc_transitions_are_flagged() {
    for hosted in check_fixture("Suppressed") {
        assert!(hosted.row("Suppressed.fx_add").suppress_gc_transition);
        assert!(!hosted.row("Suppressed.fx_nothing").suppress_gc_transition);
    }
}

#[test]
fn nested() {
    check_fixture("Nested");
}

#[test]
fn nested_as_deep_as_asked() {
    for hosted in check(&Program::fixture("Nested").args(["37"])) {
        assert_eq!(hosted.row("Nested.fx_call").calls, 3 * 37);
    }
}

#[test]
fn caught_exceptions() {
    check_fixture("Caught");
}

#[test]
fn native_threads() {
    for hosted in check_fixture("NativeThreads") {
        let threads = hosted.expected().facts["native_threads"] as u64;
        assert_eq!(hosted.row("CallIn.Invoke").threads, threads);
        // Each comes in from outside of .NET, so its outermost bracket is a callback.
        let came_in = hosted.report.tasks.iter().filter(|task| task.reverse_enter > 0);
        assert!(came_in.clone().all(|task| task.ended && task.unwound == 0), "{}", hosted.text);
        assert_eq!(came_in.count() as u64, threads);
    }
}

#[test]
fn thread_pool() {
    needs!(NamedPools);
    for hosted in check_fixture("Pool") {
        let workers: u64 = hosted
            .report
            .tasks
            .iter()
            .filter(|task| task.task_type == "threadpool_worker")
            .map(|task| task.reverse_enter)
            .sum();
        assert_eq!(workers, hosted.row("PoolCallback.Invoke").calls, "{}", hosted.text);
    }
}

#[test]
fn many_threads() {
    for hosted in check_fixture("ManyThreads") {
        let threads = hosted.expected().facts["threads"];
        assert_eq!(hosted.row("ManyThreads.fx_add").threads, threads as u64);
        for number in 0..threads {
            let name = format!("worker {number}");
            let task = hosted.report.tasks.iter().find(|task| task.name.as_ref() == Some(&name));
            let task = task.unwrap_or_else(|| panic!("no task of the name {name}\n{}", hosted.text));
            assert!(task.ended && task.leave >= 10 && task.task_type == "user", "{task:?}");
        }
    }
}

#[test]
fn a_thread_that_ends_inside_a_call() {
    needs!(ThreadExit);
    for hosted in check_fixture("ThreadEnds") {
        let task =
            hosted.report.tasks.iter().find(|task| task.unwound > 0).expect("a task with an unwound bracket");
        let left: Vec<_> = task.left_open.iter().map(|open| (open.kind, open.method.as_str())).collect();
        assert_eq!(left, [(BracketKind::Leave, "ThreadEnds.fx_end_thread")]);
        assert!(task.ended);
        assert_eq!(codes(&hosted), ["unwound"]);
    }
}

#[test]
fn longjmp() {
    for hosted in check_fixture("LongJump") {
        // The jump's target and what came after it are whole.
        assert_eq!(hosted.row("LongJump.fx_call_with_jump_target").completed, 1);
        assert_eq!(hosted.row("LongJump.fx_add").completed, 1);
        assert_eq!(codes(&hosted), ["unwound"]);
    }
}

#[test]
fn async_code() {
    check_fixture("Async");
}

#[test]
fn crossings_while_garbage_is_collected() {
    for hosted in check_fixture("Collecting") {
        assert_eq!(hosted.row("Allocating.Invoke").threads, 2);
    }
}

#[test]
fn collections_that_native_code_is_told_of() {
    // How many there are, which the fixture prints, differs from run to run.
    for source in sources() {
        let hosted = Program::fixture("Collected").seen_by(source).under_clrhost();
        hosted.finished.assert_code(0);
        hosted.assert_sound();
        hosted.assert_as_expected();
    }
}

#[test]
fn waits_in_native_code() {
    for source in sources() {
        let hosted = Program::fixture("Blocking").args(["1"]).seen_by(source).under_clrhost();
        hosted.finished.assert_code(0);
        hosted.assert_sound();
        hosted.assert_as_expected();
    }
}

#[test]
fn counting_without_times_counts_the_same() {
    let fixtures = ["Inlined", "Calli", "Unmanaged", "Suppressed", "ThreadEnds", "Delegates"];
    let without = |name| match name {
        "Unmanaged" => !has(Needs::UnmanagedCallersOnly),
        "ThreadEnds" => !has(Needs::ThreadExit),
        _ => false,
    };
    let fixtures = fixtures.into_iter().filter(|name| !without(*name));
    for (name, source) in fixtures.flat_map(|name| sources().into_iter().map(move |source| (name, source))) {
        let hosted = Program::fixture(name).seen_by(source).options(["--count-only"]).under_clrhost();
        hosted.finished.assert_code(0);
        hosted.assert_sound();
        let unseen: &[&str] = if (name, source) == ("Calli", Source::Thunks) { &[""] } else { &[] };
        hosted.assert_as_expected_but(&Otherwise { unseen, ..Otherwise::default() });
        assert_eq!(hosted.report.timing, Timing::Counted);
        assert!(hosted.report.clock.is_none() && hosted.report.totals.native_ns.is_none(), "{}", hosted.text);
        let times = |row: &TargetRow| {
            [row.total_ns, row.self_ns, row.p50_ns, row.p99_ns, row.max_ns] == [None; 5]
                && row.mean_ns.is_none()
        };
        assert!(hosted.rows().all(times), "{}", hosted.text);
        assert!(codes(&hosted).contains(&"counted"), "{}", hosted.text);
    }
}

/// A fixture that nobody runs proves nothing.
#[test]
fn every_fixture_is_run_by_a_test() {
    let tests = workspace_root().join("crates/cli/tests");
    let folders = files(&tests).into_iter().map(|name| tests.join(name)).filter(|path| path.is_dir());
    let sources: String = folders
        .chain([tests.clone()])
        .flat_map(|folder| files(&folder).into_iter().map(move |name| folder.join(name)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| std::fs::read_to_string(path).expect("a readable test"))
        .collect();
    for name in files(&workspace_root().join("fixtures/managed")) {
        // For benchmarks, for the tests of the libraries, and no program.
        if !["Aborted", "Bench", "Entries", "Everything", "Held", "Kinds", "Script", "StartupHook", "shared"]
            .contains(&name.as_str())
        {
            assert!(sources.contains(&format!("(\"{name}\")")), "no test of the command runs {name}");
        }
    }
}
