//! `clrhost report`: what a recording, or a report that was written as JSON, says.

use crate::args::Format;
use crate::input::{self, Input};
use crate::output::{Notice, Output, check_distinct, text_options};
use crate::{complain, exit_code, units};
use clap::Args;
use clrhost::report::TextPage;
use clrhost_analysis::{Analysis, Document, FindingsOptions, PageOptions};
use clrhost_trace::Recording;
use std::io;
use std::path::PathBuf;

pub const HELP: &str = "\
FILE is a recording, or a report that `clrhost run --report FILE.json` wrote. Of a recording the
report is the one that its process made at its end. Where it could not (it was killed, or still runs)
the report is made from the recorded calls, and says so. What is said about time is from the calls in
any case. docs/reports.md describes the JSON and the page.

Examples:
  clrhost report orders.clrtrace                     what happened, in words and tables
  clrhost report orders.clrtrace --html orders.html  a page to look at, which needs no network
  clrhost report orders.clrtrace --over 20ms         calls of 20 ms and more are long
  clrhost report orders.clrtrace --format json | jq .time.stays
  clrhost report crossings.json                      a report as text";

/// From so many calls on it takes seconds to add them up.
const MANY_CALLS: usize = 2_000_000;

/// Options of `clrhost report`.
#[derive(Args)]
pub struct ReportCommand {
    /// A recording, or a report as JSON; - for standard input
    pub file: PathBuf,

    /// Form of the report
    #[arg(long, value_enum)]
    pub format: Option<Format>,

    /// Write a page to look at into this file
    #[arg(long, value_name = "OUT.html")]
    pub html: Option<PathBuf>,

    /// Write the report into this file instead of to stdout
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Calls that took at least this are long, as 20ms [default: a hundredth of the recording, from 100ms to 1s]
    #[arg(long, value_name = "DURATION", value_parser = units::duration_ns)]
    pub over: Option<u64>,

    /// Rows per table of the text report; 0 for all
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub top: usize,
}

/// Reads the file and writes what is asked for. The code is the command's.
pub fn report(options: &ReportCommand) -> io::Result<i32> {
    let written = match prepare(options) {
        Ok((input, outputs)) => write(options, input, outputs)?,
        Err(problem) => Err(problem),
    };
    match written {
        Ok(()) => Ok(0),
        Err(problem) => {
            complain(problem);
            Ok(exit_code::FAILURE)
        }
    }
}

/// Where the report and the page go.
struct Outputs {
    report: Output,
    page: Option<Output>,
}

fn prepare(options: &ReportCommand) -> Result<(Input, Outputs), String> {
    check_distinct(&options.file, [options.html.as_deref(), options.output.as_deref()])?;
    let page = options.html.as_deref().map(|page| Output::open(Some(page))).transpose()?;
    let outputs = Outputs { report: Output::open(options.output.as_deref())?, page };
    Ok((input::read(&options.file)?, outputs))
}

/// The inner error is a message for people, the outer one that of stdout.
fn write(options: &ReportCommand, input: Input, outputs: Outputs) -> io::Result<Result<(), String>> {
    match input {
        Input::Report(_) if options.html.is_some() => Ok(Err(format!(
            "{}: a report has sums and no calls to draw. --html needs a recording: clrhost trace -o FILE -- COMMAND",
            options.file.display()
        ))),
        Input::Report(report) => match options.format {
            Some(Format::Json) => outputs.report.write(|writer| report.to_json(writer)),
            _ => {
                let text = report.render_text(&text_options(options.top, &outputs.report));
                outputs.report.write_text(&text)
            }
        },
        Input::Recording(recording) => of_recording(options, &recording, outputs),
    }
}

fn of_recording(
    options: &ReportCommand,
    recording: &Recording,
    outputs: Outputs,
) -> io::Result<Result<(), String>> {
    let in_file = |problem: String| format!("{}: {problem}", options.file.display());
    let calls = recording.calls.len();
    let mut notice =
        (calls >= MANY_CALLS).then(|| Notice::new(&format!("adding up {calls} calls"))).flatten();
    let analysis = match Analysis::new(recording) {
        Ok(analysis) => analysis,
        Err(error) => return Ok(Err(in_file(error.to_string()))),
    };
    let document = match analysis.document(FindingsOptions { long_ns: options.over }) {
        Ok(document) => document,
        Err(error) => return Ok(Err(in_file(input::not_readable(&error)))),
    };
    if let Some(page) = outputs.page {
        let written =
            page.write(|writer| analysis.write_page(&document.time, PageOptions::default(), writer))?;
        // Who asks for a page alone is not shown the tables too.
        if written.is_err() || (options.format.is_none() && options.output.is_none()) {
            return Ok(written);
        }
    }
    notice.take();
    match options.format {
        Some(Format::Json) => outputs.report.write(|writer| document.to_json(writer)),
        _ => {
            let text = text(&document, options.top, &outputs.report);
            outputs.report.write_text(&text)
        }
    }
}

/// The report, then what is said about time, then what is missing.
fn text(document: &Document, top: usize, output: &Output) -> String {
    let options = text_options(top, output);
    let mut page = TextPage::new(&options);
    page.section("Time");
    let time = document.time.about_time();
    for sentence in &time {
        page.point(sentence);
    }
    if time.is_empty() {
        page.point("No call was long (--over DURATION says what is), and the runtime was not seen to hold its threads.");
    }
    let missing = document.time.about_missing();
    if !missing.is_empty() {
        page.section("Missing from the recording");
        missing.iter().for_each(|sentence| page.point(sentence));
    }
    document.report.render_text(&options) + &page.into_text()
}
