//! A host that never comes back from a call: the thread is gone for the application, and nothing else is. Collections go on, other
//! threads do, and the process ends as it would.

use crate::child::Child;
use crate::whole::Whole;
use clrhost::{Application, Host, Source};
use clrhost_testkit::{SIGTERM, fixture, needs, scratch};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

/// Collections of other threads that must come to their end while the host holds one.
const COLLECTIONS: u64 = 10;

/// The thread to be held, once it is known.
static SUBJECT: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicBool = AtomicBool::new(false);
/// Collections since.
static COLLECTED: AtomicU64 = AtomicU64::new(0);

/// What happens once enough were collected.
type Act = Mutex<Option<Box<dyn FnOnce() + Send>>>;

fn hold() -> ! {
    loop {
        thread::park();
    }
}

/// A host that holds a thread in `method`, and acts when others have collected meanwhile.
fn host(method: &str, act: impl FnOnce() + Send + 'static) -> Whole {
    let (method, act) = (method.to_owned(), Act::new(Some(Box::new(act))));
    // Tasks begin and end on other threads than the one that makes them.
    let on_others = ["SetCLRTask", "ExitTask"].contains(&method.as_str());
    Whole::new(move |call| {
        if call.method == "LeaveRuntime" && call.is_about("Held.fx_square") {
            SUBJECT.store(call.thread, Relaxed);
            return None;
        }
        if call.method == "LeaveRuntime" && call.is_about("Held.fx_nothing") && HELD.load(Relaxed) {
            if COLLECTED.fetch_add(1, Relaxed) + 1 == COLLECTIONS
                && let Some(act) = act.lock().unwrap().take()
            {
                act();
            }
            return None;
        }
        let subject = SUBJECT.load(Relaxed);
        let is_it = if on_others { subject != 0 } else { call.thread == subject };
        if is_it && call.method == method && !HELD.swap(true, Relaxed) {
            hold();
        }
        None
    })
}

/// In the child: runs `Held` with a source, under a host that holds its thread in a method, to the end in which `end` says.
fn run(method_and_source: &str, end: &'static str) -> i32 {
    let (method, source) = method_and_source.split_once(' ').expect("two words");
    let file = scratch("held").join("enough");
    let made = file.clone();
    let host = host(method, move || match end {
        "return" => std::fs::write(&made, "").expect("a writable folder"),
        _ => println!("ready"),
    });
    let source = if source == "flag" { Source::Flag } else { Source::Thunks };
    let builder = Host::builder().task_manager(host).source(source);
    let prepared = builder.prepare(Application::new(fixture("Held")).args([file])).expect("it is prepared");
    let crossings = prepared.crossings().unwrap();
    let code = prepared.run().expect("it runs");
    assert!(COLLECTED.load(Relaxed) >= COLLECTIONS && !crossings.is_shut());
    let totals = crossings.snapshot().snapshot.counts();
    assert!(totals.leave > COLLECTIONS);
    code
}

#[test]
fn main_returns_while_a_host_holds_a_thread() {
    needs!(HostedThreads);
    let methods = [
        "SetCLRTask",
        "ExitTask",
        "BindTarget",
        "CallNeedsHostHook",
        "LeaveRuntime",
        "EnterRuntime",
        "ReverseEnterRuntime",
        "ReverseLeaveRuntime",
        "CreateTask",
        "Sleep",
        "SwitchToTask",
        "SetLocale",
        "SetUILocale",
        "BeginDelayAbort",
        "EndDelayAbort",
        "BeginThreadAffinity",
        "EndThreadAffinity",
    ];
    for method in methods {
        let child = Child::new().argument(&format!("{method} thunks"));
        child.run(|of| run(of, "return")).assert_code(3);
    }
    for method in ["LeaveRuntime", "EnterRuntime", "ReverseEnterRuntime", "ReverseLeaveRuntime", "SetCLRTask"]
    {
        let child = Child::new().argument(&format!("{method} flag"));
        child.run(|of| run(of, "return")).assert_code(3);
    }
}

/// The runtime handles the signal on a thread of its own, by `exit`.
#[test]
fn sigterm_comes_while_a_host_holds_a_thread() {
    for method in ["LeaveRuntime", "EnterRuntime", "ReverseEnterRuntime", "ReverseLeaveRuntime", "Sleep"] {
        let child = Child::new().argument(&format!("{method} thunks"));
        child.signal_after_line("ready", SIGTERM).run(|of| run(of, "signal")).assert_code(143);
    }
}

/// The one place where a host may keep a thread from going on because of a suspension: that is over as soon as it can be all the same.
#[test]
fn a_host_holds_a_thread_that_blocks_for_a_suspension() {
    let finished = Child::new().run(|_| {
        let file = scratch("held").join("enough");
        let made = file.clone();
        let tasks = host("none", move || std::fs::write(&made, "").expect("a writable folder"));
        let gc = Whole::new(|call| {
            let is_it =
                call.method == "ThreadIsBlockingForSuspension" && call.thread == SUBJECT.load(Relaxed);
            if is_it && !HELD.swap(true, Relaxed) {
                hold();
            }
            None
        });
        let builder = Host::builder().task_manager(tasks).gc_manager(gc);
        builder.run(Application::new(fixture("Held")).args([file])).expect("it runs")
    });
    finished.assert_code(3);
}

/// Suspensions are told of on the thread that suspends the others. A host that stays there keeps all managed threads from running,
/// for good; the process can be ended by native code, and by signals that .NET does not handle.
#[test]
fn a_host_that_holds_a_suspension_holds_the_application() {
    for method in ["SuspensionStarting", "SuspensionEnding"] {
        let finished = Child::new().argument(method).run(|method| {
            static IN_SUSPENSION: AtomicBool = AtomicBool::new(false);
            let method = method.to_owned();
            let gc = Whole::new(move |call| {
                if call.method == method && SUBJECT.load(Relaxed) != 0 && !IN_SUSPENSION.swap(true, Relaxed) {
                    hold();
                }
                None
            });
            let tasks = host("none", || ());
            thread::spawn(|| {
                while !IN_SUSPENSION.load(Relaxed) {
                    thread::sleep(Duration::from_millis(1));
                }
                std::process::exit(9);
            });
            let builder = Host::builder().task_manager(tasks).gc_manager(gc);
            let never = scratch("held").join("never");
            builder.run(Application::new(fixture("Held")).args([never])).expect("it runs")
        });
        finished.assert_code(9);
    }
}
