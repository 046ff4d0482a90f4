//! A report in the form that the command line asks for.

use crate::args::{Format, ReportOptions};
use clrhost::report::{Report, Style, TextOptions};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// Columns of a text report that does not go to a terminal: enough for most names with their library.
const WIDTH_IN_FILES: usize = 120;

/// The report as it is to be written.
pub fn render(report: &Report, options: &ReportOptions) -> io::Result<Vec<u8>> {
    let json_file =
        || options.report.as_deref().is_some_and(|path| path.extension().is_some_and(|end| end == "json"));
    let format = options.format.unwrap_or_else(|| if json_file() { Format::Json } else { Format::Text });
    match format {
        Format::Json => {
            let mut bytes = Vec::new();
            report.to_json(&mut bytes)?;
            Ok(bytes)
        }
        Format::Text => {
            let text = text_options(options.report.is_none().then(io::stderr), options.top);
            Ok(report.render_text(&text).into_bytes())
        }
    }
}

/// Text for this stream, or for a file: on a terminal as wide as that is, between what tables need and what eyes can follow, and
/// coloured.
pub fn text_options<Stream: IsTerminal + AsFd>(stream: Option<Stream>, top: usize) -> TextOptions {
    let terminal = stream.filter(IsTerminal::is_terminal);
    let coloured = terminal.is_some() && std::env::var_os("NO_COLOR").is_none();
    let width = terminal.and_then(terminal_size::terminal_size_of);
    let width = width.map_or(WIDTH_IN_FILES, |(width, _)| usize::from(width.0)).clamp(60, 200);
    TextOptions { width, top, style: if coloured { Style::Ansi } else { Style::Plain } }
}
