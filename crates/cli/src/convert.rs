//! `clrhost convert`: a recording in the format of another program.

use crate::complain;
use crate::progress::{Progress, Watched};
use crate::sink::Sink;
use clap::{Args, ValueEnum};
use clrhost_trace::convert::{self, Format};
use clrhost_trace::{End, ReadError, Reader, Recording};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const HELP: &str = "\
FILE may be - for a recording on standard input, and so may the -o of standard output.

Examples:
  clrhost convert app.clrtrace --format perfetto              app.perfetto-trace, for https://ui.perfetto.dev
  clrhost convert app.clrtrace --format speedscope            app.speedscope.json, for https://www.speedscope.app
  clrhost convert app.clrtrace --format folded -o - | inferno-flamegraph > app.svg
  clrhost convert app.clrtrace --format parquet -o calls.parquet
  clrhost convert app.clrtrace --format csv -o - | head       every call, its times, its thread

Both web pages work on files in the browser; nothing is sent. A damaged recording is converted as far as it
can be read, and what is missing is said on stderr.";

/// Options of `clrhost convert`.
#[derive(Args)]
pub struct Convert {
    /// The recording, as `clrhost trace -o FILE` makes it
    #[arg(value_name = "FILE")]
    recording: PathBuf,

    /// The format to turn it into (docs/convert.md)
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: FormatName,

    /// Write here [default: the recording's name with the format's ending, in the same folder]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// The formats by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// A timeline for ui.perfetto.dev: threads, calls, pauses, collections
    Perfetto,
    /// The same as JSON trace events, for chrome://tracing and others
    Chromium,
    /// Flame graphs and time order for each thread, for speedscope.app
    Speedscope,
    /// Stacks with their own nanoseconds, for inferno-flamegraph or flamegraph.pl
    Folded,
    /// A row for each call, as text
    Csv,
    /// The same table for pandas, DuckDB, Spark
    Parquet,
}

impl FormatName {
    fn format(self) -> Format {
        match self {
            FormatName::Perfetto => Format::Perfetto,
            FormatName::Chromium => Format::Chromium,
            FormatName::Speedscope => Format::Speedscope,
            FormatName::Folded => Format::Folded,
            FormatName::Csv => Format::Csv,
            FormatName::Parquet => Format::Parquet,
        }
    }

    /// Whether it is of no use to people at a terminal.
    fn is_binary(self) -> bool {
        matches!(self, FormatName::Perfetto | FormatName::Parquet)
    }
}

/// How many damaged places are said each.
const SAID: usize = 5;

/// Converts, and gives the exit code.
pub fn convert(options: &Convert) -> io::Result<i32> {
    let format = options.format.format();
    let is_stdin = options.recording.as_os_str() == "-";
    let output = match &options.output {
        Some(output) => output.clone(),
        None if is_stdin => PathBuf::from("-"),
        None => options.recording.with_extension(format.extension()),
    };
    let to_stdout = output.as_os_str() == "-";
    if to_stdout && options.format.is_binary() && io::stdout().is_terminal() {
        return Err(io::Error::other(
            "this format is not for terminals; name a file with -o, or a program behind |",
        ));
    }
    if !is_stdin && !to_stdout && is_same_file(&options.recording, &output) {
        let problem = format!("{} is the recording itself; name another file with -o", output.display());
        return Err(io::Error::other(problem));
    }
    // Tried out before the work.
    let sink = if to_stdout { None } else { Some(open(&output)?) };

    let recording = read(&options.recording).map_err(io::Error::other)?;
    tell_what_is_missing(&options.recording, &recording);

    let progress = Progress::new(format!("writing {}", output.display()), None);
    match sink {
        None => convert::convert(&recording, format, Watched { inner: io::stdout(), progress })?,
        Some(sink) => {
            sink.write_with(|out| convert::convert(&recording, format, Watched { inner: out, progress }))?;
            let (calls, threads) = (recording.calls.len(), recording.threads.len());
            let s = |count| if count == 1 { "" } else { "s" };
            complain(format_args!(
                "{calls} call{} on {threads} thread{} written to {}",
                s(calls),
                s(threads),
                output.display()
            ));
        }
    }
    Ok(0)
}

fn open(path: &Path) -> io::Result<Sink> {
    Sink::open(Some(path)).map_err(|error| {
        let problem = format!("{} cannot be written: {error}; name another file with -o", path.display());
        io::Error::new(error.kind(), problem)
    })
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Reads a recording whole and shows how far it is; `-` is standard input.
pub fn read(path: &Path) -> Result<Recording, ReadError> {
    let of_path = |error| ReadError::In(path.to_owned(), Box::new(error));
    if path.as_os_str() == "-" {
        let progress = Progress::new("reading standard input".to_owned(), None);
        let stdin = Watched { inner: io::stdin().lock(), progress };
        return Reader::new(Box::new(stdin) as Box<dyn Read>)
            .and_then(Reader::into_recording)
            .map_err(of_path);
    }
    let file = File::open(path).map_err(|error| of_path(error.into()))?;
    let total = file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len());
    let progress = Progress::new(format!("reading {}", path.display()), total);
    let file = Watched { inner: file, progress };
    Reader::from_file(file).and_then(Reader::into_recording).map_err(of_path)
}

/// Says what the other format cannot say.
fn tell_what_is_missing(path: &Path, recording: &Recording) {
    let path = path.display();
    for place in recording.damage.iter().take(SAID) {
        complain(format_args!("{path}: {place}"));
    }
    if recording.damage.len() > SAID {
        complain(format_args!("{path}: {} more places like these", recording.damage.len() - SAID));
    }
    let lost: u64 = recording.losses.iter().map(|loss| loss.calls).fold(0, u64::saturating_add);
    if lost > 0 {
        complain(format_args!("{path}: {lost} calls were made that are not in the recording"));
    }
    if recording.end == End::Cut {
        let until = Duration::from_nanos(recording.until_ns);
        complain(format_args!(
            "{path}: the recording was not closed; what came after {until:.3?} may be missing"
        ));
    }
}
