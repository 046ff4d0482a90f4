//! `clrhost ctl`: what a process can be made to do.

use crate::args::Format;
use crate::complain;
use crate::exit_code;
use crate::live::{Ctl, CtlCommand, fail};
use crate::sink::Sink;
use clrhost::report::{Report, TextOptions};
use std::io::{self, Write};
use std::path::Path;

/// Does it, and gives the exit code.
pub fn ctl(options: Ctl) -> io::Result<i32> {
    let process = match options.choice.process() {
        Ok(process) => process,
        Err(code) => return Ok(code),
    };
    let CtlCommand::Report { file, format, user_only } = options.what;
    let file = Some(file.as_path()).filter(|file| *file != Path::new("-"));
    // Before the process is asked, which is not for nothing.
    let sink = match file.map(|file| Sink::open(Some(file))).transpose() {
        Ok(sink) => sink,
        Err(error) => {
            let file = file.unwrap_or(Path::new("-")).display();
            complain(format_args!("the report cannot be written to {file}: {error}; choose another FILE"));
            return Ok(exit_code::FAILURE);
        }
    };
    let json = match process.report(user_only) {
        Ok(json) => json,
        Err(error) => return Ok(fail(&error)),
    };
    let is_json_file = || file.is_some_and(|file| file.extension().is_some_and(|end| end == "json"));
    let bytes = match format.unwrap_or_else(|| if is_json_file() { Format::Json } else { Format::Text }) {
        Format::Json => json,
        Format::Text => {
            let report: Report = serde_json::from_slice(&json)?;
            report.render_text(&TextOptions::default()).into_bytes()
        }
    };
    match sink {
        Some(sink) => sink.write(&bytes)?,
        None => io::stdout().write_all(&bytes)?,
    }
    Ok(0)
}
