//! `clrhost run`: an application in place of `dotnet`, with a report at its end.

use crate::args::{HostingOptions, ReportOptions, Run, SourceName};
use crate::complain;
use crate::exit_code;
use crate::policy;
use crate::render::render;
use crate::sink::Sink;
use crate::verified;
use clrhost::engine::HostOptions;
use clrhost::report::Exit;
use clrhost::{
    Application, Host, Prepared, ProcessEnd, Recorder, Reporter, Source, Timing, on_process_end, run_last,
};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

/// Set when the report or a learned policy could not be written, which turns a success into [`exit_code::REPORT_NOT_WRITTEN`].
static REPORT_FAILED: AtomicBool = AtomicBool::new(false);

/// Runs the application and gives the exit code.
pub fn run(options: Run) -> i32 {
    let (app, args) = options.application();
    let application = Application::new(app).args(args).options(host_options(&options.hosting));
    let mut host = Host::builder().timing(timing(&options));
    match options.source {
        Some(SourceName::Thunks) => host = host.source(Source::Thunks),
        Some(SourceName::Flag) => host = host.source(Source::Flag),
        None => {}
    }
    if std::env::var_os("CLRHOST_CLOCK").is_some_and(|value| value == "system") {
        host = host.system_clock();
    }
    if options.no_hooks {
        host = host.without_hooks();
    }
    let recording = options.recording.options();
    if !options.count_only {
        // `clrhost ctl` may begin to record at any time.
        host = host.notes_pauses();
    }
    if let Some(root) = &options.hosting.dotnet_root {
        host = host.dotnet_root(root);
    }
    let policy = match policy::load(&options) {
        Ok(policy) => policy,
        Err(problem) => return refuse(problem),
    };
    if let Some(policy) = policy {
        host = host.policy(policy);
    }
    let sink = match Sink::open(options.report.report.as_deref()) {
        Ok(sink) => sink,
        Err(error) => return cannot_write("report", options.report.report.as_deref(), "--report", &error),
    };
    let learned = options.policy.learn_policy.as_deref();
    let learned_sink = match learned.map(|path| Sink::open(Some(path))).transpose() {
        Ok(sink) => sink,
        Err(error) => return cannot_write("policy", learned, "--learn-policy", &error),
    };
    let prepared = match host.prepare(application) {
        Ok(prepared) => prepared,
        Err(error) => return fail(&error),
    };
    if let (Some(recording), Some(reporter)) = (recording, prepared.reporter())
        && let Err(error) = Recorder::start(reporter, &recording)
    {
        return cannot_write("recording", Some(&recording.path), "-o", &error);
    }
    match prepared.reporter() {
        Some(reporter) if !options.empty_probe => {
            run_reported(prepared, Ending { reporter, sink, options: options.report, learned_sink })
        }
        _ => prepared.run().unwrap_or_else(|error| fail(&error)),
    }
}

/// What there is to do when the process ends.
struct Ending {
    reporter: Reporter,
    sink: Sink,
    options: ReportOptions,
    learned_sink: Option<Sink>,
}

fn run_reported(prepared: Prepared, ending: Ending) -> i32 {
    let reporter = ending.reporter.clone();
    if let Err(error) = on_process_end(|end| ending.write(end)) {
        complain(format_args!("the report cannot be kept for the end of the program: {error}"));
        return exit_code::FAILURE;
    }
    clrhost_control::serve(reporter);
    let code = match prepared.run() {
        Ok(code) => code,
        Err(error) => fail(&error),
    };
    run_last(ProcessEnd::Exit(code));
    match code {
        0 if REPORT_FAILED.load(Ordering::Relaxed) => exit_code::REPORT_NOT_WRITTEN,
        code => code,
    }
}

impl Ending {
    fn write(self, end: ProcessEnd) {
        clrhost_control::remove_socket();
        let exit = Exit::from(end);
        if let Some(recorder) = Recorder::to_finish() {
            let path = recorder.path().display();
            if let Err(error) = recorder.finish(Some(end)) {
                complain(format_args!("the recording {path} is not whole: {error}"));
                REPORT_FAILED.store(true, Ordering::Relaxed);
            }
        }
        let report = self.reporter.report(exit, self.options.user_only);
        // Where the report itself is on stderr, it says the same.
        if !matches!(self.sink, Sink::Stderr) {
            policy::complain_of(&report);
            verified::complain_of([&report]);
        }
        check("report", render(&report, &self.options).and_then(|bytes| self.sink.write(&bytes)));
        if let Some(sink) = self.learned_sink {
            // Of everything that was used, whatever the report shows.
            let all = self.reporter.report(exit, false);
            check(
                "policy",
                sink.write(
                    policy::learned(&all, &self.reporter.bound_functions(), SystemTime::now()).as_bytes(),
                ),
            );
        }
    }
}

fn check(what: &str, written: io::Result<()>) {
    if let Err(error) = written {
        complain(format_args!("the {what} could not be written: {error}"));
        REPORT_FAILED.store(true, Ordering::Relaxed);
    }
}

/// The library's form of the options.
pub fn host_options(options: &HostingOptions) -> HostOptions {
    HostOptions {
        runtime_config: options.runtimeconfig.clone(),
        deps_file: options.depsfile.clone(),
        additional_probing_paths: options.additional_probing_paths.clone(),
        fx_version: options.fx_version.clone(),
        roll_forward: options.roll_forward,
    }
}

fn timing(options: &Run) -> Timing {
    match (options.empty_probe, options.count_only) {
        (true, _) => Timing::Empty,
        (false, true) => Timing::Counted,
        (false, false) => Timing::Timed,
    }
}

fn cannot_write(what: &str, path: Option<&Path>, option: &str, error: &io::Error) -> i32 {
    let path = path.unwrap_or(Path::new("stderr")).display();
    refuse(format!(
        "the {what} cannot be written to {path}: {error}; nothing was run. Choose another {option} FILE"
    ))
}

fn refuse(problem: String) -> i32 {
    complain(problem);
    exit_code::FAILURE
}

fn fail(error: &clrhost::Error) -> i32 {
    complain(error);
    exit_code::of_error(error)
}
