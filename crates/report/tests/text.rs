//! What the text looks like, as plain expected strings.

mod support;

use clrhost_boundary::{Origin, TargetDescription, TargetKind};
use clrhost_report::{Exit, Mode, Report, ReportContext, Source, Style, TextOptions, Timing};
use support::{World, context, everything_report, orders, policy};

fn at(width: usize) -> TextOptions {
    TextOptions { width, ..TextOptions::default() }
}

/// Compares line by line, the first line of `expected` being the empty one after its opening quote.
fn assert_text(text: &str, expected: &str) {
    assert_eq!(text, expected.strip_prefix('\n').unwrap(), "the text was:\n{text}");
}

#[test]
fn an_ordinary_run() {
    assert_text(
        &orders().report(context()).render_text(&at(100)),
        r"
2,002 calls out of managed code into 4 native functions, 3,000 callbacks, 2 threads, 728 µs in
native code
Orders.dll on CoreCLR 8.0.4, seen by the transitions flag, 2.31 s, exit code 0

Native functions, by total time
  calls    total     self     mean      p50      p99      max  thr  method → library!symbol
  1,000  1.00 ms   700 µs  1.00 µs   960 ns   960 ns  1.00 µs    1  Orders.Native.sqlite3_step
      1  20.0 µs  20.0 µs  20.0 µs  18.4 µs  18.4 µs  20.0 µs    1  Orders.Native.Prepare
  1,000  8.00 µs  8.00 µs     8 ns     5 ns     5 ns     8 ns    1  Interop+Sys.GetErrNo
      1        -        -        -        -        -        -    1  Interop+Sy…evelMonitor_TimedWait
  2 of 4 rows with 1,001 calls: declared by CoreLib or the framework (--user-only leaves them out)

Callbacks, by total time
  calls   total    self    mean     p50     p99     max  thr  method ← called from
  3,000  300 µs  300 µs  100 ns  100 ns  100 ns  100 ns    1  Orders.Collation.Invoke ← sqlite3_step

Threads, by calls
  id  os id  calls  callbacks  depth  in native  open  name, type
   1   4711  2,001      3,000      2     728 µs     0  user
   2   4715      1          0      1       0 ns     1  .NET Timer, threadpool_timer

Still open: normal where a thread waits in native code at exit
  still open: thread 2 '.NET Timer' in SystemNative_LowLevelMonitor_TimedWait for 2.30 s
",
    );
}

#[test]
fn a_narrow_terminal_gives_names_a_line_of_their_own() {
    assert_text(
        &orders().report(context()).render_text(&at(80)),
        r"
2,002 calls out of managed code into 4 native functions, 3,000 callbacks, 2
threads, 728 µs in native code
Orders.dll on CoreCLR 8.0.4, seen by the transitions flag, 2.31 s, exit code 0

Native functions, by total time
  method → library!symbol
  calls    total     self     mean      p50      p99      max  thr
  Orders.Native.sqlite3_step → sqlite3
  1,000  1.00 ms   700 µs  1.00 µs   960 ns   960 ns  1.00 µs    1
  Orders.Native.Prepare → sqlite3!sqlite3_prepare_v2
      1  20.0 µs  20.0 µs  20.0 µs  18.4 µs  18.4 µs  20.0 µs    1
  Interop+Sys.GetErrNo (no GC transition)
  1,000  8.00 µs  8.00 µs     8 ns     5 ns     5 ns     8 ns    1
  Interop+Sys.LowLevelMonitor_TimedWait
      1        -        -        -        -        -        -    1
  2 of 4 rows with 1,001 calls: declared by CoreLib or the framework
  (--user-only leaves them out)

Callbacks, by total time
  method ← called from
  calls   total    self    mean     p50     p99     max  thr
  Orders.Collation.Invoke ← sqlite3_step
  3,000  300 µs  300 µs  100 ns  100 ns  100 ns  100 ns    1

Threads, by calls
  id  os id  calls  callbacks  depth  in native  open  name, type
   1   4711  2,001      3,000      2     728 µs     0  user
   2   4715      1          0      1       0 ns     1  .NET Timer

Still open: normal where a thread waits in native code at exit
  still open: thread 2 '.NET Timer' in SystemNat…velMonitor_TimedWait for 2.30 s
",
    );
}

