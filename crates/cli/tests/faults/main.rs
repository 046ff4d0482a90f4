//! Faults of processes on the real runtime, each in a process of its own: what happens without clrhost first, then that the same happens
//! with it, with both sources, hosted and traced. `docs/testing.md` lists the faults.

mod ends;
mod forks;
mod loaded_twice;
mod memory;
mod signals;
mod stacks;
#[path = "../support/mod.rs"]
mod support;
mod two_runtimes;
mod unloaded;

use support::{Hosted, Program, assert_same, sources};

/// The program hosted and traced, with each source.
fn watched(program: &Program) -> impl Iterator<Item = Hosted> {
    sources().into_iter().flat_map(|source| {
        let program = program.clone().seen_by(source);
        [program.under_clrhost(), program.under_trace()]
    })
}

/// Runs the program under dotnet, hosted and traced, with each source: all end alike, and the reports say what the program says.
#[track_caller]
fn check(program: &Program) -> Vec<Hosted> {
    let dotnet = program.under_dotnet();
    let watched: Vec<_> = watched(program).collect();
    for watched in &watched {
        assert_same(&watched.finished, &dotnet);
        watched.assert_sound();
        watched.assert_as_expected();
        assert_eq!(watched.report.process.unreported_ns, None, "made at the end\n{}", watched.text);
    }
    watched
}
