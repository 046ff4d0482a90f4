//! The atomics and locks of this crate, so that loom can take their place.

#[cfg(not(loom))]
pub(crate) use std::{
    hint::spin_loop,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicPtr, AtomicU8, AtomicU64, Ordering, fence},
    },
};

#[cfg(loom)]
pub(crate) use loom::{
    hint::spin_loop,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicPtr, AtomicU8, AtomicU64, Ordering, fence},
    },
};

/// Locks, and goes on with the data of a lock whose holder panicked: all data under our locks is valid between any
/// two statements, and a report must come out even after a defect elsewhere.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// `n` words of zero.
///
/// Outside loom the memory comes from `alloc_zeroed`: large blocks are then fresh pages that cost nothing until they
/// are touched, which is what lets a task reserve room for more targets than most threads will ever call.
#[cfg(not(loom))]
pub(crate) fn zeroed_words(n: usize) -> Box<[AtomicU64]> {
    let words = Box::<[AtomicU64]>::new_zeroed_slice(n);
    // SAFETY: AtomicU64 has the layout of u64, for which all bits zero is a valid value.
    unsafe { words.assume_init() }
}

/// `n` words of zero, made one by one as loom's atomics need it.
#[cfg(loom)]
pub(crate) fn zeroed_words(n: usize) -> Box<[AtomicU64]> {
    (0..n).map(|_| AtomicU64::new(0)).collect()
}

/// `n` null pointers, of untouched pages outside loom as in [`zeroed_words`].
#[cfg(not(loom))]
pub(crate) fn null_pointers<T>(n: usize) -> Box<[AtomicPtr<T>]> {
    let pointers = Box::<[AtomicPtr<T>]>::new_zeroed_slice(n);
    // SAFETY: AtomicPtr has the layout of a pointer, which all bits zero make null.
    unsafe { pointers.assume_init() }
}

/// `n` null pointers, made one by one as loom's atomics need it.
#[cfg(loom)]
pub(crate) fn null_pointers<T>(n: usize) -> Box<[AtomicPtr<T>]> {
    (0..n).map(|_| AtomicPtr::new(std::ptr::null_mut())).collect()
}

/// `n` records of words of zero, of untouched pages outside loom as in [`zeroed_words`].
#[cfg(not(loom))]
pub(crate) fn zeroed_records<const WORDS: usize>(n: usize) -> Box<[[AtomicU64; WORDS]]> {
    let records = Box::<[[AtomicU64; WORDS]]>::new_zeroed_slice(n);
    // SAFETY: AtomicU64 has the layout of u64, for which all bits zero is a valid value.
    unsafe { records.assume_init() }
}

/// `n` records of words of zero, made one by one as loom's atomics need it.
#[cfg(loom)]
pub(crate) fn zeroed_records<const WORDS: usize>(n: usize) -> Box<[[AtomicU64; WORDS]]> {
    (0..n).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect()
}
