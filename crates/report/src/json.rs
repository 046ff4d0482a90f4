//! The report as JSON.

use crate::model::Report;
use std::io::{self, Write};

impl Report {
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
