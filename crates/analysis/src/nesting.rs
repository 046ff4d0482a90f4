//! Which calls lie inside which, and what time is left to each.

use clrhost_trace::{OPEN, Recording};

/// [`Nesting::parents`] of a call that lies in no other.
pub(crate) const NO_PARENT: u32 = u32::MAX;

/// For each call, by its position in [`Recording::calls`].
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    /// The call that it lies in.
    pub(crate) parents: Vec<u32>,
    /// How many calls it lies in.
    pub(crate) depths: Vec<u32>,
    /// When it ended; an open call lasts until the thread or the recording ends.
    pub(crate) ends_ns: Vec<u64>,
    /// Its time without that of the calls inside.
    pub(crate) self_ns: Vec<u64>,
}

impl Nesting {
    /// `end_ns` is the end of the recording. Calls that overlap without lying in each other, which only a damaged recording has,
    /// are taken to lie in the one before, as far as that lasts.
    pub(crate) fn of(recording: &Recording, end_ns: u64) -> Nesting {
        let calls = &recording.calls;
        let mut nesting = Nesting {
            parents: Vec::with_capacity(calls.len()),
            depths: Vec::with_capacity(calls.len()),
            ends_ns: Vec::with_capacity(calls.len()),
            self_ns: Vec::with_capacity(calls.len()),
        };
        let mut open: Vec<u32> = Vec::new();
        let mut thread = None;
        for (index, call) in calls.iter().enumerate() {
            if thread != Some(call.thread) {
                thread = Some(call.thread);
                open.clear();
            }
            while open.last().is_some_and(|&outer| nesting.ends_ns[outer as usize] <= call.began_ns) {
                open.pop();
            }
            let end = match call.duration_ns {
                OPEN => recording.threads[call.thread as usize].ended_ns.unwrap_or(end_ns),
                duration => call.began_ns.saturating_add(duration),
            };
            let end = end.max(call.began_ns);
            let parent = open.last().copied().unwrap_or(NO_PARENT);
            if let Some(outer) = open.last().map(|&outer| outer as usize) {
                let inside = end.min(nesting.ends_ns[outer]) - call.began_ns;
                nesting.self_ns[outer] = nesting.self_ns[outer].saturating_sub(inside);
            }
            nesting.parents.push(parent);
            nesting.depths.push(open.len() as u32);
            nesting.ends_ns.push(end);
            nesting.self_ns.push(end - call.began_ns);
            open.push(index as u32);
        }
        nesting
    }

    /// The call that this one lies in.
    pub(crate) fn parent(&self, call: usize) -> Option<usize> {
        Some(self.parents[call]).filter(|&parent| parent != NO_PARENT).map(|parent| parent as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clrhost_trace::{Call, Thread};

    fn nesting(calls: &[(u32, u64, u64)]) -> Nesting {
        let calls = calls.iter().map(|&(thread, began_ns, duration_ns)| Call {
            thread,
            target: 0,
            began_ns,
            duration_ns,
        });
        let threads = vec![Thread::default(), Thread { ended_ns: Some(70), ..Thread::default() }];
        let recording = Recording { calls: calls.collect(), threads, ..Recording::default() };
        Nesting::of(&recording, 100)
    }

    #[test]
    fn times_of_calls_inside_are_left_out_of_self() {
        let nesting = nesting(&[(0, 0, 50), (0, 5, 10), (0, 6, 2), (0, 20, 5), (0, 50, 3)]);
        assert_eq!(nesting.parents, [NO_PARENT, 0, 1, 0, NO_PARENT]);
        assert_eq!(nesting.depths, [0, 1, 2, 1, 0]);
        assert_eq!(nesting.self_ns, [35, 8, 2, 5, 3]);
    }

    #[test]
    fn open_calls_last_until_their_thread_or_the_recording_ends() {
        let nesting = nesting(&[(0, 10, OPEN), (0, 20, 30), (1, 10, OPEN)]);
        assert_eq!(nesting.ends_ns, [100, 50, 70]);
        assert_eq!(nesting.self_ns, [60, 30, 60]);
        assert_eq!(nesting.parents, [NO_PARENT, 0, NO_PARENT]);
    }

    #[test]
    fn calls_that_overlap_do_not_make_time_negative() {
        let nesting = nesting(&[(0, 0, 10), (0, 5, 50), (0, 6, u64::MAX - 1)]);
        assert_eq!(nesting.self_ns, [5, 1, u64::MAX - 6]);
    }
}
