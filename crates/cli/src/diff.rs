//! `clrhost diff`: two runs compared.

use crate::args::Format;
use crate::output::{Output, check_distinct, text_options};
use crate::{complain, exit_code, input, units};
use clap::{Args, ValueEnum};
use clrhost::report::{Diff, DiffOptions, Metric};
use std::io;
use std::path::PathBuf;

pub const HELP: &str = "\
A and B are recordings, or reports that `clrhost run --report FILE.json` wrote. Native functions and
callbacks are matched by name; what grew most comes first. New and gone ones are shown, and are never
over the limit. docs/reports.md describes the JSON.

Examples:
  clrhost diff before.json after.json
  clrhost diff before.json after.json --by mean     order by the mean time of a call
  clrhost diff before.json after.json --over 10%    in CI: fail if a total grew by more than 10 %
  clrhost diff before.json after.json --by calls --over 0%
                                                    fail if anything is called more often

Exits with 0 if nothing is over the limit, 1 if something is, and 125 if the files cannot be read or
compared.";

/// Options of `clrhost diff`.
#[derive(Args)]
pub struct DiffCommand {
    /// The run to compare with
    #[arg(value_name = "A")]
    pub before: PathBuf,

    /// The run to look at
    #[arg(value_name = "B")]
    pub after: PathBuf,

    /// Form of the comparison
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,

    /// The number that is compared
    #[arg(long, value_enum, default_value = "total")]
    pub by: By,

    /// Exit with 1 if that number grew by more than this for any function or callback
    #[arg(long, value_name = "PERCENT", value_parser = units::percent)]
    pub over: Option<f64>,

    /// What grew by less than this in total is not over the limit, whatever its percentage
    #[arg(long, value_name = "DURATION", default_value = "1ms", value_parser = units::duration_ns)]
    pub at_least: u64,

    /// Write the comparison into this file instead of to stdout
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Rows per table, half of them from each end; 0 for all
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub top: usize,
}

/// What is compared.
#[derive(Clone, Copy, ValueEnum)]
pub enum By {
    /// Time of all calls
    Total,
    /// The same without calls over the border inside
    #[value(name = "self")]
    SelfTime,
    /// Mean time of a call
    Mean,
    /// Median
    P50,
    /// 99 of 100 calls took no longer
    P99,
    /// Number of calls
    Calls,
}

/// Compares the two and gives the command's exit code.
pub fn diff(options: &DiffCommand) -> io::Result<i32> {
    let (output, diff) = match prepare(options) {
        Ok(prepared) => prepared,
        Err(problem) => return refuse(problem),
    };
    let text = text_options(options.top, &output);
    let written = match options.format {
        Format::Json => output.write(|writer| diff.to_json(writer)),
        Format::Text => output.write_text(&diff.render_text(&text)),
    };
    match written? {
        Ok(()) if diff.over > 0 => Ok(exit_code::OVER_THE_LIMIT),
        Ok(()) => Ok(0),
        Err(problem) => refuse(problem),
    }
}

fn prepare(options: &DiffCommand) -> Result<(Output, Diff), String> {
    for input in [&options.before, &options.after] {
        check_distinct(input, [options.output.as_deref(), None])?;
    }
    let output = Output::open(options.output.as_deref())?;
    Ok((output, compare(options)?))
}

fn compare(options: &DiffCommand) -> Result<Diff, String> {
    let by = match options.by {
        By::Total => Metric::Total,
        By::SelfTime => Metric::SelfTime,
        By::Mean => Metric::Mean,
        By::P50 => Metric::P50,
        By::P99 => Metric::P99,
        By::Calls => Metric::Calls,
    };
    let (before, after) = (input::report_of(&options.before)?, input::report_of(&options.after)?);
    Diff::new(&before, &after, DiffOptions { by, over_percent: options.over, at_least_ns: options.at_least })
}

fn refuse(problem: String) -> io::Result<i32> {
    complain(problem);
    Ok(exit_code::FAILURE)
}
