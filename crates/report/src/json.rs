//! The report as JSON.

use crate::model::Report;
use std::io::{self, Write};

impl Report {
    /// Reads what [`to_json`](Self::to_json) wrote, also by another clrhost whose reports have the same version.
    ///
    /// # Errors
    /// It is no such report.
    pub fn from_json(json: &[u8]) -> io::Result<Report> {
        Ok(serde_json::from_slice(json)?)
    }

    /// Writes the report as indented JSON with a newline at the end.
    ///
    /// # Errors
    /// Those of the writer. A report itself can always be written.
    pub fn to_json(&self, mut writer: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut writer, self)?;
        writer.write_all(b"\n")?;
        writer.flush()
    }
}
