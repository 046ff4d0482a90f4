//! `clrhost ctl`: what a process can be made to do.

use crate::args::Format;
use crate::complain;
use crate::exit_code;
use crate::live::{Ctl, CtlCommand, fail};
use crate::sink::Sink;
use clrhost::report::{Report, TextOptions};
use clrhost_control::client::{Error, Process};
use std::io::{self, Write};
use std::path::Path;

/// Does it, and gives the exit code.
pub fn ctl(options: Ctl) -> io::Result<i32> {
    let process = match options.choice.process() {
        Ok(process) => process,
        Err(code) => return Ok(code),
    };
    match options.what {
        CtlCommand::Report { file, format, user_only } => report(&process, &file, format, user_only),
        CtlCommand::Record { file, max_size, duration } => {
            // The process may be in another folder.
            let file = std::path::absolute(file)?.to_string_lossy().into_owned();
            Ok(done(process.record(&file, max_size, duration).map(|()| format!("recording into {file}"))))
        }
        CtlCommand::Stop => Ok(done(process.stop_recording().map(|file| format!("recorded in {file}")))),
    }
}

fn done(answer: Result<String, Error>) -> i32 {
    match answer {
        Ok(said) => {
            complain(said);
            0
        }
        Err(error) => fail(&error),
    }
}

fn report(process: &Process, file: &Path, format: Option<Format>, user_only: bool) -> io::Result<i32> {
    let file = Some(file).filter(|file| *file != Path::new("-"));
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
