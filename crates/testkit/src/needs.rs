//! What tests need of the .NET that they run on, and since when there is such a thing: one table, and a note of every test that is
//! left out by it.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::OnceLock;
use std::thread;

use crate::paths;

/// Something that not every version of .NET has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Thunks that see all that the flag sees.
    Thunks,
    /// The attribute, and a runtime that reports calls of such methods.
    UnmanagedCallersOnly,
    /// The attribute.
    SuppressGCTransition,
    /// `pthread_exit` below managed frames, without luck.
    ThreadExit,
    /// Threads of the runtime's pools that have names of their own.
    NamedPools,
    /// `PosixSignalRegistration`.
    SignalRegistrations,
    /// Profilers that only listen, beside another.
    BesideAnother,
    /// `ControlledExecution`, by which threads are aborted.
    Aborts,
    /// CoreLib's methods that tell a host of waits and threads, in the shape that is rewritten.
    HostedThreads,
    /// A runtime that keeps its own open files from child processes.
    ClosedFiles,
    /// A runtime that goes on after one SIGABRT or SIGSEGV that somebody sent.
    SurvivedSignals,
    /// Programs that others have built for .NET 8.
    ProgramsFor8,
}

/// A row of the table.
struct Row {
    needs: Needs,
    /// The first version that has it.
    since: (u64, u64),
    /// The last major version that has it, if it was taken away.
    until: Option<u64>,
    /// Why others do not.
    reason: &'static str,
}

const fn row(needs: Needs, since: (u64, u64), reason: &'static str) -> Row {
    Row { needs, since, until: None, reason }
}

const TABLE: &[Row] = &[
    row(Needs::Thunks, (5, 0), "thunks miss delegates in fields of structures, so the flag is used there"),
    row(Needs::UnmanagedCallersOnly, (5, 0), "UnmanagedCallersOnly came with .NET 5"),
    row(Needs::SuppressGCTransition, (5, 0), "SuppressGCTransition came with .NET 5"),
    row(
        Needs::ThreadExit,
        (5, 0),
        "pthread_exit below managed frames is a matter of luck, without clrhost too",
    ),
    row(Needs::NamedPools, (7, 0), "all threads of the pool have one name"),
    row(Needs::SignalRegistrations, (6, 0), "PosixSignalRegistration came with .NET 6"),
    row(Needs::BesideAnother, (6, 0), "runtimes have notification profilers since .NET 6"),
    Row {
        needs: Needs::Aborts,
        since: (7, 0),
        until: Some(8),
        reason: "before .NET 7 no thread can be aborted, and since .NET 9 that would end the process",
    },
    row(Needs::HostedThreads, (5, 0), "CoreLib starts threads and lets pools wait in native code of its own"),
    row(Needs::ClosedFiles, (5, 0), "children inherit open files of the runtime's, by numbers that vary"),
    row(
        Needs::SurvivedSignals,
        (8, 0),
        "a SIGABRT that is sent ends the process at once, without clrhost too",
    ),
    row(Needs::ProgramsFor8, (8, 0), "the program was built for .NET 8"),
];

/// Major and minor version of the .NET that tests run on.
pub fn dotnet_version() -> (u64, u64) {
    static VERSION: OnceLock<(u64, u64)> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let shared = paths::dotnet_root().join("shared/Microsoft.NETCore.App");
        let entries =
            std::fs::read_dir(&shared).unwrap_or_else(|e| panic!("can't read {}: {e}", shared.display()));
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let version = |name: String| {
            let mut numbers = name.split('.').map(|number| number.parse().ok());
            Some((numbers.next()??, numbers.next()??))
        };
        names.filter_map(version).max().unwrap_or_else(|| panic!("no version in {}", shared.display()))
    })
}

/// Whether the .NET of the tests has it. Where not, that is noted, and the test does without.
pub fn has(needs: Needs) -> bool {
    let version = dotnet_version();
    let Some(reason) = missing(needs, version) else { return true };
    leave_out(&format!("{needs:?} on .NET {}.{}: {reason}", version.0, version.1));
    false
}

/// Notes that the running test does without something, and why.
pub fn leave_out(reason: &str) {
    let current = thread::current();
    let line = format!("{}: without {reason}", current.name().unwrap_or("a test"));
    eprintln!("skipped: {line}");
    if let Some(file) = env::var_os("CLRHOST_TEST_SKIPS") {
        let opened = OpenOptions::new().create(true).append(true).open(&file);
        let written = opened.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        // A test that is left out and not told of would look as if it had passed.
        written.unwrap_or_else(|e| panic!("can't write to {}: {e}", file.display()));
    }
}

fn missing(needs: Needs, version: (u64, u64)) -> Option<&'static str> {
    let row = TABLE.iter().find(|row| row.needs == needs);
    let row = row.unwrap_or_else(|| panic!("{needs:?} is not in the table"));
    (version < row.since || row.until.is_some_and(|until| version.0 > until)).then_some(row.reason)
}

/// Ends the test here, with a note, where the .NET of the tests lacks one of these.
#[macro_export]
macro_rules! needs {
    ($($needs:ident),+) => {
        $(if !$crate::has($crate::Needs::$needs) { return; })+
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_out_on_dotnet_8() {
        for row in TABLE {
            assert_eq!(missing(row.needs, (8, 0)), None);
            assert!(missing(row.needs, (row.since.0 - 1, 9)).is_some());
        }
        assert!(missing(Needs::Aborts, (9, 0)).is_some());
    }
}
