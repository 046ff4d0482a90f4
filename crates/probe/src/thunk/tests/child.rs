//! A test's own processes: the test binary starts itself again for one test, and there the test's closure runs.

use super::bed::{Bed, Mode};
use std::any::type_name;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, process, thread};

/// Set in a child: the mode.
const MODE: &str = "CLRHOST_TEST_MODE";

/// No test takes that long, unless something waits for ever.
const LIMIT: Duration = Duration::from_secs(100);

/// Runs `body` once in each mode, each time in a process of its own.
#[track_caller]
pub(super) fn in_each_mode<F: Fn(&Bed)>(body: F) {
    in_modes(&Mode::ALL, body);
}

/// Runs `body` in these modes.
#[track_caller]
pub(super) fn in_modes<F: Fn(&Bed)>(modes: &[Mode], body: F) {
    if let Ok(mode) = env::var(MODE) {
        let mode = *Mode::ALL.iter().find(|it| format!("{it:?}") == mode).expect("a mode");
        let bed = Bed::install(mode);
        body(&bed);
        process::exit(0);
    }
    for mode in modes {
        let (status, output) = finish(child::<F>(*mode));
        // The runner says so only where the closure did not run.
        assert!(status.success() && !output.contains("test result"), "{mode:?}: {status}\n{output}");
        // What it measured or left out.
        output.lines().filter_map(|line| line.strip_prefix("said: ")).for_each(|line| println!("{line}"));
    }
}

/// The process in which the test runs in this mode.
fn child<F>(mode: Mode) -> Command {
    process_of(mode, test_name::<F>())
}

/// The process in which this test runs in this mode.
pub(super) fn process_of(mode: Mode, test: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("the test binary has a path"));
    command.args([test, "--exact", "--quiet", "--nocapture", "--include-ignored", "--test-threads=1"]);
    command.env(MODE, format!("{mode:?}")).env("RUST_BACKTRACE", "0");
    // The tests may themselves run under a profiler.
    for name in ["CORECLR_ENABLE_PROFILING", "CORECLR_PROFILER", "CORECLR_PROFILER_PATH"] {
        command.env_remove(name);
    }
    command
}

/// True in such a process.
pub(super) fn is_child() -> bool {
    env::var_os(MODE).is_some()
}

/// Runs a command to its end: how it ended, and all it printed.
pub(super) fn finish(mut command: Command) -> (ExitStatus, String) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let id = child.id();
    let (over, is_over) = std::sync::mpsc::channel();
    let killer = thread::spawn(move || {
        let started = Instant::now();
        if is_over.recv_timeout(LIMIT).is_err() {
            // SAFETY: takes numbers; the process was started above and is not waited for before `over` is told.
            unsafe { libc::kill(id as i32, libc::SIGKILL) };
            return Some(started.elapsed());
        }
        None
    });
    let output = child.wait_with_output().expect("it can be waited for");
    let _ = over.send(());
    let late = killer.join().expect("no panic").map(|time| format!("ended by us after {time:?}\n"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status, late.unwrap_or_default() + &text(&output.stdout) + &text(&output.stderr))
}

/// The test that this closure stands in.
fn test_name<F>() -> &'static str {
    let (_crate, path) = type_name::<F>().split_once("::").expect("a path");
    path.split_once("::{{closure}}").expect("a closure").0
}
