//! The last function runs once, however the process ends.

use crate::child::Child;
use clrhost::{Application, Host, ProcessEnd, on_process_end, run_last};
use clrhost_testkit::{Expected, Finished, SIGABRT, SIGINT, SIGTERM, fixture};
use std::sync::Mutex;
use std::time::Duration;

/// In the child: says so when the process ends.
fn announce() {
    on_process_end(|end| eprintln!("last: {end:?}")).expect("the first");
}

/// In the parent: the function ran once.
#[track_caller]
fn assert_announced(finished: &Finished, end: ProcessEnd) {
    let last = finished.stderr.lines().filter(|line| line.starts_with("last: ")).collect::<Vec<_>>();
    assert_eq!(last, [format!("last: {end:?}")], "{finished}");
}

fn run(name: &str, argument: &str) -> i32 {
    Host::builder().run(Application::new(fixture(name)).arg(argument)).expect("it runs")
}

fn wait_for_a_signal() -> ! {
    println!("ready");
    loop {
        std::thread::park();
    }
}

#[test]
fn on_exit_it_gets_the_code() {
    let finished = Child::new().run(|_| {
        announce();
        std::process::exit(9)
    });
    finished.assert_code(9);
    assert_announced(&finished, ProcessEnd::Exit(9));
}

#[test]
fn a_signal_ends_the_process_all_the_same() {
    for signal in [SIGTERM, SIGINT, SIGABRT] {
        let finished = Child::new().signal_after_line("ready", signal).run(|_| {
            announce();
            wait_for_a_signal()
        });
        finished.assert_signal(signal);
        assert_announced(&finished, ProcessEnd::Signal(signal));
    }
}

#[test]
fn abort_is_a_signal() {
    let finished = Child::new().run(|_| {
        announce();
        std::process::abort()
    });
    finished.assert_signal(SIGABRT);
    assert_announced(&finished, ProcessEnd::Signal(SIGABRT));
}

/// Programs that become services close all descriptors that they do not know, and others then get the same numbers.
#[test]
fn it_needs_no_descriptors() {
    let finished = Child::new().run(|_| {
        announce();
        // SAFETY: nobody in this child uses what lies behind standard error.
        unsafe {
            for descriptor in 3..1024 {
                libc::close(descriptor);
            }
            libc::raise(SIGTERM);
        }
        unreachable!("the signal ends it")
    });
    finished.assert_signal(SIGTERM);
    assert_announced(&finished, ProcessEnd::Signal(SIGTERM));
}

#[test]
fn what_ran_early_does_not_run_again() {
    let finished = Child::new().run(|_| {
        announce();
        run_last(ProcessEnd::Exit(3));
        run_last(ProcessEnd::Exit(4));
        5
    });
    finished.assert_code(5);
    assert_announced(&finished, ProcessEnd::Exit(3));
}

#[test]
fn there_is_one_such_function() {
    let finished = Child::new().run(|_| {
        announce();
        assert!(on_process_end(|_| unreachable!("it was refused")).is_err());
        run_last(ProcessEnd::Exit(0));
        assert!(on_process_end(|_| unreachable!("it was refused")).is_err(), "nor later");
        0
    });
    finished.assert_code(0);
    assert_announced(&finished, ProcessEnd::Exit(0));
}

#[test]
fn a_panic_in_it_does_not_change_the_exit_code() {
    let finished = Child::new().run(|_| {
        on_process_end(|_| panic!("no more paper")).expect("the first");
        6
    });
    assert!(finished.assert_code(6).stderr.contains("no more paper"), "{finished}");
}

#[test]
fn a_panic_in_it_does_not_change_the_signal() {
    let finished = Child::new().signal_after_line("ready", SIGTERM).run(|_| {
        on_process_end(|_| panic!("no more paper")).expect("the first");
        wait_for_a_signal()
    });
    assert!(finished.assert_signal(SIGTERM).stderr.contains("no more paper"), "{finished}");
}

#[test]
fn a_function_that_never_ends_does_not_keep_a_dying_process() {
    static HELD: Mutex<()> = Mutex::new(());
    let finished = Child::new().time_limit(Duration::from_secs(30)).run(|_| {
        on_process_end(|_| drop(HELD.lock())).expect("the first");
        let _held = HELD.lock().unwrap();
        std::process::abort()
    });
    finished.assert_signal(SIGABRT);
}

/// Were it to take one, it would wait for itself. The system chooses among the threads that do not block a signal.
#[test]
fn the_thread_that_waits_for_the_end_takes_no_signals() {
    let finished = Child::new().run(|_| {
        announce();
        let find = || {
            let threads = std::fs::read_dir("/proc/self/task").unwrap();
            let mut statuses =
                threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("status")).ok());
            statuses.find(|status| status.starts_with("Name:\tclrhost-end\n"))
        };
        // A thread gives itself its name, some time after it was made.
        let waiting = std::iter::repeat_with(find).flatten().next().unwrap();
        let blocked = waiting.lines().find_map(|line| line.strip_prefix("SigBlk:\t")).unwrap();
        let blocked = u64::from_str_radix(blocked, 16).unwrap();
        for signal in [SIGABRT, SIGINT, SIGTERM, libc::SIGHUP, libc::SIGQUIT] {
            assert!(blocked & 1 << (signal - 1) != 0, "signal {signal} is not blocked: {blocked:x}");
        }
        0
    });
    finished.assert_code(0);
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let finished = Child::new().signal_after_line("ready", libc::SIGHUP).run(|_| {
        // SAFETY: as `nohup` does it; no handler is involved.
        unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
        announce();
        println!("ready");
        // The parent sends the signal meanwhile; were it not ignored, it would end the process.
        std::thread::sleep(Duration::from_millis(300));
        8
    });
    finished.assert_code(8);
    assert_announced(&finished, ProcessEnd::Exit(8));
}

#[test]
fn an_application_that_returns_has_its_code() {
    let finished = Child::new().run(|_| {
        announce();
        run("Values", "")
    });
    finished.assert_code(0);
    assert_announced(&finished, ProcessEnd::Exit(0));
}

#[test]
fn an_application_that_exits_inside_a_callback_has_its_code() {
    let finished = Child::new().run(|_| {
        announce();
        run("ExitInside", "")
    });
    finished.assert_code(7);
    assert_announced(&finished, ProcessEnd::Exit(7));
}

#[test]
fn an_unhandled_exception_is_sigabrt() {
    for place in ["main", "thread", "callback"] {
        let finished = Child::new().argument(place).run(|place| {
            announce();
            run("Unhandled", place)
        });
        finished.assert_signal(SIGABRT);
        assert_announced(&finished, ProcessEnd::Signal(SIGABRT));
    }
}

#[test]
fn an_application_that_sigterm_ends_says_so_itself() {
    let finished = Child::new().signal_after_line("ready", SIGTERM).run(|_| {
        announce();
        run("Signalled", "")
    });
    // The runtime takes the signal and exits in an orderly way.
    finished.assert_code(128 + SIGTERM);
    assert_announced(&finished, ProcessEnd::Exit(128 + SIGTERM));
    assert_eq!(Expected::from_stdout(&finished.stdout).fixture, "Signalled");
}

#[test]
fn an_application_without_handlers_dies_of_sigint() {
    let finished = Child::new().signal_after_line("ready", SIGINT).run(|_| {
        announce();
        run("Signalled", "")
    });
    finished.assert_signal(SIGINT);
    assert_announced(&finished, ProcessEnd::Signal(SIGINT));
}
