//! A host that answers `E_FAIL`: what it may still see of the other threads.

use super::{CALLBACK, NATIVE, Seen, Still, bound_before, check};
use crate::sync::{AtomicU64, Ordering::*};
use crate::{
    Boundary, HostResult, HostingLayer, Hresult, Target, TargetDescription, TargetKind, Task, TaskIdentity,
    TaskManager,
};
use loom::thread;
use std::sync::{Arc, Mutex};

struct Silent;
impl TaskManager for Silent {}

#[test]
fn a_thread_that_was_answered_e_fail_calls_the_host_no_more() {
    let (both, other_ran) = (Seen::default(), Seen::default());
    let (seen_both, seen_other_ran) = (both.clone(), other_ran.clone());
    check(3, move || {
        let layer = Arc::new(HostingLayer::new(Box::new(Silent), |failure| {
            assert_eq!(failure.hresult, Hresult::E_FAIL);
        }));
        /// Fails once, if the host is still there, then tries again. True if the host was called.
        fn fail_and_try_again(layer: &HostingLayer) -> bool {
            let mut called = false;
            let fail = |called: &mut bool| -> HostResult {
                *called = true;
                Err(Hresult::E_FAIL)
            };
            assert!(!layer.call("LeaveRuntime", |_| fail(&mut called)));
            assert!(layer.is_shut(), "this thread was answered E_FAIL or found the layer shut");
            assert!(!layer.call("EnterRuntime", |_| unreachable!("called after E_FAIL")));
            called
        }
        let failing = thread::spawn({
            let layer = layer.clone();
            move || fail_and_try_again(&layer)
        });
        let other = thread::spawn({
            let layer = layer.clone();
            move || layer.call("LeaveRuntime", |_| Ok(()))
        });
        let failed_here = fail_and_try_again(&layer);
        let failed_there = failing.join().unwrap();
        let ran = other.join().unwrap();
        let (count, kept) = layer.failures();
        assert_eq!(count, failed_here as u64 + failed_there as u64);
        assert_eq!(kept.len() as u64, count);
        seen_both.note(count == 2);
        seen_other_ran.note(ran);
    });
    both.assert_some("two threads in the host at once");
    other_ran.assert_some("a third thread's call");
}

/// A host that writes its calls down.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<&'static str>>>);

impl Notes {
    fn note(&self, call: &'static str) -> HostResult {
        self.0.lock().unwrap().push(call);
        Ok(())
    }
    fn calls(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

impl TaskManager for Notes {
    fn task_started(&self, _: &Task) -> HostResult {
        self.note("SetCLRTask")
    }
    fn task_ended(&self, _: &Task) -> HostResult {
        self.note("ExitTask")
    }
    fn leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.note("LeaveRuntime")
    }
    fn enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.note("EnterRuntime")
    }
    fn reverse_enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.note("ReverseEnterRuntime")
    }
    fn reverse_leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.note("ReverseLeaveRuntime")
    }
}

/// All that a host hears of a thread that makes one call, which calls back.
const WHOLE: [&str; 6] =
    ["SetCLRTask", "LeaveRuntime", "ReverseEnterRuntime", "ReverseLeaveRuntime", "EnterRuntime", "ExitTask"];

/// Does that. `between` is called before each part.
fn whole(boundary: &Boundary<Still>, between: impl Fn()) {
    between();
    let owner = boundary.start_task(TaskIdentity::default(), true);
    between();
    boundary.leave::<false, true>(&owner, NATIVE, 0, bound_before);
    between();
    boundary.reverse_enter::<false, true>(&owner, CALLBACK, 0, bound_before);
    between();
    boundary.reverse_leave::<false, true>(&owner, CALLBACK, bound_before);
    between();
    boundary.enter::<false, true>(&owner, NATIVE, bound_before);
    between();
    boundary.end_task(owner);
}

/// One thread is answered `E_FAIL` while another is anywhere in its calls. What the host hears of that one breaks off there: no
/// call is made to it that began after it was known that the layer is shut, and none after one that was not made, so also no
/// closing call for a bracket that it never heard of. The counts go on.
#[test]
fn when_the_layer_shuts_what_a_host_hears_of_other_threads_breaks_off() {
    let lengths: [Seen; WHOLE.len() + 1] = Default::default();
    let known = Seen::default();
    let (seen_lengths, seen_known) = (lengths.clone(), known.clone());
    check(3, move || {
        let notes = Notes::default();
        let layer = HostingLayer::new(Box::new(notes.clone()), |_| {});
        let boundary = Boundary::new(Some(layer), Still);
        boundary.bind(NATIVE, TargetDescription::named(TargetKind::PInvoke, "native"));
        boundary.bind(CALLBACK, TargetDescription::named(TargetKind::Delegate, "callback"));
        let boundary = Arc::new(boundary);
        let is_known = Arc::new(AtomicU64::new(0));
        let failing = thread::spawn({
            let (boundary, is_known) = (boundary.clone(), is_known.clone());
            move || {
                let layer = boundary.layer().unwrap();
                assert!(!layer.call("Sleep", |_| Err(Hresult::E_FAIL)));
                is_known.store(1, Release);
            }
        });
        let other = thread::spawn({
            let (boundary, notes, seen_known) = (boundary.clone(), notes.clone(), seen_known.clone());
            move || {
                let calls_when_known = Mutex::new(None);
                whole(&boundary, || {
                    let mut calls = calls_when_known.lock().unwrap();
                    if calls.is_none() && is_known.load(Acquire) == 1 {
                        *calls = Some(notes.calls().len());
                    }
                });
                if let Some(calls) = *calls_when_known.lock().unwrap() {
                    assert_eq!(
                        notes.calls().len(),
                        calls,
                        "a call after it was known that the layer is shut"
                    );
                    seen_known.note(calls > 0);
                }
            }
        });
        failing.join().unwrap();
        other.join().unwrap();
        let calls = notes.calls();
        assert_eq!(calls, WHOLE[..calls.len()]);
        seen_lengths[calls.len()].note(true);
        let counts = boundary.snapshot().counts();
        assert_eq!((counts.leave, counts.enter, counts.reverse_enter, counts.reverse_leave), (1, 1, 1, 1));
        assert!(boundary.layer().unwrap().is_shut());
        boundary.end_task(boundary.start_task(TaskIdentity::default(), true));
        assert_eq!(notes.calls(), calls, "a thread that came later");
    });
    for (length, seen) in lengths.iter().enumerate() {
        seen.assert_some(&format!("{length} calls before the layer shut"));
    }
    known.assert_some("a thread that knew in the midst of its calls");
}
