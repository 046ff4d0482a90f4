//! A host may block in any of the four crossings: no collection waits for it.

use crate::child::Child;
use crate::recorder::this_thread;
use crate::scripted::Scripted;
use clrhost::report::Exit;
use clrhost::{
    Admission, Application, Host, HostResult, Hresult, Target, TargetDescription, Task, TaskManager,
    WaitOption,
};
use clrhost_testkit::fixture;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Collections that must come to their end while the host blocks.
const COLLECTIONS: u64 = 5;
/// The host blocks at least as long as this, and longer where the machine is slow to collect.
const BLOCKED_AT_LEAST: Duration = Duration::from_millis(300);
/// Collections that take this long are held up.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many collections the other threads have made.
static COLLECTED: Mutex<u64> = Mutex::new(0);
static COLLECTED_ONE: Condvar = Condvar::new();
/// The thread that blocked, once one has.
static BLOCKED: Mutex<Option<u64>> = Mutex::new(None);

/// Blocks until other threads have made some collections.
fn block() {
    let since = Instant::now();
    let before = *COLLECTED.lock().unwrap();
    let too_few = |collected: &mut u64| *collected < before + COLLECTIONS;
    let (collected, timeout) =
        COLLECTED_ONE.wait_timeout_while(COLLECTED.lock().unwrap(), PATIENCE, too_few).unwrap();
    assert!(!timeout.timed_out(), "collections are held up: {} in {PATIENCE:?}", *collected - before);
    drop(collected);
    std::thread::sleep(BLOCKED_AT_LEAST.saturating_sub(since.elapsed()));
}

/// In the child: the crossing thread of `Collected` is held in this method once, while another one collects.
fn run_blocking(method: &str) {
    let method = method.to_owned();
    let host = Scripted::new(move |scene| {
        let target = scene.target.map_or("", |target| &target.description().method);
        if target == "Collected.fx_nothing" {
            *COLLECTED.lock().unwrap() += u64::from(scene.method == "EnterRuntime");
            COLLECTED_ONE.notify_all();
        } else if scene.method == method && scene.is_users() {
            let mut blocked = BLOCKED.lock().unwrap();
            if blocked.is_none() {
                *blocked = Some(this_thread());
                drop(blocked);
                block();
            }
        }
        Ok(())
    });
    let application = Application::new(fixture("Collected"));
    let prepared = Host::builder().task_manager(host).prepare(application).expect("it is prepared");
    let crossings = prepared.crossings().unwrap();
    assert_eq!(prepared.run().expect("it runs"), 0);
    assert!(BLOCKED.lock().unwrap().is_some(), "the method was never called");
    assert!(!crossings.is_shut(), "collections were held up");
}

#[test]
fn a_host_that_blocks_in_a_crossing_holds_up_no_collection() {
    for method in ["LeaveRuntime", "EnterRuntime", "ReverseEnterRuntime", "ReverseLeaveRuntime"] {
        let child = Child::new().argument(method);
        let finished = child.run(|method| {
            run_blocking(method);
            0
        });
        finished.assert_code(0);
    }
}

/// Blocks the first time that something has happened, until another thread has slept some more times.
struct SleepsPass {
    slept: AtomicU64,
    blocked: AtomicBool,
    /// Where the host blocks: the contract's name of the call, and the function's.
    place: (String, String),
    /// Calls about functions that are called in cooperative mode.
    about_suppressed: Mutex<Vec<String>>,
}

impl SleepsPass {
    fn at(&self, call: &str, target: &TargetDescription) {
        let symbol = target.symbol.as_deref().unwrap_or("");
        let suppressed = ["fx_double", "fx_square"].contains(&symbol);
        let pointer = symbol == "fx_double_alias";
        if (suppressed && call != "BindTarget") || (pointer && call == "LeaveRuntime") {
            self.about_suppressed.lock().unwrap().push(format!("{call} {symbol}"));
        }
        if self.place.0 == call && self.place.1 == symbol && !self.blocked.swap(true, Relaxed) {
            let (since, before) = (Instant::now(), self.slept.load(Relaxed));
            while self.slept.load(Relaxed) < before + COLLECTIONS && since.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(BLOCKED_AT_LEAST.saturating_sub(since.elapsed()));
            assert!(self.slept.load(Relaxed) >= before + COLLECTIONS, "collections are held up");
        }
    }
}

struct Sleeper(Arc<SleepsPass>);

impl TaskManager for Sleeper {
    fn bind_target(&self, target: &TargetDescription) -> HostResult<Admission> {
        self.0.at("BindTarget", target);
        Ok(Admission::Call)
    }
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        self.0.at("CallNeedsHostHook", target.description());
        Ok(true)
    }
    fn leave_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.0.at("LeaveRuntime", target.description());
        Ok(())
    }
    fn sleep(&self, _: &Task, _: Option<u32>, _: WaitOption) -> HostResult {
        // The thread that collects sleeps after each collection.
        self.0.slept.fetch_add(1, Relaxed);
        Err(Hresult::E_NOTIMPL)
    }
}

/// In the child: runs `SuppressedForms`, in which another thread collects, under a host that blocks once.
fn run_sleeper(place: &str) {
    let (call, symbol) = place.split_once(' ').expect("two words");
    let state = Arc::new(SleepsPass {
        slept: AtomicU64::new(0),
        blocked: AtomicBool::new(false),
        place: (call.to_owned(), symbol.to_owned()),
        about_suppressed: Mutex::default(),
    });
    let application = Application::new(fixture("SuppressedForms")).args(["2000"]);
    let host = Host::builder().task_manager(Sleeper(Arc::clone(&state)));
    let prepared = host.prepare(application).expect("it is prepared");
    let (crossings, reporter) = (prepared.crossings().unwrap(), prepared.reporter().unwrap());
    assert_eq!(prepared.run().expect("it runs"), 0);
    assert!(state.blocked.load(Relaxed), "the method was never called");
    assert!(!crossings.is_shut(), "collections were held up");
    // Calls that the collector waits for are not the host's: counted, in rows of their own.
    assert!(state.about_suppressed.lock().unwrap().is_empty());
    let report = reporter.report(Exit::Code { code: 0 }, true);
    let calls = |symbol: &str| {
        let rows = report.targets.iter().filter(|row| row.symbol.as_deref() == Some(symbol));
        rows.map(|row| (row.suppress_gc_transition, row.calls)).collect::<Vec<_>>()
    };
    assert_eq!(calls("fx_double"), [(true, 2000)]);
    assert_eq!(calls("fx_square"), [(true, 2000)]);
    assert_eq!(calls("fx_double_alias"), [(false, 20)], "by calli, whose declaration is nowhere");
    assert_eq!(calls("fx_add"), [(false, 2000)]);
}

#[test]
fn calls_for_which_the_collector_waits_are_not_told_to_the_host() {
    clrhost_testkit::needs!(Thunks);
    let places = [
        "LeaveRuntime fx_add",
        "BindTarget fx_add",
        "BindTarget fx_double_alias",
        "CallNeedsHostHook fx_add",
    ];
    for place in places {
        let finished = Child::new().argument(place).run(|place| {
            run_sleeper(place);
            0
        });
        finished.assert_code(0);
    }
}
