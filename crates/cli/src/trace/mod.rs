//! `clrhost trace`: any command, with a report of every .NET process in it.
//!
//! The probe comes into the processes by the environment alone (`environment`). Each writes its report into a folder that only
//! this run knows, again and again while it runs, and for the last time at its end. When the command has ended, the reports are
//! read, completed where the process could not (`reports`), and given out (`outlet`), so that nothing of ours gets between what
//! the processes print.

mod child;
mod environment;
pub mod folder;
pub mod library;
mod outlet;
mod readings;
mod recordings;
pub mod reports;

use crate::args::Trace;
use crate::complain;
use crate::exit_code;
use crate::export;
use crate::verified;
use folder::PrivateFolder;
use outlet::Outlet;
use readings::Readings;
use recordings::Recordings;
use std::io::{self, Write};
use std::process::Command;

const NOTHING_SEEN: &str = "\
no process of this command loaded clrhost's probe, so there is no report. What to check:
  - Does it run on CoreCLR? Programs compiled by NativeAOT, Mono and .NET Framework are not seen.
  - Does something on the way clear the environment, or start the program elsewhere (sudo, env -i, systemd, containers)?
  - Is DOTNET_EnableDiagnostics set to 0, in the environment or as a setting in runtimeconfig.json?
  - Is it clrhost itself? A program under `clrhost run`, or that hosts .NET by clrhost's library, makes its own report.";
const NOTHING_BESIDE: &str = "  - Is it older than .NET 6? Then there is no place beside another profiler.";

/// Runs the command and gives the exit code.
pub fn trace(options: &Trace) -> i32 {
    match prepare(options) {
        Ok(prepared) => run(options, prepared),
        Err((problem, code)) => {
            complain(problem);
            code
        }
    }
}

/// All that is needed.
struct Prepared {
    command: Command,
    folder: PrivateFolder,
    outlet: Outlet,
    recordings: Option<Recordings>,
    metrics: Option<clrhost_export::Options>,
}

/// What can be refused, before anything runs.
fn prepare(options: &Trace) -> Result<Prepared, (String, i32)> {
    environment::check(options)?;
    let failed = |problem: String| (format!("{problem}; nothing was run"), exit_code::FAILURE);
    let outlet = Outlet::open(&options.report).map_err(failed)?;
    let recordings = options.recording.output.as_deref().map(Recordings::open).transpose().map_err(failed)?;
    let folder = PrivateFolder::new().map_err(|error| {
        failed(format!("no folder for the reports can be made in {}: {error}", folder::parent().display()))
    })?;
    let library = library::place(options.probe_library.as_deref(), &folder).map_err(failed)?;
    let metrics = options.export.prepare().map_err(failed)?;
    let (program, args) = options.command();
    let mut command = Command::new(program);
    command.args(args);
    environment::set(&mut command, options, &library, &folder);
    Ok(Prepared { command, folder, outlet, recordings, metrics })
}

fn run(options: &Trace, prepared: Prepared) -> i32 {
    let Prepared { command, folder, outlet, recordings, metrics } = prepared;
    let source = || Readings::new(folder.path(), options.report.user_only);
    let exporter = match metrics.map(|metrics| export::start(metrics, Box::new(source()))).transpose() {
        Ok(exporter) => exporter,
        Err(error) => {
            complain(format_args!("metrics cannot be exported: {error}; nothing was run"));
            return exit_code::FAILURE;
        }
    };
    let ended = match child::run(command) {
        Ok(ended) => ended,
        Err(error) => {
            let program = options.command().0.display();
            complain(format_args!("{program} cannot be run: {error}"));
            return match error.kind() {
                io::ErrorKind::NotFound => exit_code::COMMAND_NOT_FOUND,
                _ => exit_code::COMMAND_NOT_EXECUTABLE,
            };
        }
    };
    let found = reports::collect(&folder, &ended);
    if let Some(exporter) = exporter {
        exporter.finish();
    }
    for problem in &found.problems {
        complain(problem);
    }
    for process in found.processes.iter().filter(|process| process.is_running) {
        complain(format_args!(
            "process {} still runs, and this is the report on it until now: {}",
            process.report.process.pid, process.command
        ));
    }
    // Reports on stderr say it themselves.
    if options.report.report.is_some() {
        verified::complain_of(found.processes.iter().map(|process| &process.report));
    }
    let mut all_written = found.problems.is_empty();
    if found.processes.is_empty() {
        complain(NOTHING_SEEN);
        let beside = options.beside_profiler.then_some(NOTHING_BESIDE);
        let rest = beside.into_iter().chain(["docs/trace.md says more"]);
        let _ = writeln!(io::stderr(), "{}", rest.collect::<Vec<_>>().join("\n"));
        all_written &= options.report.report.is_none();
    } else if let Err(problems) = outlet.give_out(&found.processes, &options.report) {
        problems.iter().for_each(complain);
        all_written = false;
    }
    if let Some(recordings) = recordings {
        all_written &= recordings.tell(&found.processes);
    }
    match ended.code() {
        0 if !all_written => exit_code::REPORT_NOT_WRITTEN,
        code => code,
    }
}
