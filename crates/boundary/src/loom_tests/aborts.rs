//! Requests to abort a task, and the regions in which none may strike.

use super::{ALL, Seen, check};
use crate::abort::{AbortRequest, AbortState, RegionEnd, Stop};
use crate::sync::AtomicU64;
use loom::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::time::Duration;

/// The task's thread as an abort sees it. Std's atomics, so that they are no part of the model, but for one.
#[derive(Default)]
struct Struck {
    in_region: AtomicBool,
    /// It runs managed code in which an abort must not strike unawares.
    computes: AtomicBool,
    times: AtomicUsize,
    /// Written on the way to the runtime and in a region, so that loom lets others run there.
    on_the_way: AtomicU64,
}

impl Struck {
    /// What the runtime does with a request that it is handed.
    fn deliver(&self, abort: &AbortState) {
        self.on_the_way.fetch_add(1, Relaxed);
        assert!(!self.in_region.load(Relaxed), "an abort in a region that must not be aborted");
        assert!(!self.computes.load(Relaxed), "an abort of a task that was to stop for it");
        self.times.fetch_add(1, Relaxed);
        abort.accepted();
        abort.finished();
    }

    fn compute(&self) {
        self.computes.store(true, Relaxed);
        self.on_the_way.fetch_add(1, Relaxed);
        self.computes.store(false, Relaxed);
    }

    fn region(&self, abort: &AbortState, is_hosts: bool) {
        if is_hosts {
            abort.begin_prevent()
        } else {
            assert!(abort.begin_delay())
        }
        self.in_region.store(true, Relaxed);
        self.on_the_way.fetch_add(1, Relaxed);
        abort.offer_stop();
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

/// An engine that has to wait for the task to stop, and a task that goes through a region and stops before, in and after it.
#[test]
fn a_stop_is_made_where_an_abort_may_strike_or_the_request_is_held() {
    let (made, held, ended) = (Seen::default(), Seen::default(), Seen::default());
    let (seen_made, seen_held, seen_ended) = (made.clone(), held.clone(), ended.clone());
    check(3, move || {
        let shared = Arc::new((AbortState::default(), Struck::default()));
        let engine = thread::spawn({
            let shared = shared.clone();
            move || {
                let (abort, struck) = &*shared;
                if abort.request() != AbortRequest::Deliver {
                    return None;
                }
                abort.await_stop();
                let stop = abort.stop(Duration::MAX);
                if stop == Stop::Made {
                    struck.deliver(abort);
                }
                Some(stop)
            }
        });
        let (abort, struck) = &*shared;
        abort.offer_stop();
        struck.compute();
        struck.region(abort, false);
        abort.offer_stop();
        let struck_before_the_end = struck.times.load(Relaxed);
        abort.ends();
        let stop = engine.join().unwrap();
        let struck = struck.times.load(Relaxed);
        assert!(struck <= 1);
        assert_eq!(struck == 1, stop == Some(Stop::Made) || struck_before_the_end == 1, "{stop:?}");
        assert!(!abort.is_requested());
        seen_made.note(stop == Some(Stop::Made));
        seen_held.note(stop == Some(Stop::Withdrawn) && struck == 1);
        seen_ended.note(stop == Some(Stop::Withdrawn) && struck == 0);
    });
    made.assert_some("a stop that was made");
    held.assert_some("a request that the region took back");
    ended.assert_some("a task that ended before it stopped");
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