#[test]
fn a_run_in_which_everything_happened() {
    let options = TextOptions { top: 2, ..at(100) };
    assert_text(
        &everything_report().render_text(&options),
        r#"
at least 4,006 calls out of managed code into 5 native functions and through function pointers,
6,001 callbacks, 5,003 threads, 1.46 ms in native code, DEFECT: 2 mismatched crossings
Orders.dll on CoreCLR 8.0.4, seen by the transitions flag, 2.31 s, exit code 0

Native functions, by total time
  calls    total     self     mean      p50      p99      max  thr  method → library!symbol
  1,000  1.00 ms   700 µs  1.00 µs   960 ns   960 ns  1.00 µs    1  Orders.Native.sqlite3_step
      1  20.0 µs  20.0 µs  20.0 µs  18.4 µs  18.4 µs  20.0 µs    1  Orders.Native.Prepare
  … 4 more (--top 0 shows all, --format json has everything)
  2 of 6 rows with 1,001 calls: declared by CoreLib or the framework (--user-only leaves them out)

Callbacks, by total time
  calls   total    self    mean     p50     p99     max  thr  method ← called from
  3,000  300 µs  300 µs  100 ns  100 ns  100 ns  100 ns    1  Orders.Collation.Invoke ← sqlite3_step
      1       -       -       -       -       -       -    1  Orders.Entry.Main (1 unwound)

Policy orders.toml, enforced
  targets  calls  denied  let through  over budget  rule
        1      0       2            0            0  deny: no shells, line 6
        1      1       0            0            1  allow: rule 2, line 11, budget 15.0 µs
  … 2 more (--top 0 shows all, --format json has everything)
  matched nothing: 1 rule
  denied by "no shells" (line 6): Orders.Native.Shell → libc!system, 2 times
  called although denied by the default "deny": Interop+Sys.GetErrNo →
  libSystem.Native!SystemNative_GetErrNo, 1,000 times
  … 1 more (--top 0 shows all, --format json has everything)
  not asked about: 1 target, to which no name led (function pointers)
  too little known of 1 target to tell whether an earlier rule, which says otherwise, matches

Threads, by calls
  id  os id  calls  callbacks  depth  in native  open  unwound  mismatches  name, type
   1   4711  2,001      3,000      2     728 µs     0        0           0  user
   3   4720      3          1      3      70 ns     0        3           2  failing, user, ended
   -      -  2,001      3,000      2     728 µs     0        0           0  5,000 more, ended
  … 1 more (--top 0 shows all, --format json has everything)

Still open: normal where a thread waits in native code at exit
  still open: thread 2 '.NET Timer' in SystemNative_LowLevelMonitor_TimedWait for 2.30 s

Left open by threads that ended, closed as unwound
  left open: thread 3 'failing' in (function pointers: target not known to this source)
             inside callback Orders.Entry.Main
             inside pthread_exit

Mismatches: a defect, please report it
  thread 3: EnterRuntime of Orders.Native.Exit came, but no bracket was open
  thread 3: ReverseLeaveRuntime of Orders.Entry.Main came, but the innermost open bracket is
  LeaveRuntime of Orders.Native.Exit

Denied by the host
  Orders.Native.Fork → libc!fork, 2 times: no children

Failures of the host
  LeaveRuntime answered E_INVALIDARG (0x80070057)
  EnterRuntime answered E_FAIL (0x80004005), panicked: lost my scheduler

Notes
  - 2 closing crossings fitted no open bracket. This is a defect, of the source of crossings or of
    code that bends the stack, not a property of the program's calls; times around it cannot be
    trusted. They are counted among the closing crossings.
  - The processor's counter, which timed the calls, changed its rate by 0.2 % in the course of the
    run. Times may be wrong by as much; counts are not concerned.
  - The host answered E_FAIL or panicked: the hosting layer was shut and the host not called again.
    The application went on and its crossings were counted to the end.
  - 2 calls to the host did not end with S_OK. A host cannot refuse a call that is being made, so
    the calls went ahead.
  - The host denied 2 bindings: the managed caller got an EntryPointNotFoundException each time.
  - The policy denied 2 bindings: the managed caller got an EntryPointNotFoundException each time.
  - 1 target was called although the policy denies it: it could not be kept from being called.
  - The longest call of 1 target took longer than the policy's budget. Budgets are reported and not
    enforced.
  - Calls through function pointers are a lower bound: CoreCLR reports them without their target and
    may miss some in optimised code. The totals of calls out of managed code (leave, enter) are a
    lower bound for the same reason. Callbacks are not concerned.
  - 3 crossings were not counted, because they came where the source could keep no record, as on a
    thread past its end. Totals are too low by that number.
  - There were more targets than clrhost keeps apart: 2 bindings share one row of kind overflow,
    callbacks among them.
  - 1 call was nested too deep to be kept: counted as calls, not as completed and not timed.
  - 3 brackets were closed without their closing crossing, after longjmp or pthread_exit, or because
    the thread ended inside. They count as calls, not as completed, and their time is not known.
  - 1 thread crossed the border while being read: numbers of that moment may differ between the
    tables.
  - 5,000 ended threads beyond those listed one by one are added up in one row.
"#,
    );
}

