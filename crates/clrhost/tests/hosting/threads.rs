//! Threads that the host makes, and when their tasks begin.

use crate::child::Child;
use crate::recorder::this_thread;
use clrhost::{Host, HostResult, Hresult, Runtime, Task, TaskManager, TaskRequest, TaskType};
use clrhost_testkit::fixture;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Makes every thread, and writes down which.
#[derive(Clone, Default)]
struct Maker(Arc<Mutex<Made>>);

#[derive(Default)]
struct Made {
    threads: BTreeSet<u64>,
    stacks: Vec<usize>,
    started: Vec<u64>,
    ended: usize,
    slept: usize,
}

impl TaskManager for Maker {
    fn create_task(&self, request: TaskRequest) -> HostResult {
        self.0.lock().unwrap().stacks.push(request.stack_size());
        let made = self.0.clone();
        let thread = thread::Builder::new().stack_size(request.stack_size().max(256 * 1024));
        let body = move || {
            made.lock().unwrap().threads.insert(this_thread());
            request.run();
        };
        thread.spawn(body).map(drop).map_err(|_| Hresult::E_OUTOFMEMORY)
    }

    fn task_started(&self, task: &Task) -> HostResult {
        assert_eq!(task.os_thread_id(), this_thread());
        self.0.lock().unwrap().started.push(task.os_thread_id());
        Ok(())
    }

    fn task_ended(&self, _: &Task) -> HostResult {
        self.0.lock().unwrap().ended += 1;
        Ok(())
    }
}

fn start(host: impl TaskManager + 'static) -> Runtime {
    let config = fixture("Kinds").with_extension("runtimeconfig.json");
    Host::builder().task_manager(host).start(config).expect("the runtime starts")
}

#[test]
fn every_thread_is_the_hosts() {
    clrhost_testkit::needs!(HostedThreads);
    let finished = Child::new().env("DOTNET_gcServer", "1").run(|_| {
        let maker = Maker::default();
        let runtime = start(maker.clone());
        assert_eq!(runtime.crossings().unwrap().unhooked(), Vec::<String>::new());
        assert_eq!(runtime.execute(&fixture("Kinds"), "Kinds", "Run", None), Ok(0));
        let tasks = runtime.tasks().unwrap();
        let types: BTreeSet<u32> = tasks.live().iter().map(|task| task.task_type().bits()).collect();
        let kinds = [
            TaskType::User,
            TaskType::Finalizer,
            TaskType::ThreadpoolWorker,
            TaskType::ThreadpoolGate,
            TaskType::ThreadpoolTimer,
        ];
        for kind in kinds {
            assert!(types.contains(&kind.bits()), "{kind:?} in {types:?}");
        }
        let made = maker.0.lock().unwrap();
        for thread in made.started.iter().filter(|&&thread| thread != this_thread()) {
            assert!(made.threads.contains(thread), "thread {thread} is a task, and not of the host's making");
        }
        assert!(made.stacks.contains(&(3 << 20)), "{:?}", made.stacks);
        // Also those that never run managed code, by the names that they give themselves.
        let mut names: Vec<String> = made.threads.iter().filter_map(|&thread| name_of(thread)).collect();
        names.sort();
        for name in
            [".NET SynchManag", ".NET SigHandler", ".NET Server GC", ".NET Finalizer", ".NET Tiered Com"]
        {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
        0
    });
    finished.assert_code(0);
}

fn name_of(thread: u64) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/self/task/{thread}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

#[test]
fn two_thousand_threads_come_and_go() {
    clrhost_testkit::needs!(HostedThreads);
    let finished = Child::new().time_limit(Duration::from_secs(180)).run(|_| {
        let maker = Maker::default();
        let runtime = start(maker.clone());
        let run = |threads| runtime.execute(&fixture("Kinds"), "Kinds", "Run", Some(threads));
        assert_eq!(run("100"), Ok(0));
        let before = resident_kib();
        assert_eq!(run("2000"), Ok(0));
        // Threads end a moment after they are joined.
        let end = Instant::now() + Duration::from_secs(20);
        while runtime.tasks().unwrap().live().len() > 40 && Instant::now() < end {
            thread::sleep(Duration::from_millis(50));
        }
        let live = runtime.tasks().unwrap().live().len();
        let made = maker.0.lock().unwrap();
        assert!(live <= 40, "{live} tasks live");
        assert!(made.started.len() >= 2100, "{}", made.started.len());
        assert!(made.started.len() - made.ended <= 40, "{} of {}", made.ended, made.started.len());
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 64 * 1024, "{grown} KiB more");
        0
    });
    finished.assert_code(0);
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has a size");
    line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
}

