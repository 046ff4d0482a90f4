//! The command line.

use clap::{Parser, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Runs threads that do everything that crosses the border, aborts some, and judges that clrhost counted every crossing, leaked nothing
/// and held nobody up.
#[derive(Clone, Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub struct Options {
    /// The program: fixtures/managed/Endurance, compiled
    pub program: PathBuf,

    /// How long it runs
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = minutes)]
    pub minutes: f64,

    /// Threads at work at any time; those that they start come on top
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub threads: u32,

    /// Begins the random numbers by which threads choose what they do, and whom the host aborts [default: the time]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    pub seed: Option<u32>,

    /// How clrhost takes part
    #[arg(long = "as", value_name = "HOW", default_value = "hosted")]
    pub way: Way,

    /// How crossings are seen
    #[arg(long, value_name = "HOW", default_value = "thunks")]
    pub source: Source,

    /// Records every call to a file, and compares the file too. Takes some 10 MB a second
    #[arg(long)]
    pub recording: bool,

    /// A crossing that takes longer than this has to be explained by the machine, in microseconds
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub bound_us: u32,

    /// Seconds between two pauses in which the counts are compared [default: a tenth of the time, a minute at most]
    #[arg(long, value_name = "N")]
    pub checkpoint: Option<u32>,

    /// Milliseconds between two aborts, on average; 0 for none. Only --as hosted can abort
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub abort_every: u32,

    /// Where recordings are written
    #[arg(long, value_name = "FOLDER", default_value = "target/clrhost/load")]
    pub folder: PathBuf,

    /// This process hosts the program, for the one that judges
    #[arg(long, hide = true)]
    pub hosted: bool,
}

const EXAMPLES: &str = "\
Examples:
  cargo xtask load --minutes 60            the long run
  cargo xtask load --minutes 1 --seed 7    what CI prints when it fails, again
  cargo xtask load --source flag --as timed --minutes 2
  cargo xtask load --recording --as timed --minutes 1
  cargo xtask load --as plain --minutes 5  the same without clrhost: what memory .NET itself takes

Exit codes:
  0    all held
  1    a count was wrong, memory grew, more than three crossings were slow without a
       reason, or the program died
  125  it could not be run";

/// How clrhost takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// A host is called at each crossing, makes the threads, and aborts
    Hosted,
    /// Crossings are counted and timed
    Timed,
    /// Crossings are counted
    Counted,
    /// Not at all
    Plain,
}

/// How crossings are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Source {
    /// By code of clrhost's own between caller and function
    Thunks,
    /// By the runtime's own events
    Flag,
}

impl Options {
    /// How long it runs.
    pub fn time(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }

    /// The time between two comparisons.
    pub fn checkpoint(&self) -> Duration {
        let default = (self.time() / 10).clamp(Duration::from_secs(5), Duration::from_secs(60));
        self.checkpoint.map_or(default, |seconds| Duration::from_secs(u64::from(seconds.max(1))))
    }

    /// The file of the recording.
    pub fn recording_file(&self) -> PathBuf {
        self.folder.join("load.clrtrace")
    }

    /// The command line of the process that hosts.
    pub fn for_hosted(&self, seed: u32) -> Vec<OsString> {
        let mut words = vec![self.program.clone().into_os_string(), "--hosted".into()];
        let word = |value: Option<clap::builder::PossibleValue>| {
            value.map_or_else(String::new, |value| value.get_name().to_owned())
        };
        for (option, value) in [
            ("--minutes", self.minutes.to_string()),
            ("--threads", self.threads.to_string()),
            ("--seed", seed.to_string()),
            ("--as", word(self.way.to_possible_value())),
            ("--source", word(self.source.to_possible_value())),
            ("--bound-us", self.bound_us.to_string()),
            ("--checkpoint", self.checkpoint().as_secs().to_string()),
            ("--abort-every", self.abort_every.to_string()),
        ] {
            words.extend([option.into(), value.into()]);
        }
        words.extend(["--folder".into(), self.folder.clone().into_os_string()]);
        words.extend(self.recording.then(|| "--recording".into()));
        words
    }
}

fn minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(minutes) if (0.05..=10_000.0).contains(&minutes) => Ok(minutes),
        _ => Err("a number of minutes from 0.05 to 10000 is expected".to_owned()),
    }
}
