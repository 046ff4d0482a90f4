//! Threads that meet the same target for the first time at once.

use super::{Seen, Still, check};
use crate::{
    Boundary, HostResult, HostingLayer, Target, TargetDescription, TargetId, TargetKind, TaskManager,
};
use loom::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A host that wants to hear of no call, and counts how often it is asked.
#[derive(Clone, Default)]
struct Asked(Arc<AtomicUsize>);

impl TaskManager for Asked {
    fn call_needs_host_hook(&self, _: &Target) -> HostResult<bool> {
        self.0.fetch_add(1, Relaxed);
        Ok(false)
    }
}

#[test]
fn a_key_is_bound_once_and_the_host_asked_once_whoever_comes_first() {
    const KEY: u64 = 4;
    let (first, second) = (Seen::default(), Seen::default());
    let (seen_first, seen_second) = (first.clone(), second.clone());
    check(3, move || {
        let asked = Asked::default();
        let layer = HostingLayer::new(Box::new(asked.clone()), |_| {});
        let boundary = Arc::new(Boundary::new(Some(layer), Still));
        let bind = |name: &'static str| {
            let boundary = boundary.clone();
            move || -> (TargetId, String, bool) {
                let id = boundary.bind(KEY, TargetDescription::named(TargetKind::PInvoke, name));
                let target = boundary.target(id).expect("bound");
                // Nobody goes on before the host has answered.
                (id, target.description().method.clone(), boundary.needs_hook(id))
            }
        };
        let (one, two) = (thread::spawn(bind("one")), thread::spawn(bind("two")));
        let here = bind("three")();
        let (one, two) = (one.join().unwrap(), two.join().unwrap());
        assert_eq!((&one, &two), (&here, &here));
        assert_eq!((one.2, asked.0.load(Relaxed)), (false, 1));
        assert_eq!(boundary.snapshot().bound.len(), 2, "the target, and the one for those that find no room");
        seen_first.note(one.1 == "one");
        seen_second.note(one.1 == "two");
    });
    first.assert_some("a target that the first thread bound");
    second.assert_some("a target that the second thread bound");
}