/// What a host does with the request for the thread called "big", by its stack size.
#[derive(Clone, Copy)]
enum Answer {
    Refuse,
    Drop,
}

struct Choosy(Answer);

impl TaskManager for Choosy {
    fn create_task(&self, request: TaskRequest) -> HostResult {
        match (request.stack_size(), self.0) {
            (0x30_0000, Answer::Refuse) => Err(Hresult::E_OUTOFMEMORY),
            // Answers that there is a thread, and makes none.
            (0x30_0000, Answer::Drop) => Ok(()),
            _ => Err(Hresult::E_NOTIMPL),
        }
    }
}

#[test]
fn a_thread_that_the_host_does_not_make_is_an_exception() {
    for answer in ["refuse", "drop"] {
        let finished = Child::new().argument(answer).run(|answer| {
            let answer = if answer == "drop" { Answer::Drop } else { Answer::Refuse };
            let runtime = start(Choosy(answer));
            let result = runtime.execute(&fixture("Kinds"), "Kinds", "Run", None);
            let error = runtime.last_error().unwrap_or_default();
            assert!(error.contains("OutOfMemoryException") || error.contains("ThreadStart"), "{error}");
            assert!(result.is_err());
            // The runtime goes on.
            assert_eq!(runtime.execute(&fixture("Everything"), "Everything", "Length", Some("four")), Ok(4));
            0
        });
        finished.assert_code(0);
    }
}

/// A host that takes its time over each new task.
struct Slow;

impl TaskManager for Slow {
    fn task_started(&self, _: &Task) -> HostResult {
        thread::sleep(Duration::from_millis(150));
        Ok(())
    }
}

#[test]
fn a_host_may_block_while_a_task_starts() {
    let finished = Child::new().run(|_| {
        let runtime = start(Slow);
        // Collections on another thread meanwhile do not wait for it.
        let config = fixture("Kinds");
        assert_eq!(runtime.execute(&config, "Kinds", "Run", None), Ok(0));
        0
    });
    finished.assert_code(0);
}

/// The counting host of this file sleeps nowhere; this one performs every sleep.
#[test]
fn a_host_performs_sleeps_and_breaks_them_off() {
    struct Sleeper(Arc<Mutex<Made>>, bool);
    impl TaskManager for Sleeper {
        fn sleep(&self, _: &Task, milliseconds: Option<u32>, option: clrhost::WaitOption) -> HostResult {
            assert!(option.is_alertable());
            assert_eq!(milliseconds, Some(30));
            self.0.lock().unwrap().slept += 1;
            if self.1 { Err(Hresult::HOST_E_INTERRUPTED) } else { Ok(()) }
        }
    }
    for breaks in ["", "breaks"] {
        let finished = Child::new().argument(breaks).run(|breaks| {
            let made = Arc::new(Mutex::new(Made::default()));
            let config = fixture("Everything").with_extension("runtimeconfig.json");
            let host = Sleeper(made.clone(), !breaks.is_empty());
            let runtime = Host::builder().task_manager(host).start(config).unwrap();
            let failed = runtime.execute(&fixture("Everything"), "Everything", "Run", Some("sleep"));
            assert_eq!(made.lock().unwrap().slept, 1);
            failed.unwrap()
        });
        finished.assert_code(i32::from(!breaks.is_empty()));
        let expected =
            if breaks.is_empty() { "step sleep ok" } else { "step sleep ThreadInterruptedException" };
        assert!(finished.stdout.contains(expected), "{finished}");
    }
}
