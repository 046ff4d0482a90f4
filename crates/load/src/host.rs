//! The host: counts what it is told, makes the threads, and notes when the runtime holds them.

use crate::slow::monotonic;
use clrhost::{GcManager, HostResult, Hresult, Target, TargetId, Task, TaskManager, TaskRequest};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Targets that are told apart. The load has some hundred.
const TARGETS: usize = 4096;
/// Suspensions that are remembered: those of some seconds at the least.
const SUSPENSIONS: usize = 16_384;

/// What the host heard, by target. On the crossing path, so each is one addition and no lock.
pub struct Heard {
    begun: Vec<AtomicU64>,
    ended: Vec<AtomicU64>,
}

impl Heard {
    pub fn new() -> Arc<Heard> {
        let zeros = || (0..TARGETS).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Heard { begun: zeros(), ended: zeros() })
    }

    /// Calls begun and ended. Targets beyond those that are told apart share the last place.
    pub fn of(&self, target: TargetId) -> (u64, u64) {
        let at = place(target);
        (self.begun[at].load(Relaxed), self.ended[at].load(Relaxed))
    }
}

fn place(target: TargetId) -> usize {
    target.index().min(TARGETS - 1)
}

/// The task manager.
pub struct Counting(pub Arc<Heard>);

impl Counting {
    fn begins(&self, target: &Target) -> HostResult {
        self.0.begun[place(target.id())].fetch_add(1, Relaxed);
        Ok(())
    }

    fn ends(&self, target: &Target) -> HostResult {
        self.0.ended[place(target.id())].fetch_add(1, Relaxed);
        Ok(())
    }
}

impl TaskManager for Counting {
    fn leave_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.begins(target)
    }

    fn enter_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.ends(target)
    }

    fn reverse_enter_runtime(&self, _: &Task, method: &Target) -> HostResult {
        self.begins(method)
    }

    fn reverse_leave_runtime(&self, _: &Task, method: &Target) -> HostResult {
        self.ends(method)
    }

    fn create_task(&self, request: TaskRequest) -> HostResult {
        // Else it has the name of the thread that asked until it gets one, and some are aborted by name.
        let mut thread = std::thread::Builder::new().name("host-made".to_owned());
        if request.stack_size() > 0 {
            thread = thread.stack_size(request.stack_size());
        }
        thread.spawn(move || request.run()).map(drop).map_err(|_| Hresult::E_OUTOFMEMORY)
    }
}

/// When the runtime held its threads, in nanoseconds of CLOCK_MONOTONIC. Clones are the same one.
#[derive(Clone)]
pub struct Suspensions(Arc<Mutex<VecDeque<Suspension>>>);

/// From when until when; `None` while it lasts.
type Suspension = (i64, Option<i64>);

impl Suspensions {
    /// With room for all that are remembered: what the load itself takes is not to look like a leak.
    pub fn new() -> Suspensions {
        Suspensions(Arc::new(Mutex::new(VecDeque::with_capacity(SUSPENSIONS))))
    }

    /// How much of this time the threads were held.
    pub fn within(&self, began: i64, ended: i64) -> i64 {
        let of = |&(from, to): &Suspension| {
            // One that has no end yet holds on.
            (to.unwrap_or(i64::MAX).min(ended) - from.max(began)).max(0)
        };
        self.lock().iter().map(of).sum()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Suspension>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GcManager for Suspensions {
    fn suspension_starting(&self) -> HostResult {
        let mut known = self.lock();
        if known.len() == SUSPENSIONS {
            known.pop_front();
        }
        known.push_back((monotonic(), None));
        Ok(())
    }

    fn suspension_ending(&self, _: Option<u32>) -> HostResult {
        // Another thread may have begun one and wait for this one's end. Those that are open are the last few.
        let mut known = self.lock();
        let open = known.iter().rev().take_while(|(_, to)| to.is_none()).count();
        let first_open = known.len() - open;
        if let Some(first) = known.get_mut(first_open) {
            first.1 = Some(monotonic());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suspensions_that_overlap_end_in_the_order_in_which_they_began() {
        let suspensions = Suspensions::new();
        suspensions.suspension_starting().unwrap();
        suspensions.suspension_starting().unwrap();
        suspensions.suspension_ending(None).unwrap();
        let ends =
            |known: &VecDeque<Suspension>| known.iter().map(|(_, to)| to.is_some()).collect::<Vec<_>>();
        assert_eq!(ends(&suspensions.lock()), [true, false]);
        suspensions.suspension_ending(None).unwrap();
        assert_eq!(ends(&suspensions.lock()), [true, true]);
        suspensions.suspension_ending(None).unwrap();
        assert_eq!(suspensions.within(i64::MAX - 1, i64::MAX), 0);
    }
}
