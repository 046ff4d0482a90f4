//! Files that `clrhost report` and `clrhost diff` read: recordings, and reports as JSON.

use crate::convert;
use clrhost::report::{Report, SCHEMA};
use clrhost_analysis::{Analysis, DOCUMENT_SCHEMA};
use clrhost_trace::{Reader, Recording};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// What a file turned out to be.
pub enum Input {
    /// Calls, one by one.
    Recording(Box<Recording>),
    /// Sums alone.
    Report(Box<Report>),
}

/// Reads a file of either kind, or standard input for `-`; which it is, is told by how it begins. The error is a message for
/// people.
pub fn read(path: &Path) -> Result<Input, String> {
    let in_file = |problem: String| format!("{}: {problem}", path.display());
    let cannot_read = |error: io::Error| in_file(error.to_string());
    let is_stdin = path.as_os_str() == "-";
    if !is_stdin {
        let metadata = fs::metadata(path).map_err(cannot_read)?;
        if metadata.is_dir() {
            return Err(in_file("it is a directory; name a recording or a report".to_owned()));
        }
        if metadata.is_file() {
            let mut beginning = Vec::new();
            File::open(path)
                .and_then(|file| file.take(64).read_to_end(&mut beginning))
                .map_err(cannot_read)?;
            if !is_json(&beginning) {
                let recording = convert::read(path).map_err(|error| error.to_string())?;
                return Ok(Input::Recording(Box::new(recording)));
            }
        }
    }
    // What comes by a pipe can be read only once.
    let mut bytes = Vec::new();
    match is_stdin {
        true => io::stdin().lock().read_to_end(&mut bytes).map_err(cannot_read)?,
        false => File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(cannot_read)?,
    };
    if is_json(&bytes) {
        return read_report(&bytes).map(|report| Input::Report(Box::new(report))).map_err(in_file);
    }
    let recording = Reader::new(&*bytes).and_then(Reader::into_recording);
    recording
        .map(|recording| Input::Recording(Box::new(recording)))
        .map_err(|error| in_file(error.to_string()))
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

fn is_json(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

fn read_report(bytes: &[u8]) -> Result<Report, String> {
    let mut json: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("not readable as JSON: {error}"))?;
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
