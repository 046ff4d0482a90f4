//! Calls recorded one by one.

use super::bed::{Bed, Made, Mode};
use super::child::in_modes;
use super::native::as_function;
use crate::thunk::Purpose::{Leave, Reverse};
use clrhost_boundary::{Bracket, Event};
use std::thread;

const TIMED: [Mode; 3] = [Mode::Timed, Mode::SystemClock, Mode::Hosted];

extern "C" fn inner() {}

extern "C" fn outer(stub: usize) {
    // SAFETY: the stub of a thunk before `inner`.
    (0..2).for_each(|_| unsafe { as_function::<extern "C" fn()>(stub)() });
}

fn call_outer(outer: Made, inner: Made) {
    // SAFETY: the thunk leads to `outer`.
    unsafe { as_function::<extern "C" fn(usize)>(outer.stub)(inner.stub) };
}

/// Events and losses of all tasks.
fn taken(bed: &Bed) -> (Vec<Event>, u64) {
    let (mut events, mut lost) = (Vec::new(), 0);
    for recorded in bed.probe.boundary().registry().recorded_tasks() {
        lost += recorded.task.take_events(|event| events.push(event));
    }
    (events, lost)
}

#[test]
fn every_call_is_recorded_with_its_time() {
    in_modes(&TIMED, |bed| {
        let (leave, reverse) =
            (bed.thunk(Leave, inner as *const () as usize), bed.thunk(Reverse, outer as *const () as usize));
        call_outer(reverse, leave);
        let registry = bed.probe.boundary().registry();
        assert_eq!(taken(bed), (vec![], 0), "not recorded yet");
        let before = [leave, reverse].map(|made| bed.row(made).expect("called").total_ticks);
        registry.begin_recording();
        (0..1000).for_each(|_| call_outer(reverse, leave));
        drop(registry.end_recording());
        call_outer(reverse, leave);
        let (events, lost) = taken(bed);
        assert_eq!((events.len(), lost), (3000, 0));
        for three in events.chunks(3) {
            let [first, second, around] = three else { unreachable!("3000 events") };
            assert_eq!((first.target, first.bracket), (leave.target, Bracket::Leave));
            assert_eq!((around.target, around.bracket), (reverse.target, Bracket::ReverseEnter));
            assert!(around.began <= first.began && first.began + first.ticks <= second.began);
            assert!(second.began + second.ticks <= around.began + around.ticks);
        }
        let last = [leave, reverse].map(|made| bed.row(made).expect("called"));
        for (made, row, before) in [(leave, &last[0], before[0]), (reverse, &last[1], before[1])] {
            let ticks: u64 = events.iter().filter(|it| it.target == made.target).map(|it| it.ticks).sum();
            assert!(
                ticks > 0 && before + ticks <= row.total_ticks,
                "{before} + {ticks}, {}",
                row.total_ticks
            );
        }
        bed.assert_balanced();
    });
}

#[test]
fn threads_that_come_and_go_lose_nothing() {
    in_modes(&TIMED, |bed| {
        let (leave, reverse) =
            (bed.thunk(Leave, inner as *const () as usize), bed.thunk(Reverse, outer as *const () as usize));
        bed.probe.boundary().registry().begin_recording();
        let mut events = Vec::new();
        for _ in 0..10 {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..500).for_each(|_| call_outer(reverse, leave)));
                }
            });
            // A thread is joined before its task has ended.
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
            let wanted = events.len() + 4 * 1500;
            while events.len() < wanted && std::time::Instant::now() < deadline {
                let (more, lost) = taken(bed);
                assert_eq!(lost, 0);
                events.extend(more);
            }
        }
        assert_eq!(events.len(), 60_000);
    });
}

/// More than a ring holds, and nobody who empties it.
#[test]
fn what_finds_no_room_is_counted() {
    in_modes(&TIMED, |bed| {
        let (leave, reverse) =
            (bed.thunk(Leave, inner as *const () as usize), bed.thunk(Reverse, outer as *const () as usize));
        bed.probe.boundary().registry().begin_recording();
        (0..50_000).for_each(|_| call_outer(reverse, leave));
        let (events, lost) = taken(bed);
        assert_eq!(events.len() as u64 + lost, 150_000);
        assert!(lost > 100_000 && events.len() > 30_000, "{lost}");
        assert_eq!(bed.counts(leave), (100_000, 100_000, 0));
    });
}
