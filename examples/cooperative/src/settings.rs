//! What is to be run, and the words in which one process of the example tells another what came of it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Shown when the command line is not understood.
pub const USAGE: &str = "usage: cooperative Load.dll [--tasks N] [--slots N] [--seconds S] [--runaways N]
  Load.dll        samples/load, compiled (`cargo xtask fixtures` does that)
  --tasks N       threads of the load (200)
  --slots N       tasks that may run managed code at a time (2)
  --seconds S     length of each run (3)
  --runaways N    tasks that never stop by themselves, in the hosted runs (4)";

/// Which part of the comparison this process is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The one that starts the others.
    Compare,
    /// A load under the scheduler.
    Hosted,
    /// A load as .NET runs it.
    Plain,
}

impl Mode {
    /// The word for it in the table and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Compare => "compare",
            Mode::Hosted => "hosted",
            Mode::Plain => "un-hosted",
        }
    }
}

/// The command line.
pub struct Settings {
    pub mode: Mode,
    pub load: PathBuf,
    pub kind: String,
    pub tasks: usize,
    pub slots: usize,
    pub seconds: f64,
    pub runaways: usize,
}

/// What a run tells: keys and values.
pub type Row = BTreeMap<String, String>;

impl Settings {
    pub fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Settings, String> {
        let load = PathBuf::from(words.next().ok_or("which load?")?);
        let mut settings = Settings {
            mode: Mode::Compare,
            load,
            kind: "cpu".to_owned(),
            tasks: 200,
            slots: 2,
            seconds: 3.0,
            runaways: 4,
        };
        while let Some(option) = words.next() {
            let option = option.to_string_lossy().into_owned();
            let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
            let value = value.to_string_lossy();
            let wrong = |error: &dyn std::fmt::Display| format!("{option} {value}: {error}");
            match option.as_str() {
                "--tasks" => settings.tasks = value.parse().map_err(|error| wrong(&error))?,
                "--slots" => settings.slots = value.parse().map_err(|error| wrong(&error))?,
                "--seconds" => settings.seconds = value.parse().map_err(|error| wrong(&error))?,
                "--runaways" => settings.runaways = value.parse().map_err(|error| wrong(&error))?,
                "--kind" => settings.kind = value.into_owned(),
                "--mode" if value == Mode::Hosted.as_str() => settings.mode = Mode::Hosted,
                "--mode" if value == Mode::Plain.as_str() => settings.mode = Mode::Plain,
                _ => return Err(format!("unknown option {option} {value}")),
            }
        }
        if settings.slots == 0 {
            return Err("without a slot nothing runs".to_owned());
        }
        Ok(settings)
    }

    /// The command line of a process for one run.
    pub fn child_arguments(&self, kind: &str, mode: Mode) -> Vec<OsString> {
        let mut arguments = vec![self.load.clone().into_os_string()];
        let options = [
            ("--mode", mode.as_str().to_owned()),
            ("--kind", kind.to_owned()),
            ("--tasks", self.tasks.to_string()),
            ("--slots", self.slots.to_string()),
            ("--seconds", self.seconds.to_string()),
            ("--runaways", self.runaways.to_string()),
        ];
        for (option, value) in options {
            arguments.extend([option.into(), value.into()]);
        }
        arguments
    }

    /// The argument of `Load.Run`.
    pub fn for_load(&self, runaways: usize) -> String {
        format!("kind={} tasks={} seconds={} runaways={runaways}", self.kind, self.tasks, self.seconds)
    }
}

/// Reads the lines of `key=value` words that a run prints.
pub fn parse_row(text: &str) -> Row {
    text.split_whitespace()
        .filter_map(|word| word.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
