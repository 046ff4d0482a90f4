//! Programs that go through everything that may stand between managed and native code, run with each source of crossings:
//! the values arrive, the program ends as under dotnet, and the report says what the program says.
//!
//! A case is a row of data: which program, with which arguments, and what a source can't tell of it.

mod support;

use clrhost::report::TargetRow;
use clrhost_testkit::{Direction, Finished, Needs, RowKey, SIGABRT, compare_rows_by, has, needs};
use std::collections::BTreeMap;
use support::{Hosted, Otherwise, Program, Source, assert_same, is_by_pointer, sorted, sources};

/// Something that not every source can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knowledge {
    /// To which exported function a call by a pointer from `NativeLibrary.GetExport` or `dlsym` leads.
    Exports,
    /// Each call by `calli`.
    EveryCalli,
}

fn tells(source: Source, knowledge: Knowledge) -> bool {
    match (source, knowledge) {
        // The event of a call by delegate names the delegate's type, that of a call by calli nothing.
        (Source::Flag, Knowledge::Exports) => false,
        // Where the caller was optimised there are no events.
        (Source::Flag, Knowledge::EveryCalli) => false,
        (Source::Thunks, Knowledge::Exports) => true,
        // Of the functions that managed code got by name; no other calli is in these programs.
        (Source::Thunks, Knowledge::EveryCalli) => true,
    }
}

/// One program with its arguments.
struct Case {
    program: Program,
    /// What it needs to be told in full; the counts of all else are exact from every source.
    needs: Vec<Knowledge>,
    /// The runtime ends the program, and says why; otherwise it ends by itself and says nothing.
    aborts: bool,
    /// What thunks say otherwise than the program.
    thunks: Otherwise,
}

fn case(name: &str) -> Case {
    Case { program: Program::fixture(name), needs: Vec::new(), aborts: false, thunks: Otherwise::default() }
}

impl Case {
    fn args(mut self, args: &[&str]) -> Case {
        self.program = self.program.args(args.iter().copied());
        self
    }

    /// The JIT inlines P/Invokes at once, not only after many calls.
    fn optimised(mut self) -> Case {
        self.program = self.program.env("DOTNET_TieredCompilation", "0");
        self
    }

    /// Calls functions by pointers that it got by name.
    fn exports(mut self) -> Case {
        self.needs.push(Knowledge::Exports);
        self
    }

    /// Calls some of them by `calli`.
    fn calli(mut self) -> Case {
        self.needs.push(Knowledge::EveryCalli);
        self
    }

    fn thunks_say(mut self, otherwise: Otherwise) -> Case {
        self.thunks = otherwise;
        self
    }

    fn aborts(mut self) -> Case {
        self.aborts = true;
        self
    }

    #[track_caller]
    fn check(self) {
        let dotnet = self.program.under_dotnet();
        if self.aborts {
            dotnet.assert_signal(SIGABRT);
        } else {
            assert_eq!(dotnet.assert_code(0).stderr, "");
        }
        for source in sources() {
            self.check_with(source, &dotnet);
        }
    }

    #[track_caller]
    fn check_with(&self, source: Source, dotnet: &Finished) {
        let hosted = self.program.clone().seen_by(source).under_clrhost();
        assert_same(&hosted.finished, dotnet);
        hosted.assert_sound();
        let otherwise = if source == Source::Thunks { self.thunks } else { Otherwise::default() };
        hosted.assert_as_expected_but(&otherwise);

        let misses_calls =
            self.needs.contains(&Knowledge::EveryCalli) && !tells(source, Knowledge::EveryCalli);
        let lower_bounds = sorted(hosted.rows().filter(|row| row.lower_bound).map(|row| row.kind.as_str()));
        let expected: &[&str] = if misses_calls { &["function_pointer"] } else { &[] };
        assert_eq!(lower_bounds, expected, "{source:?}: {}", hosted.text);
        assert_exports(&hosted, source, self.needs.contains(&Knowledge::Exports));
    }
}

/// The calls by pointers have the names of the functions called, from a source that knows them.
#[track_caller]
fn assert_exports(hosted: &Hosted, source: Source, needed: bool) {
    let expected = hosted.expected();
    assert_eq!(!expected.exports.is_empty(), needed, "the case says whether there are exports");
    // One function may have a row for each type of delegate, and one for calli.
    let mut named = BTreeMap::new();
    for row in hosted.own_rows().filter(|row| is_by_pointer(row)) {
        if let Some(symbol) = &row.symbol {
            *named.entry(symbol.clone()).or_insert(0) += row.calls;
        }
    }
    let wanted = expected.exports.iter().map(|row| (row.symbol.clone(), row.calls));
    let wanted = if tells(source, Knowledge::Exports) { wanted.collect() } else { BTreeMap::new() };
    assert_eq!(named, wanted, "{source:?}: {}", hosted.text);
}

