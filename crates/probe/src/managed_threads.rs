//! Handles on the managed objects of threads, and who may still be using them.
//!
//! A handle is a `GCHandle` that managed code made for a task's thread. It keeps the thread object alive, so it must go when
//! the task has ended; but not while an abort, on another thread, is using it. Only managed code can free it: dead handles
//! wait here until some passes by.

use crate::probe::lock;
use clrhost_boundary::Task;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;

#[derive(Default)]
pub(crate) struct ManagedThreads {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the task's number.
    live: HashMap<u64, Handle>,
    dead: Vec<u64>,
}

struct Handle {
    handle: u64,
    users: usize,
    ended: bool,
}

impl ManagedThreads {
    /// Takes over the handle on a task's thread. A task has one; a second is dead at once.
    pub(crate) fn add(&self, task: &Task, handle: u64) {
        let mut state = lock(&self.state);
        match state.live.entry(task.id()) {
            Entry::Occupied(_) => state.dead.push(handle),
            Entry::Vacant(place) => {
                place.insert(Handle { handle, users: 0, ended: false });
                task.set_managed_thread(handle);
            }
        }
    }

    /// The task has ended.
    pub(crate) fn end(&self, task: &Task) {
        let mut state = lock(&self.state);
        task.set_managed_thread(0);
        let Some(handle) = state.live.get_mut(&task.id()) else { return };
        handle.ended = true;
        if handle.users == 0 {
            state.bury(task.id());
        }
    }

    /// Runs `f` with the handle, which stays good meanwhile. `None` if the task has none or has ended.
    pub(crate) fn with<R>(&self, task: &Task, f: impl FnOnce(u64) -> R) -> Option<R> {
        let handle = {
            let mut state = lock(&self.state);
            let handle = state.live.get_mut(&task.id()).filter(|handle| !handle.ended)?;
            handle.users += 1;
            handle.handle
        };
        let user = User { threads: self, task: task.id() };
        let result = f(handle);
        drop(user);
        Some(result)
    }

    /// A handle that nobody uses any more, for managed code to free.
    pub(crate) fn take_dead(&self) -> Option<u64> {
        lock(&self.state).dead.pop()
    }
}

impl State {
    fn bury(&mut self, task: u64) {
        if let Some(handle) = self.live.remove(&task) {
            self.dead.push(handle.handle);
        }
    }
}

/// Somebody uses a handle, until dropped.
struct User<'a> {
    threads: &'a ManagedThreads,
    task: u64,
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.threads.state);
        let Some(handle) = state.live.get_mut(&self.task) else { return };
        handle.users -= 1;
        if handle.users == 0 && handle.ended {
            state.bury(self.task);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clrhost_boundary::{Boundary, Clock, TaskIdentity};

    struct NoClock;
    impl Clock for NoClock {
        fn now(&self) -> u64 {
            0
        }
    }

    #[test]
    fn a_handle_in_use_outlives_its_task() {
        let boundary = Boundary::new(None, NoClock);
        let owner = boundary.start_task(TaskIdentity::default(), true);
        let (threads, task) = (ManagedThreads::default(), owner.task().clone());
        threads.add(&task, 7);
        assert_eq!(task.managed_thread(), 7);
        let seen = threads.with(&task, |handle| {
            threads.end(&task);
            (handle, threads.take_dead())
        });
        assert_eq!(seen, Some((7, None)));
        assert_eq!(threads.take_dead(), Some(7));
        assert_eq!(threads.with(&task, |handle| handle), None);
        boundary.end_task(owner);
    }

    #[test]
    fn a_second_handle_of_a_task_is_not_kept() {
        let boundary = Boundary::new(None, NoClock);
        let owner = boundary.start_task(TaskIdentity::default(), true);
        let (threads, task) = (ManagedThreads::default(), owner.task().clone());
        threads.add(&task, 7);
        threads.add(&task, 8);
        assert_eq!((task.managed_thread(), threads.take_dead()), (7, Some(8)));
        boundary.end_task(owner);
    }
}
