//! From events to the whole.

use super::event::Event;
use crate::model::{Call, Collection, End, Loss, OPEN, Pause, Recording, Target, Thread};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Puts a recording together.
#[derive(Default)]
pub struct Assembly {
    recording: Recording,
    targets: Positions,
    threads: Positions,
    /// By position of the thread.
    calls: Vec<ThreadCalls>,
    /// By beginning.
    pauses: BTreeMap<u64, Pause>,
    /// By beginning and generation.
    collections: BTreeMap<(u64, u8), Collection>,
    overwritten: Option<Loss>,
}

/// The calls of one thread, with positions in place of numbers.
#[derive(Default)]
struct ThreadCalls {
    /// In the order in which they returned.
    returned: Vec<Call>,
    /// What it was inside of when last told, less what returned since.
    open: Vec<Call>,
    /// Its beginning was read.
    told: bool,
}

impl Assembly {
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Origin(origin) => self.recording.origin = origin,
            Event::Targets { first, targets } => {
                for (number, target) in (first..=u32::MAX).zip(targets) {
                    let position = self.target(number);
                    self.recording.targets[position as usize] = target;
                }
            }
            Event::ThreadBegan { thread, os_thread_id, began_ns } => {
                let position = self.thread_position(thread, began_ns) as usize;
                let thread = &mut self.recording.threads[position];
                (thread.os_thread_id, thread.began_ns) = (os_thread_id, began_ns);
                self.calls[position].told = true;
                self.reaches(began_ns);
            }
            Event::ThreadNamed { thread, name } => self.thread(thread, u64::MAX).name = Some(name),
            Event::ThreadKind { thread, kind } => self.thread(thread, u64::MAX).kind = Some(kind),
            Event::ThreadEnded { thread, at_ns } => {
                self.thread(thread, at_ns).ended_ns = Some(at_ns);
                self.reaches(at_ns);
            }
            Event::Calls { thread, calls } => self.returned(thread, calls),
            Event::OpenCalls { thread, at_ns, calls } => self.open(thread, at_ns, calls),
            Event::Alive { at_ns } => self.reaches(at_ns),
            Event::Pause(pause) => {
                self.reaches_end(pause.began_ns, pause.duration_ns);
                self.pauses.insert(pause.began_ns, pause);
            }
            Event::Collection(collection) => {
                self.reaches_end(collection.began_ns, collection.duration_ns);
                self.collections.insert((collection.began_ns, collection.generation), collection);
            }
            Event::Loss(loss) => {
                self.reaches(loss.until_ns);
                let thread = loss.thread.map(|thread| self.thread_position(thread, loss.until_ns));
                self.recording.losses.push(Loss { thread, ..loss });
            }
            Event::Overwritten(loss) => self.overwritten = Some(Loss { thread: None, ..loss }),
            Event::Report(report) => self.recording.report = Some(report),
            Event::End(end) => {
                self.recording.end = end;
                match end {
                    End::Cut => {}
                    End::Stopped { at_ns } | End::Exit { at_ns, .. } | End::Signal { at_ns, .. } => {
                        self.reaches(at_ns)
                    }
                }
            }
            Event::Damage(damage) => self.recording.damage.push(damage),
        }
    }

    fn returned(&mut self, thread: u32, calls: &[Call]) {
        let Some(first) = calls.first() else { return };
        let thread = self.thread_position(thread, first.began_ns);
        let mut latest = 0;
        for call in calls {
            let call = Call { thread, target: self.target(call.target), ..*call };
            let ThreadCalls { returned, open, .. } = &mut self.calls[thread as usize];
            returned.push(call);
            latest = latest.max(call.began_ns.saturating_add(call.duration_ns));
            close(open, &call);
        }
        self.reaches(latest);
    }

    fn open(&mut self, thread: u32, at_ns: u64, calls: &[Call]) {
        let began_ns = calls.first().map_or(at_ns, |call| call.began_ns);
        let thread = self.thread_position(thread, began_ns);
        let open =
            calls.iter().map(|call| Call { thread, target: self.target(call.target), ..*call }).collect();
        self.calls[thread as usize].open = open;
        self.reaches(calls.iter().map(|call| call.began_ns).fold(at_ns, u64::max));
    }

    /// Position of the target of this number, which may be named before it is told of where blocks are missing.
    fn target(&mut self, number: u32) -> u32 {
        self.targets.position(number, || {
            let method = format!("(number {number}, of which nothing is known)");
            self.recording.targets.push(Target { kind: "unknown".to_owned(), method, ..Target::default() });
        })
    }

    /// Position of the thread of this number. Where its beginning is lost, it began when it was seen first.
    fn thread_position(&mut self, number: u32, seen_ns: u64) -> u32 {
        let position = self.threads.position(number, || {
            self.recording.threads.push(Thread { began_ns: seen_ns, ..Thread::default() });
            self.calls.push(ThreadCalls::default());
        });
        if !self.calls[position as usize].told {
            let thread = &mut self.recording.threads[position as usize];
            thread.began_ns = thread.began_ns.min(seen_ns);
        }
        position
    }

    fn thread(&mut self, number: u32, seen_ns: u64) -> &mut Thread {
        let position = self.thread_position(number, seen_ns);
        &mut self.recording.threads[position as usize]
    }

    fn reaches(&mut self, at_ns: u64) {
        self.recording.until_ns = self.recording.until_ns.max(at_ns);
    }

    fn reaches_end(&mut self, began_ns: u64, duration_ns: u64) {
        self.reaches(match duration_ns {
            OPEN => began_ns,
            _ => began_ns.saturating_add(duration_ns),
        });
    }

    pub fn finish(self) -> Recording {
        let mut recording = self.recording;
        for thread in &mut recording.threads {
            // A thread of which only its name was read.
            if thread.began_ns == u64::MAX {
                thread.began_ns = 0;
            }
        }
        recording.calls = in_order(self.calls);
        recording.pauses = self.pauses.into_values().collect();
        recording.collections = self.collections.into_values().collect();
        recording.losses.extend(self.overwritten);
        recording.losses.sort_by_key(|loss| loss.until_ns);
        recording
    }
}

