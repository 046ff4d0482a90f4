//! `clrhost report --format json` of a recording: one object, described in `docs/reports.md`.

use crate::analysis::Analysis;
use crate::findings::{Findings, FindingsOptions};
use clrhost_report::Report;
use clrhost_trace::End;
use serde::Serialize;
use std::io::{self, Write};

/// The value of [`Document::schema`]: the format's name and version.
pub const DOCUMENT_SCHEMA: &str = "clrhost.recording-report/1";

/// All that is said of a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Name and version of the format: [`DOCUMENT_SCHEMA`].
    pub schema: &'static str,
    /// Of what the recording is.
    pub recording: RecordingInfo,
    /// `process`: `report` is the process's own. `calls`: it was made from the recorded calls.
    pub report_from: &'static str,
    /// What the calls add up to, as `clrhost.report/1`.
    pub report: Report,
    /// What there is to say about time.
    pub time: Findings,
}

/// Of what a recording is, and how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordingInfo {
    /// Version of the clrhost that made it.
    pub clrhost_version: String,
    /// As "CoreCLR 8.0.4".
    pub runtime: String,
    /// The process's number.
    pub pid: u32,
    /// Its command line.
    pub command: Vec<String>,
    /// When the recording began: nanoseconds since 1970-01-01 UTC.
    pub began_unix_ns: u64,
    /// How long it is.
    pub duration_ns: u64,
    /// `thunks` or `flag`.
    pub source: String,
    /// `exit`, `signal`, `stopped` (recording was stopped, the process went on) or `cut` (it was not closed).
    pub end: &'static str,
    /// The exit code or the signal's number; null otherwise.
    pub end_code: Option<i32>,
    /// Recorded calls, in both directions.
    pub calls: u64,
    /// Threads that came to the border.
    pub threads: u64,
    /// Pauses of the runtime.
    pub pauses: u64,
    /// Garbage collections.
    pub collections: u64,
}

impl Analysis<'_> {
    /// All that is said of the recording.
    ///
    /// # Errors
    /// Where the process's own report in it is not of the format `clrhost.report/1`.
    pub fn document(&self, options: FindingsOptions) -> Result<Document, serde_json::Error> {
        let own = self.own_report()?;
        Ok(Document {
            schema: DOCUMENT_SCHEMA,
            recording: self.info(),
            report_from: if own.is_some() { "process" } else { "calls" },
            report: own.unwrap_or_else(|| self.report_from_calls()),
            time: self.findings(options),
        })
    }

    pub(crate) fn info(&self) -> RecordingInfo {
        let recording = self.recording;
        let (end, end_code) = match recording.end {
            End::Cut => ("cut", None),
            End::Stopped { .. } => ("stopped", None),
            End::Exit { code, .. } => ("exit", Some(code)),
            End::Signal { signal, .. } => ("signal", Some(signal)),
        };
        RecordingInfo {
            clrhost_version: recording.origin.clrhost_version.clone(),
            runtime: recording.origin.runtime.clone(),
            pid: recording.origin.pid,
            command: recording.origin.command.clone(),
            began_unix_ns: recording.origin.began_unix_ns,
            duration_ns: self.end_ns,
            source: recording.origin.source.clone(),
            end,
            end_code,
            calls: recording.calls.len() as u64,
            threads: recording.threads.len() as u64,
            pauses: recording.pauses.len() as u64,
            collections: recording.collections.len() as u64,
        }
    }
}

impl Document {
    /// Writes it as indented JSON with a newline at the end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_json(&self, mut writer: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut writer, self)?;
        writer.write_all(b"\n")?;
        writer.flush()
    }
}
