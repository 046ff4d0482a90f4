//! A report in the form that the command line asks for.

use crate::args::{Format, ReportOptions};
use clrhost::report::{Report, Style, TextOptions};
use std::io::{self, IsTerminal};

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
            let to_terminal = options.report.is_none() && io::stderr().is_terminal();
            let style = if to_terminal && std::env::var_os("NO_COLOR").is_none() {
                Style::Ansi
            } else {
                Style::Plain
            };
            let text = TextOptions { width: width(to_terminal), top: options.top, style };
            Ok(report.render_text(&text).into_bytes())
        }
    }
}

/// The terminal's width, between what tables need and what eyes can follow.
fn width(to_terminal: bool) -> usize {
    let terminal = terminal_size::terminal_size_of(io::stderr()).filter(|_| to_terminal);
    terminal.map_or(WIDTH_IN_FILES, |(width, _)| usize::from(width.0)).clamp(60, 200)
}
