//! Random recordings.

use clrhost_trace::{
    Call, Collection, Direction, End, Loss, OPEN, Origin, Pause, PauseReason, Recording, Target, Thread,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use std::cmp::Reverse;

/// What a thread does next: after a while it makes a call, or the innermost one returns.
#[derive(Clone, Debug)]
enum Step {
    Call { after_ns: u64, target: u32 },
    Return { after_ns: u64 },
}

/// Short times mostly, and some of every size up to 2^40.
fn time() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..5_u64, 8 => 0..100_000_u64, 1 => (0..40_u32, any::<u64>()).prop_map(|(bits, n)| n & ((1 << bits) - 1))]
}

fn steps(targets: u32, length: usize) -> impl Strategy<Value = Vec<Step>> {
    let call = (time(), 0..targets).prop_map(|(after_ns, target)| Step::Call { after_ns, target });
    let step = prop_oneof![1 => call, 1 => time().prop_map(|after_ns| Step::Return { after_ns })];
    vec(step, 0..length)
}

/// The calls that come of it, in order, and the time when it is over.
fn calls(thread: u32, began_ns: u64, steps: &[Step]) -> (Vec<Call>, u64) {
    let (mut now, mut calls, mut open) = (began_ns, Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Call { after_ns, target } => {
                now += after_ns;
                // Such a pair would be one and the same call to a reader.
                if calls.iter().any(|call: &Call| (call.began_ns, call.target) == (now, *target)) {
                    now += 1;
                }
                open.push(calls.len());
                calls.push(Call { thread, target: *target, began_ns: now, duration_ns: OPEN });
            }
            Step::Return { after_ns } => {
                now += after_ns;
                if let Some(returned) = open.pop() {
                    let call: &mut Call = &mut calls[returned];
                    call.duration_ns = now - call.began_ns;
                }
            }
        }
    }
    calls.sort_by_key(|call| (call.began_ns, Reverse(call.began_ns.saturating_add(call.duration_ns))));
    (calls, now)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z_.]{0,20}", "\\PC{0,8}", Just(";\"\n\\,\t\u{1}".to_owned())]
}

fn target() -> impl Strategy<Value = Target> {
    let texts = (text(), option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    (any::<bool>(), texts).prop_map(|(reverse, (kind, assembly, library, symbol, file))| Target {
        direction: if reverse { Direction::ReverseEnter } else { Direction::Leave },
        kind,
        method: String::new(),
        assembly,
        library,
        symbol,
        file,
    })
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Cut),
        time().prop_map(|at_ns| End::Stopped { at_ns }),
        (time(), any::<i32>()).prop_map(|(at_ns, code)| End::Exit { at_ns, code }),
        (time(), 1..65).prop_map(|(at_ns, signal)| End::Signal { at_ns, signal }),
    ]
}

fn duration() -> impl Strategy<Value = u64> {
    prop_oneof![9 => time(), 1 => Just(OPEN)]
}

fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    let reason = prop_oneof![
        Just(PauseReason::Other),
        Just(PauseReason::GarbageCollection),
        Just(PauseReason::GarbageCollectionPreparation),
        Just(PauseReason::Shutdown),
        Just(PauseReason::Debugger),
        Just(PauseReason::Profiler),
        Just(PauseReason::Rejit),
    ];
    btree_map(time(), (reason, time(), duration()), 0..5).prop_map(|pauses| {
        let pause = |(began_ns, (reason, stopping_ns, duration_ns))| Pause {
            reason,
            began_ns,
            stopping_ns,
            duration_ns,
        };
        pauses.into_iter().map(pause).collect()
    })
}

fn collections() -> impl Strategy<Value = Vec<Collection>> {
    btree_map((time(), 0..5_u8), (any::<bool>(), duration()), 0..5).prop_map(|collections| {
        let collection = |((began_ns, generation), (induced, duration_ns))| Collection {
            generation,
            induced,
            began_ns,
            duration_ns,
        };
        collections.into_iter().map(collection).collect()
    })
}

/// A recording as it may be, with up to `length` calls on each thread. Every method and every number of a thread is in it once.
pub fn recording(length: usize) -> impl Strategy<Value = Recording> {
    let threads = vec((option::of(text()), option::of(text()), time(), any::<bool>()), 1..4);
    let things = (vec(target(), 1..5), threads, pauses(), collections(), option::of(text()), end());
    things.prop_flat_map(move |(targets, threads, pauses, collections, report, end)| {
        let steps = vec(steps(targets.len() as u32, 2 * length), threads.len());
        let losses = vec((option::of(0..threads.len() as u32), time(), time()), 0..4);
        let origin = (text(), any::<u32>(), vec(text(), 0..4), any::<u64>());
        (Just((targets, threads, pauses, collections, report, end)), steps, losses, origin, time()).prop_map(
            |((targets, threads, pauses, collections, report, end), steps, losses, origin, more)| {
                let (runtime, pid, command, began_unix_ns) = origin;
                let origin = Origin {
                    clrhost_version: "0.1.0".into(),
                    runtime,
                    pid,
                    command,
                    began_unix_ns,
                    source: "thunks".into(),
                };
                let mut whole =
                    Recording { origin, report, end, pauses, collections, ..Recording::default() };
                whole.targets = (0..)
                    .zip(targets)
                    .map(|(n, target)| Target { method: format!("Type.Method{n}"), ..target })
                    .collect();
                for ((number, (name, kind, began_ns, ends)), steps) in (0..).zip(threads).zip(steps) {
                    let (calls, over_ns) = calls(number, began_ns, &steps);
                    let ended_ns = ends.then_some(over_ns);
                    let os_thread_id = 1000 + u64::from(number);
                    whole.threads.push(Thread { os_thread_id, name, kind, began_ns, ended_ns });
                    whole.calls.extend(calls);
                }
                whole.losses = losses
                    .into_iter()
                    .map(|(thread, until_ns, calls)| Loss { thread, until_ns, calls })
                    .collect();
                whole.losses.sort_by_key(|loss| loss.until_ns);
                // A recording reaches at least as far as what is in it; no time here is greater than this.
                whole.until_ns = (1 << 50) + more;
                whole
            },
        )
    })
}
