//! The atomics and locks of this crate, so that loom can take their place.

use std::sync::PoisonError;
use std::time::Duration;

#[cfg(not(loom))]
pub(crate) use std::{
    hint::spin_loop,
    sync::{
        Condvar, Mutex, MutexGuard, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicPtr, AtomicU8, AtomicU64, Ordering, fence},
    },
};

#[cfg(loom)]
pub(crate) use {
    loom::{
        hint::spin_loop,
        sync::{
            Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
            atomic::{AtomicPtr, AtomicU8, AtomicU64, Ordering, fence},
        },
    },
    once::OnceLock,
};

/// Locks, and goes on with the data of a lock whose holder panicked: all data under our locks is valid between any
/// two statements, and a report must come out even after a defect elsewhere.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As [`lock`], beside others that read.
pub(crate) fn read<T>(shared: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

/// As [`lock`], to write.
pub(crate) fn write<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

/// Waits as long as `condition` holds, but not longer than `patience`.
#[cfg(not(loom))]
pub(crate) fn wait_while<'a, T>(
    moved_on: &Condvar,
    guard: MutexGuard<'a, T>,
    patience: Duration,
    condition: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    let waited = moved_on.wait_timeout_while(guard, patience, condition);
    waited.unwrap_or_else(PoisonError::into_inner).0
}

/// Waits as long as `condition` holds. Nobody's patience ends in a model: a thread that is never woken is found by loom.
#[cfg(loom)]
pub(crate) fn wait_while<'a, T>(
    moved_on: &Condvar,
    mut guard: MutexGuard<'a, T>,
    _patience: Duration,
    mut condition: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    while condition(&mut guard) {
        guard = moved_on.wait(guard).unwrap_or_else(PoisonError::into_inner);
    }
    guard
}

/// What loom lacks.
#[cfg(loom)]
mod once {
    use super::{AtomicU8, Mutex, Ordering, lock};
    use loom::cell::UnsafeCell;

    /// `std::sync::OnceLock`, as far as it is used here, with its promises: one initialisation, for which others wait, and
    /// which is seen whole.
    #[derive(Debug)]
    pub(crate) struct OnceLock<T> {
        is_filled: AtomicU8,
        filling: Mutex<()>,
        value: UnsafeCell<Option<T>>,
    }

    // SAFETY: as std's: the value is written once, under the lock and before `is_filled`, and only read after that.
    unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> OnceLock<T> {
            OnceLock { is_filled: AtomicU8::new(0), filling: Mutex::new(()), value: UnsafeCell::new(None) }
        }

        pub(crate) fn get(&self) -> Option<&T> {
            let is_filled = self.is_filled.load(Ordering::Acquire) == 1;
            // SAFETY: nobody writes any more.
            is_filled.then(|| self.value.with(|value| unsafe { (*value).as_ref() })).flatten()
        }

        pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
            if let Some(value) = self.get() {
                return value;
            }
            let _filling = lock(&self.filling);
            if self.get().is_none() {
                let made = make();
                // SAFETY: nobody reads yet, and the lock keeps other writers out.
                self.value.with_mut(|value| unsafe { *value = Some(made) });
                self.is_filled.store(1, Ordering::Release);
            }
            self.get().expect("just filled, or before")
        }
    }
}

/// Memory for `n` values of zero bytes, from the allocator's `alloc_zeroed`; `None` where there is none.
///
/// # Safety
/// All bits zero are a valid `T`.
#[cfg(not(loom))]
pub(crate) unsafe fn zeroed<T>(n: usize) -> Option<Box<[T]>> {
    let layout = std::alloc::Layout::array::<T>(n).ok().filter(|layout| layout.size() > 0)?;
    // SAFETY: the size is not zero.
    let memory = std::ptr::NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) })?;
    let values = std::ptr::slice_from_raw_parts_mut(memory.as_ptr().cast::<T>(), n);
    // SAFETY: allocated with the layout of such a slice, and initialised by the caller's promise.
    Some(unsafe { Box::from_raw(values) })
}
