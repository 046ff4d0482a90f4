//! Starting: once per process, and as often as it takes until then.

use crate::child::Child;
use clrhost::{Application, Attachment, Error, Host, Timing};
use clrhost_testkit::{dotnet_root, fixture};
use std::path::PathBuf;

fn entries_config() -> PathBuf {
    fixture("Entries").with_extension("runtimeconfig.json")
}

fn hello() -> Application {
    Application::new(fixture("Hello"))
}

#[test]
fn a_failed_start_leaves_the_process_able_to_try_again() {
    let finished = Child::new().run(|_| {
        let missing = Host::builder().run(Application::new("/no/such/app.dll"));
        assert!(matches!(missing, Err(Error::Engine(_))), "{missing:?}");
        let no_root = Host::builder().dotnet_root("/no/such/dotnet").run(hello());
        assert!(matches!(no_root, Err(Error::Engine(_))), "{no_root:?}");
        let no_config = Host::builder().start("/no/such.runtimeconfig.json");
        assert!(matches!(no_config, Err(Error::Engine(_))));
        Host::builder().dotnet_root(dotnet_root()).run(hello()).expect("nothing is in the way")
    });
    assert_eq!(finished.assert_code(0).stdout.lines().last(), Some("Hello from .NET"), "{finished}");
}

#[test]
fn a_second_start_is_refused() {
    let finished = Child::new().run(|_| {
        let runtime = Host::builder().start(entries_config()).expect("the first starts");
        for hooks in [true, false] {
            let host = || if hooks { Host::builder() } else { Host::builder().without_hooks() };
            assert!(matches!(host().start(entries_config()), Err(Error::AlreadyStarted)));
            assert!(matches!(host().prepare(hello()), Err(Error::AlreadyStarted)));
        }
        drop(runtime);
        assert!(matches!(Host::builder().run(hello()), Err(Error::AlreadyStarted)));
        0
    });
    finished.assert_code(0);
}

#[test]
fn a_second_application_is_refused_before_and_after_the_first_ran() {
    let finished = Child::new().run(|_| {
        let first = Host::builder().prepare(hello()).expect("the first is prepared");
        assert!(matches!(Host::builder().prepare(hello()), Err(Error::AlreadyStarted)));
        assert!(matches!(Host::builder().start(entries_config()), Err(Error::AlreadyStarted)));
        let code = first.run().expect("the first runs");
        assert!(matches!(Host::builder().prepare(hello()), Err(Error::AlreadyStarted)));
        code
    });
    finished.assert_code(0);
}

#[test]
fn of_two_threads_that_start_one_is_refused() {
    let finished = Child::new().run(|_| {
        let start = || Host::builder().start(entries_config()).map(drop);
        let (here, there) = std::thread::scope(|scope| {
            let there = scope.spawn(start);
            (start(), there.join().unwrap())
        });
        let refused = [here, there].into_iter().filter(|result| matches!(result, Err(Error::AlreadyStarted)));
        assert_eq!(refused.count(), 1);
        0
    });
    finished.assert_code(0);
}

#[test]
fn another_profiler_is_named_and_nothing_runs() {
    let child =
        Child::new().env("CORECLR_ENABLE_PROFILING", "1").env("CORECLR_PROFILER_PATH", "/opt/other.so");
    let finished = child.run(|_| {
        let error = Host::builder().run(hello()).expect_err("there is one");
        assert!(matches!(error, Error::Probe(_)));
        assert!(error.to_string().contains("/opt/other.so"), "{error}");
        0
    });
    assert!(!finished.assert_code(0).stdout.contains("Hello"), "{finished}");
}

#[test]
fn what_was_prepared_says_what_will_run() {
    let finished = Child::new().run(|_| {
        let prepared = Host::builder().timing(Timing::Counted).prepare(hello()).expect("it is prepared");
        let framework = prepared.framework().expect("hostfxr says");
        assert_eq!(framework.name, "Microsoft.NETCore.App");
        let crossings = prepared.crossings().expect("there are hooks");
        assert_eq!((crossings.attachment(), crossings.timing()), (Attachment::Waiting, Timing::Counted));
        let code = prepared.run().expect("it runs");
        assert_eq!(crossings.attachment(), Attachment::Attached);
        let read = crossings.snapshot();
        assert!(read.snapshot.counts().leave > 0 && read.host.is_none());
        assert!(read.snapshot.targets.iter().all(|target| target.total_ticks == 0), "not timed");
        code
    });
    finished.assert_code(0);
}

#[test]
fn without_hooks_nothing_is_watched_and_no_host_called() {
    struct Unreachable;
    impl clrhost::TaskManager for Unreachable {
        fn task_started(&self, _task: &clrhost::Task) -> clrhost::HostResult {
            unreachable!("there are no hooks")
        }
    }
    let finished = Child::new().run(|_| {
        let host = Host::builder().without_hooks().task_manager(Unreachable);
        let prepared = host.prepare(hello()).expect("it is prepared");
        assert!(prepared.crossings().is_none() && prepared.reporter().is_none());
        prepared.run().expect("it runs")
    });
    assert!(finished.assert_code(0).stdout.contains("Hello from .NET"), "{finished}");
}
