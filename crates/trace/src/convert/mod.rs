//! Recordings in the formats of other programs.

mod chromium;
mod csv;
mod folded;
mod json;
mod names;
mod nesting;
mod parquet;
mod perfetto;
mod protobuf;
mod speedscope;

use crate::model::Recording;
use std::io::{self, BufWriter, Write};

/// A format of another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Protocol buffers for ui.perfetto.dev and `trace_processor`: everything on one timeline.
    Perfetto,
    /// JSON trace events for chrome://tracing and Perfetto: everything on one timeline.
    Chromium,
    /// JSON for speedscope.app: the calls, a profile for each thread.
    Speedscope,
    /// Stacks and the nanoseconds spent in each, for `inferno-flamegraph` and `flamegraph.pl`: the calls of all threads.
    Folded,
    /// A table of calls as text.
    Csv,
    /// The same table for pandas, DuckDB, Spark and so on.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 6] = [
        Format::Perfetto,
        Format::Chromium,
        Format::Speedscope,
        Format::Folded,
        Format::Csv,
        Format::Parquet,
    ];

    /// How names of such files end, by which their programs know them.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Perfetto => "perfetto-trace",
            Format::Chromium => "chromium.json",
            Format::Speedscope => "speedscope.json",
            Format::Folded => "folded",
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }
}

/// Writes a recording in another format. What each of them shows is in `docs/convert.md`.
///
/// Calls that did not return last until the end of the recording where a format has no other way to say it. Where the times of a
/// call and of one around it contradict each other, the inner one is cut.
///
/// # Errors
///
/// If `out` cannot be written.
pub fn convert(recording: &Recording, format: Format, out: impl Write + Send) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(256 << 10, out);
    match format {
        Format::Perfetto => perfetto::write(recording, &mut out)?,
        Format::Chromium => chromium::write(recording, &mut out)?,
        Format::Speedscope => speedscope::write(recording, &mut out)?,
        Format::Folded => folded::write(recording, &mut out)?,
        Format::Csv => csv::write(recording, &mut out)?,
        Format::Parquet => parquet::write(recording, &mut out)?,
    }
    out.flush()
}
