//! The same programs seen by both sources, row by row: what the reports do not say alike is listed here, each with its cause, and
//! nothing else may differ. `docs/sources.md` has the causes at length.

mod support;

use clrhost::report::TargetRow;
use clrhost_testkit::{Difference, Direction, RowKey, compare_rows_by, needs, sample, scratch};
use support::others::{coco, mcs, nbgv};
use support::{Hosted, Program, Source, is_by_pointer, nameless};

/// Something that the sources do not say alike.
struct Listed {
    /// Which programs; none for all.
    programs: &'static [&'static str],
    /// Methods of the rows; none for all.
    methods: &'static [&'static str],
    fields: &'static [&'static str],
    /// It is always there, not only sometimes.
    always: bool,
    cause: &'static str,
}

const CALLS: &[&str] = &["calls", "completed"];
const ROW: &[&str] = &["row"];

const LISTED: &[Listed] = &[
    Listed {
        programs: &[],
        methods: &["Interop.Sys.SchedGetCpu", "Interop.Sys.GetTimestamp"],
        fields: CALLS,
        always: false,
        cause: "CoreLib measures how long SchedGetCpu takes, in rounds that grow until one takes a microsecond: the \
                quicker the call, the more there are",
    },
    Listed {
        programs: &[
            "Async",
            "Pool",
            "Faults",
            "Collecting",
            "NativeThreads",
            "ManyThreads",
            "nbgv Managed",
            "nbgv LibGit2",
        ],
        methods: &[
            "Interop.Sys.GetErrNo",
            "Interop.Sys.SetErrNo",
            "Interop.Sys.GetNonCryptographicallySecureRandomBytes",
            "Interop.Sys.GetCpuUtilization",
            "Interop.Sys.SchedGetCpu",
            "Interop.Sys.GetTimestamp",
        ],
        fields: &["calls", "completed", "threads"],
        always: false,
        cause: "threads of the pool, and those that wait for each other, do as much as they happen to meet; two runs with \
                one source differ in this too",
    },
    Listed {
        programs: &["Async", "Pool"],
        methods: &[],
        fields: &["threads"],
        always: false,
        cause: "the pool chooses the threads",
    },
    Listed {
        programs: &["Collected"],
        methods: &["Collected.fx_nothing"],
        fields: CALLS,
        always: false,
        cause: "the program calls it until enough collections have been",
    },
    Listed {
        programs: &["Calli"],
        methods: &[""],
        fields: ROW,
        always: true,
        cause: "thunks do not see calls through pointers that a native function gave",
    },
    Listed {
        programs: &["Pointers"],
        methods: &["TwiceInField.Invoke"],
        fields: ROW,
        always: false,
        cause: "up to .NET 8 the runtime makes a delegate for a native function that lies in a field of a structure by a part of \
                its own, which thunks cannot be put before",
    },
    Listed {
        programs: &["StaleCallback"],
        methods: &["Stale.Invoke"],
        fields: ROW,
        always: true,
        cause: "native code calls a delegate that is gone: a thunk sees the call begin, and the runtime aborts before it \
                would report it",
    },
];

impl Listed {
    fn is(&self, program: &str, difference: &Difference) -> bool {
        (self.programs.is_empty() || self.programs.contains(&program))
            && (self.methods.is_empty() || self.methods.contains(&&*difference.key.method))
            && self.fields.contains(&difference.field)
    }
}

/// Pointers are told apart by thunks alone: the flag has one row for all functions that delegates of a type were made from, and
/// one for all calls by `calli`. So those are added up.
fn key(direction: Direction, row: &TargetRow) -> Option<RowKey> {
    let key = RowKey::of(direction, row);
    Some(match is_by_pointer(row) {
        true => RowKey { library: None, symbol: None, method: nameless(row), ..key },
        false => key,
    })
}

/// Runs a program, made anew for each source, and compares.
#[track_caller]
fn check(name: &str, program: impl Fn() -> Program) {
    let [flag, thunks]: [Hosted; 2] =
        [Source::Flag, Source::Thunks].map(|source| program().seen_by(source).under_clrhost());
    assert_eq!(
        (flag.finished.code, flag.finished.signal),
        (thunks.finished.code, thunks.finished.signal),
        "{name}: {}\n{}",
        flag.finished,
        thunks.finished
    );
    let differences = compare_rows_by(&flag.report, &thunks.report, key);
    let is_listed = |difference: &&Difference| LISTED.iter().any(|listed| listed.is(name, difference));
    let unlisted: Vec<_> = differences.iter().filter(|it| !is_listed(it)).map(ToString::to_string).collect();
    assert!(unlisted.is_empty(), "{name}, by the flag and by thunks:\n{}", unlisted.join("\n"));
    for listed in LISTED.iter().filter(|listed| listed.always && listed.programs.contains(&name)) {
        let shows = differences.iter().any(|difference| listed.is(name, difference));
        assert!(shows, "{name}: no longer so, take it from the list: {}", listed.cause);
    }
    // What thunks say besides: where everything leads.
    for row in thunks.report.targets.iter().filter(|row| row.kind != "overflow") {
        assert!(row.file.is_some() && row.address.is_some(), "{name}: {row:?}");
        assert!(!is_by_pointer(row) || row.library.is_some(), "{name}: {row:?}");
    }
    assert!(flag.report.targets.iter().all(|row| row.file.is_none() && row.address.is_none()), "{name}");
}

#[track_caller]
fn check_fixtures(names: &[&str]) {
    for name in names {
        check(name, || Program::fixture(name));
    }
}

#[test]
fn fixtures_that_count() {
    needs!(Thunks);
    check_fixtures(&[
        "Values",
        "Inlined",
        "Marshalled",
        "Delegates",
        "Unmanaged",
        "Identity",
        "Pointers",
        "Calli",
    ]);
    check_fixtures(&["Suppressed", "Nested", "Caught", "Hello", "Echo", "Variables"]);
}

#[test]
fn fixtures_of_several_threads() {
    needs!(Thunks);
    check_fixtures(&[
        "NativeThreads",
        "Pool",
        "ManyThreads",
        "Async",
        "Collecting",
        "Collected",
        "Crowd",
        "Billion",
    ]);
}

#[test]
fn fixtures_that_end_somehow() {
    needs!(Thunks);
    check_fixtures(&["ThreadEnds", "LongJump", "BlockedAtExit", "ExitInside", "Faults", "StaleCallback"]);
}

#[test]
fn fixtures_about_thunks() {
    needs!(Thunks);
    check_fixtures(&["Arguments", "Structures", "References", "Variadic", "Registers", "Errno", "CppThrow"]);
    check_fixtures(&[
        "CppThreads",
        "JumpNatively",
        "SuppressedForms",
        "CallbackForms",
        "ShortLived",
        "DeepStacks",
    ]);
}

#[test]
fn fixtures_about_what_is_looked_up() {
    needs!(Thunks);
    check_fixtures(&["Exports", "Symbols", "Resolved", "Replaced", "ManyTargets", "Dynamic", "Unloaded"]);
}

#[test]
fn the_sample() {
    needs!(Thunks);
    check("orders", || Program::new(sample("orders")));
}

#[test]
fn programs_of_others() {
    needs!(Thunks);
    check("mcs", || mcs("mcs-equal").0);
    check("coco", || coco(&scratch("coco-equal")));
    for engine in ["Managed", "LibGit2"] {
        check(&format!("nbgv {engine}"), || nbgv(engine));
    }
}
