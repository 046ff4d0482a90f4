//! What the commands for running processes have in common: how a process is chosen, and how they end where it cannot be asked.

use crate::args::Format;
use crate::{complain, exit_code, recording, units};
use clap::{Args, Subcommand};
use clrhost::report::printable;
use clrhost_control::client::{Error, Process};
use clrhost_control::protocol::{Hello, TargetName};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const PS_HELP: &str = "\
Listed are processes of the same user, for root those of all users, whose crossings clrhost sees: those under
`clrhost run` and `clrhost trace`, and those that load its probe by themselves (docs/live.md).

Examples:
  clrhost ps
  clrhost ps --json | jq '.processes[].pid'";

pub const TOP_HELP: &str = "\
Keys: q quit   space pause   s, S sort by the next or last column   / filter, Esc ends that
      arrows choose   Enter shows histogram and callers of a target   t threads   z counts anew from now

Examples:
  clrhost top -p 4711
  clrhost top -n Orders --interval 500ms
  clrhost top -p 4711 --once        one table of the next second, for scripts and logs";

pub const STUCK_HELP: &str = "\
The process goes on meanwhile: nothing is sent to its threads, and no call of theirs ends early.

Examples:
  clrhost stuck -p 4711
  clrhost stuck -n Orders --over 30s
  clrhost stuck -p 4711 --over 0s --json    every thread that is in native code, for scripts";

pub const CTL_HELP: &str = "\
Examples:
  clrhost ctl -p 4711 report now.json    the report as things are now; the process goes on
  clrhost ctl -p 4711 report -           to standard output, as text
  clrhost ctl -p 4711 record now.clrtrace --duration 30s    every call of the next half minute
  clrhost ctl -p 4711 record ring.clrtrace --max-size 64M   the newest calls, until:
  clrhost ctl -p 4711 stop               end of the recording; the process goes on";

/// Options of `clrhost ps`.
#[derive(Args)]
pub struct Ps {
    /// As JSON (docs/live.md)
    #[arg(long)]
    pub json: bool,
}

/// Which process.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Choice {
    /// The process of this number
    #[arg(short, long, value_name = "PID")]
    process_id: Option<u32>,

    /// The process of this name: that of its program, or of its application with or without .dll
    #[arg(short, long, value_name = "NAME")]
    name: Option<String>,
}

/// Options of `clrhost top`.
#[derive(Args)]
pub struct Top {
    #[command(flatten)]
    pub choice: Choice,

    /// How long one reading stands, as 1s or 500ms
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = units::duration)]
    pub interval: Duration,

    /// Print one table of one interval, and end; that is so as well where stdout is no terminal
    #[arg(long)]
    pub once: bool,
}

/// Options of `clrhost stuck`.
#[derive(Args)]
pub struct Stuck {
    #[command(flatten)]
    pub choice: Choice,

    /// Threads that have been in one native call for at least this long, as 5s, 200ms or 2m
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = units::duration)]
    pub over: Duration,

    /// As JSON (docs/live.md)
    #[arg(long)]
    pub json: bool,
}

/// Options of `clrhost ctl`.
#[derive(Args)]
pub struct Ctl {
    #[command(flatten)]
    pub choice: Choice,

    #[command(subcommand)]
    pub what: CtlCommand,
}

/// What a process can be made to do.
#[derive(Subcommand)]
pub enum CtlCommand {
    /// Make its report now
    Report {
        /// Where to write it; - is standard output
        #[arg(value_name = "FILE")]
        file: PathBuf,

        /// Form of the report [default: json for a FILE that ends in .json, else text]
        #[arg(long, value_enum)]
        format: Option<Format>,

        /// Leave out the native calls of .NET's own assemblies
        #[arg(long)]
        user_only: bool,
    },
    /// Begin to record every call with its time and thread, as `clrhost trace -o` does
    Record {
        /// The file; what is in it is lost. The process writes it, so it has to have the right to
        #[arg(value_name = "FILE")]
        file: PathBuf,

        /// Keep the recording below this size, and the newest calls in it: 64M, 2G
        #[arg(long, value_name = "SIZE", value_parser = recording::size)]
        max_size: Option<u64>,

        /// Record for so long: 30s, 5m, 1h, or [[dd:]hh:]mm:ss
        #[arg(long, value_name = "TIME", value_parser = units::some_time)]
        duration: Option<Duration>,
    },
    /// End the recording, whoever began it
    Stop,
}

