//! Sockets of processes that do not end by `exit`.

use crate::support::BOTH;
use clrhost_testkit::{Run, dotnet, fixture, scratch};
use std::fs;

/// A process that a signal ends takes its socket away, all but SIGKILL; and what that leaves behind the next process removes.
#[test]
fn sockets_of_processes_that_a_signal_ends() {
    for under in BOTH {
        let runtime_folder = scratch("sockets");
        // One that others may enter would not be used.
        let rights = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(&runtime_folder, rights).expect("the rights of a folder");
        let end = |way: &[&str]| {
            let command =
                if under == BOTH[0] { Run::clrhost().arg("run") } else { Run::clrhost().arg("trace") };
            let command = command.arg("--report").arg(runtime_folder.join("r.json"));
            let command = if under == BOTH[0] { command } else { command.arg("--").arg(dotnet()) };
            command.arg(fixture(way[0])).args(&way[1..]).env("XDG_RUNTIME_DIR", &runtime_folder).output()
        };
        let left = || {
            let entries = fs::read_dir(runtime_folder.join("clrhost")).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        end(&["Crash", "memory"]);
        assert_eq!(left(), [""; 0], "{under:?}");
        end(&["Endings", "kill", "9"]);
        assert_eq!(left().len(), 1, "{under:?}: nobody can do anything about that");
        end(&["Hello"]).assert_code(0);
        assert_eq!(left(), [""; 0], "{under:?}");
    }
}