macro_rules! programs {
    ($($test:ident $(needs $needs:ident)?: $case:expr;)*) => {
        $(#[test]
        fn $test() {
            $(needs!($needs);)?
            $case.check();
        })*
    };
}

programs! {
    arguments: case("Arguments").exports();
    structures: case("Structures").exports();
    references: case("References").exports();
    variadic: case("Variadic").exports();
    registers needs UnmanagedCallersOnly: case("Registers");
    errno: case("Errno").exports();
    cpp_throw: case("CppThrow");
    cpp_threads needs ThreadExit: case("CppThreads");
    jump_natively: case("JumpNatively");
    exports: case("Exports").exports().calli();
    symbols: case("Symbols").exports().calli();
    resolved: case("Resolved");
    replaced: case("Replaced").exports().calli();
    suppressed_forms needs SuppressGCTransition: case("SuppressedForms").exports().calli();
    callback_forms: case("CallbackForms");
    short_lived_delegates: case("ShortLived");
    deep_stacks: case("DeepStacks");
    deeper_stacks: case("DeepStacks").args(&["1000"]);
    crowd: case("Crowd");
    large_crowd: case("Crowd").args(&["2000", "20"]);
    many_targets: case("ManyTargets").exports();
    billion: case("Billion");
    longjmp_over_managed_frames: case("LongJump").args(&["1000"]);
    optimised_arguments: case("Arguments").optimised().exports();
    optimised_structures: case("Structures").optimised().exports();
    optimised_registers needs UnmanagedCallersOnly: case("Registers").optimised();
    optimised_errno: case("Errno").optimised().exports();
    optimised_cpp_throw: case("CppThrow").optimised();
    optimised_deep_stacks: case("DeepStacks").optimised();
    made_code: case("Dynamic").exports().calli();
    unloaded_assemblies: case("Unloaded");
    // The runtime aborts on its way from native code to the delegate, which the thunk has let pass.
    a_collected_delegate: case("StaleCallback").aborts().thunks_say(Otherwise {
        callbacks: &[("Stale.Invoke", 1)],
        open: &["Stale.Invoke"],
        ..Otherwise::default()
    });
}

/// Threads that native code made and that never were in managed code: they come by a thunk, where it shows that they make no
/// crossing.
#[test]
fn native_threads_that_call_an_exported_pointer_have_no_crossings() {
    let idle = sources().into_iter().map(|source| {
        let hosted = Program::fixture("Exports").seen_by(source).under_clrhost();
        let idle = hosted.report.tasks.iter().filter(|task| task.leave + task.reverse_enter == 0);
        idle.count()
    });
    let expected = [0, 4];
    assert_eq!(idle.collect::<Vec<_>>(), expected[..sources().len()]);
}

/// What is compared between sources has to be the same between two runs with one of them.
#[test]
fn two_runs_are_reported_alike() {
    let own = |direction: Direction, row: &TargetRow| {
        let own = ["user", "unknown"].contains(&row.origin.as_str());
        own.then(|| RowKey::of(direction, row))
    };
    let names = ["Structures", "CppThreads", "Crowd"].into_iter();
    let names = names.filter(|name| *name != "CppThreads" || has(Needs::ThreadExit));
    for (name, source) in names.flat_map(|name| sources().into_iter().map(move |source| (name, source))) {
        let [first, second] = [(); 2].map(|()| Program::fixture(name).seen_by(source).under_clrhost());
        assert_eq!(compare_rows_by(&first.report, &second.report, own), [], "{name} {source:?}");
    }
}

/// The program of the load (docs/testing.md), for some seconds and without a host: how often it does what differs from run to run.
#[test]
fn everything_at_once() {
    for source in sources() {
        let hosted = Program::fixture("Endurance").args(["seconds=2", "threads=8"]).seen_by(source);
        let hosted = hosted.under_clrhost();
        hosted.finished.assert_code(0);
        if source == Source::Thunks {
            // By the flag calls by `calli` share a row with those of CoreLib.
            hosted.assert_as_expected();
        }
        let totals = &hosted.report.totals;
        let wrong = totals.mismatches + totals.lost + totals.untimed + totals.unwound;
        assert_eq!(wrong, 0, "{}", hosted.text);
    }
}
