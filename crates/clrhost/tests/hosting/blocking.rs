//! A host may block in any of the four crossings: no collection waits for it.

use crate::child::Child;
use crate::recorder::this_thread;
use crate::scripted::Scripted;
use clrhost::{Application, Host};
use clrhost_testkit::fixture;
use std::sync::{Condvar, Mutex};
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