#[test]
fn a_run_seen_by_thunks() {
    let world = World::new();
    let thread = world.thread(4711, None);
    let found = |kind, method: &str, symbol: Option<&str>| TargetDescription {
        library: Some("libsqlite3.so.0".into()),
        file: Some("/usr/lib/libsqlite3.so.0".into()),
        address: Some(0x7F00_0000_1000),
        symbol: symbol.map(str::to_owned),
        ..TargetDescription::named(kind, method)
    };
    let exported = world.bind(found(TargetKind::FunctionPointer, "(function pointer)", Some("sqlite3_free")));
    let delegate = world.bind(found(TargetKind::NativeDelegate, "Orders.Free.Invoke", Some("sqlite3_free")));
    let nameless = world.bind(found(TargetKind::NativeDelegate, "Orders.Compare.Invoke", None));
    (0..30).for_each(|_| world.call(&thread, exported, 1_000));
    (0..20).for_each(|_| world.call(&thread, delegate, 1_000));
    (0..10).for_each(|_| world.call(&thread, nameless, 1_000));
    let context = ReportContext {
        source: Some(Source::Thunks),
        pointer_callers: vec!["Orders.dll".into()],
        unhooked: vec!["Marshal.GetFunctionPointerForDelegate: no such method".into()],
        ..context()
    };
    assert_text(
        &world.report(context).render_text(&at(110)),
        r"
60 calls out of managed code into 3 native functions, 0 callbacks, 1 thread, 60.0 µs in native code
Orders.dll on CoreCLR 8.0.4, seen by thunks, 2.31 s, exit code 0

Native functions, by total time
  calls    total     self     mean     p50     p99      max  thr  method → library!symbol
     30  30.0 µs  30.0 µs  1.00 µs  960 ns  960 ns  1.00 µs    1  libsqlite3.so.0!sqlite3_free (by pointer)
     20  20.0 µs  20.0 µs  1.00 µs  960 ns  960 ns  1.00 µs    1  Orders.Free.Invoke
     10  10.0 µs  10.0 µs  1.00 µs  960 ns  960 ns  1.00 µs    1  Orders.Compare.Invoke → libsqlite3.so.0

Threads, by calls
  id  os id  calls  callbacks  depth  in native  open  name, type
   1   4711     60          0      1    60.0 µs     0  user

Notes
  - Code in Orders.dll calls native functions through pointers (calli). Such a call is seen if managed code
    got the pointer by its name, from NativeLibrary or dlsym; calls through other pointers, if there were any,
    are in no number here. --source flag sees them, though not all, and not where they go.
  - Some of the runtime could not be changed, and what happens only there is not told:
    Marshal.GetFunctionPointerForDelegate: no such method.
",
    );
}

#[test]
fn a_policy_that_only_reports() {
    let context = ReportContext { policy: Some(policy("report-only")), user_only: true, ..context() };
    let report = orders().report(context);
    let text = report.render_text(&at(100));
    let begin = text.find("\nPolicy ").unwrap();
    let end = text.find("\nThreads, ").unwrap();
    assert_text(
        &text[begin + 1..end],
        r#"
Policy orders.toml, reported, not enforced
  targets  calls  would deny  over budget  rule
        1      1           0            1  allow: rule 2, line 11, budget 15.0 µs
        2  1,001           0            0  allow: own code, line 16
        1  1,000           1            0  deny: default
  matched nothing: 2 rules
  would be denied by the default "deny": Interop+Sys.GetErrNo →
  libSystem.Native!SystemNative_GetErrNo, called 1,000 times
  over the budget of "rule 2" (line 11): Orders.Native.Prepare → sqlite3!sqlite3_prepare_v2, longest
  call 20.0 µs, budget 15.0 µs
  too little known of 1 target to tell whether an earlier rule, which says otherwise, matches
"#,
    );
    assert_eq!(
        report.policy_lines(),
        [
            "orders.toml: would be denied by the default \"deny\": Interop+Sys.GetErrNo → \
             libSystem.Native!SystemNative_GetErrNo, called 1,000 times",
            "orders.toml: over the budget of \"rule 2\" (line 11): Orders.Native.Prepare → sqlite3!sqlite3_prepare_v2, \
             longest call 20.0 µs, budget 15.0 µs",
        ]
    );
    let note = report.notes.iter().find(|note| note.code == "policy_report_only").unwrap();
    assert_eq!(
        note.text,
        "The policy only reported and denied nothing. Enforced, it would have denied 1 target."
    );
}

