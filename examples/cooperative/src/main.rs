//! A host worth copying: 200 .NET threads on two slots.
//!
//!     cargo xtask cooperative
//!
//! or, with `samples/load` compiled, `cargo run -p cooperative -- Load.dll [--tasks N] [--slots N] [--seconds S]`.
//!
//! Runs a load that computes and one that waits for input and output, each once as .NET does by itself and once under
//! [`scheduler::Scheduler`], and prints what came of it side by side. Each run is a process of its own, as a process can host one
//! runtime.

mod scheduler;
mod settings;

use clrhost::{Host, Tasks, Timing};
use scheduler::Scheduler;
use settings::{Mode, Settings};
use std::error::Error;
use std::process::{self, Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How long a task may keep a slot before it counts as run away.
const BUDGET: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let settings = match Settings::parse(std::env::args_os().skip(1)) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("cooperative: {error}\n{}", settings::USAGE);
            return ExitCode::from(2);
        }
    };
    let result = match settings.mode {
        Mode::Compare => compare(&settings),
        Mode::Hosted => hosted(&settings),
        Mode::Plain => plain(&settings),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cooperative: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs each load both ways and prints the rows.
fn compare(settings: &Settings) -> Result<(), Box<dyn Error>> {
    println!(
        "{} tasks, {} slots, {} s each; {} more tasks that never stop by themselves in the hosted runs\n",
        settings.tasks, settings.slots, settings.seconds, settings.runaways
    );
    println!(
        "{:<5} {:<9} {:>10} {:>9} {:>9} {:>9} {:>12} {:>11} {:>7} {:>12}",
        "load",
        "",
        "units/s",
        "fairness",
        "most at",
        "broken",
        "crossings",
        "longest",
        "aborts",
        "longest GC"
    );
    println!(
        "{:<5} {:<9} {:>10} {:>9} {:>9} {:>9} {:>12} {:>11} {:>7} {:>12}",
        "", "", "", "(1 best)", "once", "rules", "checked", "wait", "", "pause"
    );
    for kind in ["cpu", "io"] {
        for mode in [Mode::Plain, Mode::Hosted] {
            let row = run_child(settings, kind, mode)?;
            let cell = |key: &str| row.get(key).map_or("-", String::as_str).to_owned();
            println!(
                "{:<5} {:<9} {:>10} {:>9} {:>9} {:>9} {:>12} {:>11} {:>7} {:>12}",
                kind,
                mode.as_str(),
                cell("per_second"),
                cell("fairness"),
                cell("most_at_once"),
                cell("violations"),
                cell("crossings"),
                cell("longest_wait"),
                cell("aborts"),
                format!("{} ms", cell("longest_pause_ms")),
            );
            if row.get("violations").is_some_and(|violations| violations != "0") {
                return Err("more tasks were in managed code than there are slots".into());
            }
        }
    }
    Ok(())
}

fn run_child(settings: &Settings, kind: &str, mode: Mode) -> Result<settings::Row, Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?);
    child.args(settings.child_arguments(kind, mode));
    let output = child.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(
            format!("the {} run of the {kind} load ended with {}", mode.as_str(), output.status).into()
        );
    }
    Ok(settings::parse_row(&String::from_utf8_lossy(&output.stdout)))
}

/// The load under the scheduler.
fn hosted(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let scheduler = Scheduler::new(settings.slots);
    let host = Host::builder().task_manager(scheduler.clone()).timing(Timing::Counted);
    let runtime = host.start(settings.load.with_extension("runtimeconfig.json"))?;
    let tasks = runtime.tasks().expect("it is hooked");
    let aborts = Arc::new(AtomicU64::new(0));
    let watchdog = (scheduler.clone(), aborts.clone());
    thread::spawn(move || abort_runaways(&watchdog.0, tasks, &watchdog.1));
    let code = runtime.execute(&settings.load, "Load", "Run", Some(&settings.for_load(settings.runaways)));
    let code = code.map_err(|hresult| format!("Load.Run failed: {hresult}"))?;
    let seen = scheduler.seen();
    println!(
        "most_at_once={} violations={} crossings={} threads={} longest_wait={}ms aborts={}",
        seen.most_at_once,
        seen.violations,
        seen.crossings,
        seen.threads,
        seen.longest_wait.as_millis(),
        aborts.load(Ordering::Relaxed)
    );
    if code == 0 { Ok(()) } else { Err(format!("Load.Run gave {code}").into()) }
}

/// Aborts tasks that keep their slot too long, for as long as the process lives.
fn abort_runaways(scheduler: &Scheduler, tasks: Tasks, aborts: &AtomicU64) {
    loop {
        thread::sleep(BUDGET / 4);
        for id in scheduler.over_budget(BUDGET) {
            let Some(task) = tasks.live().into_iter().find(|task| task.id() == id) else { continue };
            // The thread that starts the others waits in `Thread.Start` until each runs, which crosses no border, while the new
            // one waits for a slot. That is no runaway.
            if task.os_thread_id() == u64::from(process::id()) {
                continue;
            }
            // The runtime is at it already where this is not the first request; a task that .NET cannot abort (one that is
            // no managed thread) is left alone.
            if tasks.abort(&task).is_ok() {
                aborts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// The load as .NET runs it by itself.
fn plain(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let runtime =
        Host::builder().without_hooks().start(settings.load.with_extension("runtimeconfig.json"))?;
    // Nobody could stop tasks that run away here.
    let code = runtime.execute(&settings.load, "Load", "Run", Some(&settings.for_load(0)));
    let code = code.map_err(|hresult| format!("Load.Run failed: {hresult}"))?;
    if code == 0 { Ok(()) } else { Err(format!("Load.Run gave {code}").into()) }
}
