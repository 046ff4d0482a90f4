//! The command line.

use crate::check::{self, CheckCommand};
use crate::convert::Convert;
use crate::diff::{self, DiffCommand};
use crate::exit_code;
use crate::export::{self, ExportCommand, ExportOptions};
use crate::live;
use crate::recording::Recording;
use crate::report::{self, ReportCommand};
use crate::trace::library;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clrhost::engine::{RollForward, Version};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// See every crossing between managed and native code of a .NET program.
#[derive(Parser)]
#[command(name = "clrhost", version, after_help = exit_code::HELP, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run an application in place of `dotnet` and report its crossings when it ends
    #[command(after_help = RUN_HELP, override_usage = "clrhost run [OPTIONS] <APP.dll> [ARGS]...")]
    Run(Run),
    /// Run any command and report the crossings of every .NET process in it
    #[command(after_help = TRACE_HELP, override_usage = "clrhost trace [OPTIONS] [--] <COMMAND> [ARGS]...")]
    Trace(Trace),
    /// Say what a recording tells: as text, as JSON, or as a page to look at
    #[command(after_help = report::HELP)]
    Report(ReportCommand),
    /// Compare two runs: what got slower, what is new, what is gone
    #[command(after_help = diff::HELP)]
    Diff(DiffCommand),
    /// Say which .NET is installed, what would be used and what is in the way
    #[command(after_help = DOCTOR_HELP)]
    Doctor(Doctor),
    /// List the processes that can be looked at while they run
    #[command(after_help = live::PS_HELP)]
    Ps(live::Ps),
    /// Show what a process calls over the border, now and in total
    #[command(after_help = live::TOP_HELP)]
    Top(live::Top),
    /// Show which threads do not come back from native code, with their stacks
    #[command(after_help = live::STUCK_HELP)]
    Stuck(live::Stuck),
    /// Have a process do something
    #[command(after_help = live::CTL_HELP)]
    Ctl(live::Ctl),
    /// Give a running process's numbers to Prometheus or an OpenTelemetry collector, until it ends
    #[command(after_help = export::HELP)]
    Export(ExportCommand),
    /// Turn a recording into a file for Perfetto, speedscope, flame graphs, spreadsheets or databases
    #[command(after_help = crate::convert::HELP)]
    Convert(Convert),
    /// Put a host of your own through the contract, without .NET, and say which rules it breaks
    #[command(after_help = check::HELP)]
    Check(CheckCommand),
    /// Print a completion script for a shell
    #[command(after_help = "Examples:\n  clrhost completions bash > /etc/bash_completion.d/clrhost")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    #[command(after_help = "Examples:\n  clrhost man > /usr/local/share/man/man1/clrhost.1")]
    Man,
}

const RUN_HELP: &str = "\
`clrhost run APP.dll ARGS` takes the place of `dotnet APP.dll ARGS`: same .NET, same configuration
files, same standard streams, same exit code. The report goes to stderr, or into a file, when the
program ends: also by Environment.Exit, by an unhandled exception, or by a signal other than SIGKILL.

Examples:
  clrhost run app.dll --port 80
  clrhost run --user-only app.dll                only the program's own native calls
  clrhost run --report crossings.json app.dll    everything, for scripts
  clrhost run -o app.clrtrace app.dll            every call with its time, for `clrhost report --html`
  clrhost run --learn-policy app.toml app.dll    a policy of what this run used, for --policy app.toml
  clrhost run --runtimeconfig net8.json old.exe  an assembly without a configuration of its own
  clrhost run --no-hooks app.dll                 the same run without the probe, to compare";

const TRACE_HELP: &str = "\
The command runs as it would by itself: same standard streams, same exit code. Every process in it
that starts CoreCLR, be it a program of a single file or an interpreter that hosts .NET, and be it
a child of a child, gives a report of its own. They go to stderr when the command has ended, or
into files.

Examples:
  clrhost trace -- dotnet app.dll --port 80
  clrhost trace --user-only -- ./build.sh               each .NET process of a script
  clrhost trace --report r.json -- ./single-file-app    everything, for scripts
  clrhost trace --report 'r-%p.json' -- ./server        one file for each process, by its number
  clrhost trace -o app.clrtrace -- dotnet app.dll       every call with its time
  clrhost trace -o s.clrtrace --max-size 64M -- ./server    the newest of them
  clrhost trace --prometheus :9464 -- ./server          metrics for Prometheus while it runs
  clrhost trace --otlp http://localhost:4318 -- ./server    the same for an OpenTelemetry collector
  clrhost trace -- sh -c 'dotnet a.dll | dotnet b.dll'
  clrhost trace --beside-profiler -- dotnet app.dll     where another profiler is configured

What is not seen, and what can be in the way: docs/trace.md.";

const DOCTOR_HELP: &str = "\
Examples:
  clrhost doctor
  clrhost doctor app.dll        does an installed .NET fit this application?

Exits with 0 if all is well, 121 if there is no .NET, 122 if none fits the application, 123 if the
application cannot be run, 124 if a setting keeps the probe out.";

/// Options of `clrhost run`.
#[derive(Args)]
pub struct Run {
    /// Run without the probe, to compare; there is no report
    #[arg(long, conflicts_with_all = ["report", "format", "user_only", "count_only", "top", "output", "policy", "learn_policy"])]
    pub no_hooks: bool,

    /// Count crossings without timing them, which costs less
    #[arg(long)]
    pub count_only: bool,

