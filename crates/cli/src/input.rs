//! Files that `clrhost report` and `clrhost diff` read: recordings, and reports as JSON.

use clrhost::report::{Report, SCHEMA};
use clrhost_analysis::{Analysis, DOCUMENT_SCHEMA};
use clrhost_trace::Recording;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

/// From this size on, reading takes long enough to say that it is under way.
const LARGE_BYTES: u64 = 32 << 20;

/// What a file turned out to be.
pub enum Input {
    /// Calls, one by one.
    Recording(Box<Recording>),
    /// Sums alone.
    Report(Box<Report>),
}

/// Reads a file of either kind; it is told by how it begins. The error is a message for people.
pub fn read(path: &Path) -> Result<Input, String> {
    let cannot_read = |error: io::Error| format!("{}: {error}", path.display());
    let metadata = fs::metadata(path).map_err(cannot_read)?;
    if metadata.is_dir() {
        return Err(format!("{}: it is a directory; name a recording or a report", path.display()));
    }
    if begins_as_json(path).map_err(cannot_read)? {
        return read_report(&fs::read_to_string(path).map_err(cannot_read)?)
            .map(|report| Input::Report(Box::new(report)))
            .map_err(|problem| format!("{}: {problem}", path.display()));
    }
    let shown = metadata.len() >= LARGE_BYTES && io::stderr().is_terminal();
    if shown {
        let _ = write!(io::stderr(), "clrhost: reading {} ({} MB) ...", path.display(), metadata.len() >> 20);
    }
    let recording = Recording::read(path);
    if shown {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    recording.map(|recording| Input::Recording(Box::new(recording))).map_err(|error| error.to_string())
}

/// The report in a file: that of a recording is the process's own, or the one that its calls give.
pub fn report_of(path: &Path) -> Result<Report, String> {
    match read(path)? {
        Input::Report(report) => Ok(*report),
        Input::Recording(recording) => {
            let in_file = |problem: String| format!("{}: {problem}", path.display());
            let analysis = Analysis::new(&recording).map_err(|error| in_file(error.to_string()))?;
            let own = analysis.own_report().map_err(|error| in_file(not_readable(&error)))?;
            Ok(own.unwrap_or_else(|| analysis.report_from_calls()))
        }
    }
}

/// Why the report inside a recording is of no use.
pub fn not_readable(error: &serde_json::Error) -> String {
    format!(
        "the report in the recording cannot be read: {error}; use the clrhost that made the recording, or a later one"
    )
}

fn begins_as_json(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut beginning)?;
    Ok(beginning.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{'))
}

fn read_report(text: &str) -> Result<Report, String> {
    let mut json: Value =
        serde_json::from_str(text).map_err(|error| format!("not readable as JSON: {error}"))?;
    if json["schema"] == DOCUMENT_SCHEMA {
        json = json["report"].take();
    }
    match json["schema"].as_str() {
        Some(SCHEMA) => serde_json::from_value(json).map_err(|error| format!("not a whole report: {error}")),
        Some(other) => Err(format!("it is of the format {other}, and this clrhost reads {SCHEMA}")),
        None => Err(format!(
            "it is JSON, and no report of clrhost: those have a field \"schema\" that says {SCHEMA}"
        )),
    }
}