impl Choice {
    /// Finds the process. The error is the exit code, all else is said.
    pub fn process(&self) -> Result<Process, i32> {
        let found = match (self.process_id, &self.name) {
            (Some(pid), _) => Process::find(pid).map_err(|error| error.to_string()),
            (None, name) => by_name(name.as_deref().unwrap_or_default()),
        };
        found.map_err(|problem| {
            complain(problem);
            exit_code::FAILURE
        })
    }
}

fn by_name(name: &str) -> Result<Process, String> {
    let all = Process::all();
    let mut fitting = all.into_iter().filter(|(process, hello)| {
        let command = hello.as_ref().map(|hello| hello.command.as_slice()).unwrap_or_default();
        is_called(name, process.pid(), command)
    });
    let Some((process, _)) = fitting.next() else {
        return Err(format!("no process with a probe is called {name}; `clrhost ps` lists them"));
    };
    let others: Vec<String> = fitting.map(|(other, _)| other.pid().to_string()).collect();
    if others.is_empty() {
        return Ok(process);
    }
    Err(format!(
        "processes {} and {} are called {name}; choose one with -p",
        process.pid(),
        others.join(", ")
    ))
}

fn is_called(name: &str, pid: u32, command: &[String]) -> bool {
    let program = fs::read_to_string(format!("/proc/{pid}/comm"));
    let is_program = program.is_ok_and(|program| program.trim_end() == name);
    let words = command.iter().enumerate();
    let mut files =
        words.filter(|(index, word)| *index == 0 || word.ends_with(".dll")).map(|(_, word)| Path::new(word));
    is_program
        || files.any(|file| {
            file.file_name().is_some_and(|file| file == name)
                || file.file_stem().is_some_and(|file| file == name)
        })
}

/// Says why a process could not be asked.
pub fn fail(error: &Error) -> i32 {
    complain(error);
    exit_code::FAILURE
}

/// What a process is called where it is spoken of.
pub fn title(hello: &Hello) -> String {
    let command: Vec<&str> = hello.command.iter().map(|word| file_name(word)).collect();
    printable(&format!("{} {}", hello.pid, command.join(" ")))
}

fn file_name(word: &str) -> &str {
    let name = Path::new(word).file_name().and_then(|name| name.to_str());
    name.filter(|_| word.starts_with('/')).unwrap_or(word)
}

/// A target's name on one line: "Type.Method → library!symbol".
pub fn target_name(name: &TargetName) -> String {
    let line = match (&name.library, &name.symbol) {
        (Some(library), Some(symbol)) => format!("{} → {}!{symbol}", name.method, file_name(library)),
        (Some(library), None) => format!("{} → {}", name.method, file_name(library)),
        (None, Some(symbol)) => format!("{} → {symbol}", name.method),
        (None, None) => name.method.clone(),
    };
    printable(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_known_by_their_program_and_by_their_application() {
        let command = ["/usr/bin/dotnet", "/app/Orders.dll", "x"].map(str::to_owned);
        for name in ["dotnet", "Orders", "Orders.dll"] {
            assert!(is_called(name, 0, &command), "{name}");
        }
        assert!(!is_called("x", 0, &command));
        assert!(!is_called("", 0, &command));
    }

    #[test]
    fn names_show_what_is_known() {
        let name = |library: Option<&str>, symbol: Option<&str>| {
            target_name(&TargetName {
                method: "A.F".to_owned(),
                library: library.map(str::to_owned),
                symbol: symbol.map(str::to_owned),
            })
        };
        assert_eq!(name(Some("/lib/libx.so"), Some("f")), "A.F → libx.so!f");
        assert_eq!(name(None, Some("f")), "A.F → f");
        assert_eq!(name(None, None), "A.F");
    }
}