    /// How crossings are seen (docs/sources.md) [default: thunks where they were verified, else the flag]
    #[arg(long, value_enum, conflicts_with = "no_hooks")]
    pub source: Option<SourceName>,

    /// Attach the probe and let it do nothing: shows the price of the runtime's own part (for measurements)
    #[arg(long, hide = true, conflicts_with_all = ["report", "format", "user_only", "count_only", "top", "output", "policy", "learn_policy"])]
    pub empty_probe: bool,

    /// The application's assembly; everything after it is the application's own, whatever it looks like
    // One argument for clap, because only the values behind the first one of a trailing argument are left alone: an
    // option right behind the assembly would be taken for ours.
    #[arg(value_names = ["APP.dll", "ARGS"], required = true, trailing_var_arg = true)]
    command: Vec<OsString>,

    // Behind what stands above, because a heading holds for all that follows it.
    #[command(flatten)]
    pub report: ReportOptions,
    #[command(flatten)]
    pub recording: Recording,
    #[command(flatten)]
    pub policy: PolicyOptions,
    #[command(flatten)]
    pub hosting: HostingOptions,
}

impl Run {
    /// The application's assembly, and the arguments for it.
    pub fn application(&self) -> (&Path, &[OsString]) {
        let (app, args) = self.command.split_first().expect("clap asks for at least one");
        (Path::new(app), args)
    }
}

/// Options of `clrhost trace`.
#[derive(Args)]
pub struct Trace {
    /// Count crossings without timing them, which costs less
    #[arg(long)]
    pub count_only: bool,

    /// How crossings are seen (docs/sources.md) [default: thunks where they were verified, else the flag]
    #[arg(long, value_enum)]
    pub source: Option<SourceName>,

    /// Take the place of another profiler that the environment configures
    #[arg(long)]
    pub replace_profiler: bool,

    /// Listen beside another profiler, which stays in its place: with --source flag, from .NET 6 on
    #[arg(long, conflicts_with = "replace_profiler")]
    pub beside_profiler: bool,

    /// Load this libclrhost_profiler.so instead of the one that clrhost carries in itself
    #[arg(long, value_name = "FILE", env = library::VARIABLE)]
    pub probe_library: Option<PathBuf>,

    /// The command; everything after it is the command's own, whatever it looks like
    #[arg(value_names = ["COMMAND", "ARGS"], required = true, trailing_var_arg = true)]
    command: Vec<OsString>,

    // Behind what stands above, because a heading holds for all that follows it.
    #[command(flatten)]
    pub report: ReportOptions,
    #[command(flatten)]
    pub recording: Recording,
    #[command(flatten)]
    pub export: ExportOptions,
}

impl Trace {
    /// The command, and the arguments for it.
    pub fn command(&self) -> (&OsString, &[OsString]) {
        self.command.split_first().expect("clap asks for at least one")
    }
}

/// Where the report goes and what is in it.
#[derive(Args)]
#[command(next_help_heading = "Report")]
pub struct ReportOptions {
    /// Write the report into this file instead of to stderr; under `trace`, %p stands for the number of the process
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Form of the report [default: json for a FILE that ends in .json, else text]
    #[arg(long, value_enum)]
    pub format: Option<Format>,

    /// Leave out the native calls of .NET's own assemblies
    #[arg(long)]
    pub user_only: bool,

    /// Rows per table of the text report; 0 for all
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub top: usize,
}

/// Which native functions the application may call.
#[derive(Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyOptions {
    /// Deny native functions, or tell about them, as this file says: a guard-rail, not a sandbox (docs/policy.md)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Deny nothing and tell what would be denied, whatever the mode of the policy
    #[arg(long, requires = "policy")]
    pub policy_report_only: bool,

    /// Write the policy that allows what this run used into this file
    #[arg(long, value_name = "FILE")]
    pub learn_policy: Option<PathBuf>,
}

/// What `dotnet exec` takes before the assembly, and the choice of .NET.
#[derive(Args)]
#[command(next_help_heading = "Choice of .NET")]
pub struct HostingOptions {
    /// Use the .NET in this folder and no other
    #[arg(long, value_name = "DIR")]
    pub dotnet_root: Option<PathBuf>,

    /// Use this runtimeconfig.json instead of the one beside the assembly
    #[arg(long, value_name = "FILE")]
    pub runtimeconfig: Option<PathBuf>,

    /// Use this deps.json instead of the one beside the assembly
    #[arg(long, value_name = "FILE")]
    pub depsfile: Option<PathBuf>,

    /// Look for assemblies in this folder too; may be given several times
    #[arg(long = "additionalprobingpath", value_name = "DIR")]
    pub additional_probing_paths: Vec<PathBuf>,

    /// Use exactly this version of the framework
    #[arg(long, value_name = "VERSION")]
    pub fx_version: Option<Version>,

    /// Which later versions may stand in: Disable, LatestPatch, Minor, LatestMinor, Major, LatestMajor
    #[arg(long, value_name = "POLICY")]
    pub roll_forward: Option<RollForward>,
}

/// Options of `clrhost doctor`.
#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    pub hosting: HostingOptions,

    /// An application to check against what is installed
    #[arg(value_name = "APP.dll")]
    pub app: Option<PathBuf>,
}

/// How crossings are seen.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SourceName {
    /// Code of clrhost's own stands between caller and function: cheap, and it can keep a call from being made
    Thunks,
    /// The runtime reports them: dear, and it sees calls through any function pointer, though not all of them
    Flag,
}

/// Form of a report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people
    Text,
    /// The documented, versioned format of docs/report.md
    Json,
}