#[test]
fn a_counted_run_for_the_users_own_code() {
    let context = ReportContext { timing: Timing::Counted, user_only: true, ..context() };
    assert_text(
        &orders().report(context).render_text(&at(100)),
        r"
2,002 calls out of managed code into 4 native functions, 3,000 callbacks, 2 threads
Orders.dll on CoreCLR 8.0.4, seen by the transitions flag (not timed), 2.31 s, exit code 0

Native functions, by calls
  calls  thr  method → library!symbol
  1,000    1  Orders.Native.sqlite3_step → sqlite3
      1    1  Orders.Native.Prepare → sqlite3!sqlite3_prepare_v2
  not shown: 2 rows with 1,001 calls, declared by CoreLib or the framework (--user-only)

Callbacks, by calls
  calls  thr  method ← called from
  3,000    1  Orders.Collation.Invoke ← sqlite3_step

Threads, by calls
  id  os id  calls  callbacks  depth  open  name, type
   1   4711  2,001      3,000      2     0  user
   2   4715      1          0      1     1  .NET Timer, threadpool_timer

Still open: normal where a thread waits in native code at exit
  still open: thread 2 '.NET Timer' in SystemNative_LowLevelMonitor_TimedWait

Notes
  - Crossings were counted and not timed: there are no times of calls.
",
    );
}

#[test]
fn a_run_without_hooks_says_so_and_shows_no_zeros() {
    let context = ReportContext {
        mode: Mode::RunNoHooks,
        source: None,
        exit: Exit::Signal { signal: 15 },
        ..context()
    };
    assert_text(
        &World::new().report(context).render_text(&at(100)),
        r"
ran without hooks: no crossing was counted
Orders.dll on CoreCLR 8.0.4, 2.31 s, ended by signal 15

Notes
  - The program ran without hooks: crossings were not watched, so the zeros here say nothing about
    it.
",
    );
}

#[test]
fn a_program_without_crossings() {
    let context = ReportContext { exit: Exit::InProgress, ..context() };
    assert_text(
        &World::new().report(context).render_text(&at(100)),
        r"
no call between managed and native code was seen
Orders.dll on CoreCLR 8.0.4, seen by the transitions flag, 2.31 s, still running
",
    );
}

#[test]
fn colours_change_no_word() {
    let report = everything_report();
    let mut coloured = report.render_text(&TextOptions { style: Style::Ansi, ..TextOptions::default() });
    assert!(coloured.contains("\x1b[31m"));
    for code in ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m"] {
        coloured = coloured.replace(code, "");
    }
    assert_eq!(coloured, report.render_text(&TextOptions::default()));
}

#[test]
fn a_report_read_back_renders_the_same() {
    let report = everything_report();
    let mut json = Vec::new();
    report.to_json(&mut json).unwrap();
    let back: Report = serde_json::from_slice(&json).unwrap();
    assert_eq!(back, report);
    assert_eq!(back.render_text(&at(90)), report.render_text(&at(90)));
}

#[test]
fn more_rows_than_asked_for_are_counted() {
    let world = World::new();
    let thread = world.thread(1, None);
    for number in 0..42 {
        let target = world.pinvoke(Origin::User, &format!("A.b{number}"), "c", "b");
        world.call(&thread, target, 10);
    }
    let report = world.report(context());
    let text = report.render_text(&at(100));
    let more = "\n  … 17 more (--top 0 shows all, --format json has everything)\n";
    assert!(text.contains(more), "{text}");
    let all = report.render_text(&TextOptions { top: 0, ..at(100) });
    assert_eq!(all.matches(" A.b").count(), 42);
    assert!(!all.contains(" more "));
}

#[test]
fn numbers_are_never_cut() {
    let world = World::new();
    let thread = world.thread(1, None);
    let name = "A.".to_owned() + &"VeryLong".repeat(40);
    let target = world.pinvoke(Origin::User, &name, &"l".repeat(200), &"s".repeat(200));
    (0..1_000).for_each(|_| world.call(&thread, target, 1_234_567_000_000));
    for width in [0, 40, 60, 79, 100, 200] {
        let text = world.report(context()).render_text(&at(width));
        assert!(text.contains("  1,000  1,234,567 s  1,234,567 s  1,235 s"), "{width}:\n{text}");
    }
}

#[test]
fn a_lower_bound_is_marked_at_its_number() {
    let text = everything_report().render_text(&at(120));
    assert!(text.contains("     ≥2  "), "{text}");
}

#[test]
fn names_cannot_move_the_cursor() {
    let world = World::new();
    let thread = world.thread(1, Some("\x1b[2J"));
    let target = world.bind(TargetDescription::named(TargetKind::PInvoke, "A.\r\nb"));
    world.leave(&thread, target);
    world.enter(&thread, world.bind(TargetDescription::named(TargetKind::PInvoke, "\x07")));
    let text = world.report(context()).render_text(&at(100));
    assert!(text.chars().all(|char| char == '\n' || !char.is_control()), "{text:?}");
}