/// All calls, by thread, then by beginning, those around others first.
fn in_order(threads: Vec<ThreadCalls>) -> Vec<Call> {
    let mut all = Vec::new();
    for ThreadCalls { mut returned, open, .. } in threads {
        let key = |call: &Call| (call.began_ns, Reverse(call.began_ns.saturating_add(call.duration_ns)));
        let first = all.len();
        // Of two that begin and end together, the one that returned later is around the other.
        returned.reverse();
        returned.sort_by_key(key);
        // The last time that it was told what is open may have been a moment late.
        let still_open = open.into_iter().filter(|open| {
            let from = returned.partition_point(|call| call.began_ns < open.began_ns);
            !returned[from..]
                .iter()
                .take_while(|call| call.began_ns == open.began_ns)
                .any(|call| is_same(open, call))
        });
        all.extend(still_open);
        let some_open = all.len() > first;
        all.append(&mut returned);
        if some_open {
            all[first..].sort_by_key(key);
        }
    }
    all
}

/// Takes a call that returned off those that are open, and whatever was inside of it, which is over too.
pub fn close(open: &mut Vec<Call>, returned: &Call) {
    if open.last().is_some_and(|innermost| returned.began_ns <= innermost.began_ns)
        && let Some(depth) = open.iter().rposition(|open| is_same(open, returned))
    {
        open.truncate(depth);
    }
}

fn is_same(open: &Call, returned: &Call) -> bool {
    open.began_ns == returned.began_ns && open.target == returned.target
}

/// Positions of what has numbers. Without damage they are the same.
#[derive(Default)]
struct Positions {
    /// Numbers below this one are their own positions.
    same: u32,
    others: HashMap<u32, u32>,
}

impl Positions {
    /// The position of a number. One that is seen for the first time gets the next, and `add` is called.
    fn position(&mut self, number: u32, add: impl FnOnce()) -> u32 {
        if number < self.same {
            return number;
        }
        let next = self.same + self.others.len() as u32;
        if number == self.same && self.others.is_empty() {
            self.same += 1;
            add();
            return number;
        }
        *self.others.entry(number).or_insert_with(|| {
            add();
            next
        })
    }
}
