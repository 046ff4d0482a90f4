//! Requests to abort a task, and the regions in which none may strike.

use super::{ALL, Seen, check};
use crate::abort::{AbortRequest, AbortState, RegionEnd};
use crate::sync::AtomicU64;
use loom::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

/// The task's thread as an abort sees it. Std's atomics, so that they are no part of the model, but for one.
#[derive(Default)]
struct Struck {
    in_region: AtomicBool,
    times: AtomicUsize,
    /// Written on the way to the runtime and in a region, so that loom lets others run there.
    on_the_way: AtomicU64,
}

impl Struck {
    /// What the runtime does with a request that it is handed.
    fn deliver(&self, abort: &AbortState) {
        self.on_the_way.fetch_add(1, Relaxed);
        assert!(!self.in_region.load(Relaxed), "an abort in a region that must not be aborted");
        self.times.fetch_add(1, Relaxed);
        abort.accepted();
        abort.finished();
    }

    fn region(&self, abort: &AbortState, is_hosts: bool) {
        if is_hosts {
            abort.begin_prevent()
        } else {
            assert!(abort.begin_delay())
        }
        self.in_region.store(true, Relaxed);
        self.on_the_way.fetch_add(1, Relaxed);
        assert!(is_hosts || abort.delays() == 1);
        self.in_region.store(false, Relaxed);
        let end = if is_hosts { abort.end_prevent() } else { abort.end_delay() };
        let RegionEnd { outermost, deliver } = end.unwrap();
        assert!(outermost);
        if deliver {
            self.deliver(abort);
        }
    }
}

/// One thread runs a region, two ask for an abort.
fn regions_and_requests(is_hosts: bool) {
    let (held, at_once, again) = (Seen::default(), Seen::default(), Seen::default());
    let (seen_held, seen_at_once, seen_again) = (held.clone(), at_once.clone(), again.clone());
    check(3, move || {
        let shared = Arc::new((AbortState::default(), Struck::default()));
        let request = || {
            let shared = shared.clone();
            thread::spawn(move || {
                let (abort, struck) = &*shared;
                let answer = abort.request();
                if answer == AbortRequest::Deliver {
                    struck.deliver(abort);
                }
                answer
            })
        };
        let requests = [request(), request()];
        let (abort, struck) = &*shared;
        struck.region(abort, is_hosts);
        let answers = requests.map(|request| request.join().unwrap());
        let count = |answer| answers.iter().filter(|&&it| it == answer).count();
        // Each request that was not told that there is one already leads to one abort, sooner or later.
        assert_eq!(struck.times.load(Relaxed), count(AbortRequest::Deliver) + count(AbortRequest::Held));
        assert!(!abort.is_requested(), "{answers:?}");
        seen_held.note(count(AbortRequest::Held) > 0);
        seen_at_once.note(count(AbortRequest::Deliver) == 2);
        seen_again.note(count(AbortRequest::AlreadyRequested) > 0);
    });
    held.assert_some("a request that was held");
    at_once.assert_some("two requests that went out at once");
    again.assert_some("a request while there was one");
}

#[test]
fn no_abort_strikes_inside_of_a_region_of_managed_code_and_none_is_forgotten() {
    regions_and_requests(false);
}

#[test]
fn no_abort_strikes_while_the_host_prevents_it_and_none_is_forgotten() {
    regions_and_requests(true);
}

#[test]
fn a_task_that_ends_leaves_nobody_waiting() {
    let waited = Seen::default();
    let seen_waited = waited.clone();
    check(ALL, move || {
        let abort = Arc::new(AbortState::default());
        // Nobody hands over what this asks for, as when the thread has ended before.
        let answer = abort.request();
        assert_eq!(answer, AbortRequest::Deliver);
        let began_first = Arc::new(AtomicBool::new(false));
        let host = thread::spawn({
            let (abort, began_first) = (abort.clone(), began_first.clone());
            move || {
                began_first.store(!abort.has_ended(), Relaxed);
                abort.begin_prevent();
                abort.end_prevent().unwrap()
            }
        });
        let task = thread::spawn({
            let abort = abort.clone();
            move || abort.ended()
        });
        task.join().unwrap();
        let end = host.join().unwrap();
        assert!(!end.deliver, "an abort of a task that has ended");
        assert_eq!(abort.request(), AbortRequest::Ended);
        abort.finished();
        assert!(abort.has_ended());
        seen_waited.note(began_first.load(Relaxed));
    });
    waited.assert_some("a region that began before the end");
}
