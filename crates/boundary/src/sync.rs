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

/// `n` words of zero; `None` where there is no memory.
///
/// Outside loom the memory comes from `alloc_zeroed`: large blocks are then fresh pages that cost nothing until they
/// are touched, which is what lets a task reserve room for more targets than most threads will ever call.
#[cfg(not(loom))]
pub(crate) fn zeroed_words(n: usize) -> Option<Box<[AtomicU64]>> {
    // SAFETY: AtomicU64 has the layout of u64, for which all bits zero is a valid value.
    unsafe { zeroed(n) }
}

/// `n` words of zero, made one by one as loom's atomics need it.
#[cfg(loom)]
pub(crate) fn zeroed_words(n: usize) -> Option<Box<[AtomicU64]>> {
    Some((0..n).map(|_| AtomicU64::new(0)).collect())
}

/// `n` null pointers, of untouched pages outside loom as in [`zeroed_words`].
#[cfg(not(loom))]
pub(crate) fn null_pointers<T>(n: usize) -> Option<Box<[AtomicPtr<T>]>> {
    // SAFETY: AtomicPtr has the layout of a pointer, which all bits zero make null.
    unsafe { zeroed(n) }
}

/// `n` null pointers, made one by one as loom's atomics need it.
#[cfg(loom)]
pub(crate) fn null_pointers<T>(n: usize) -> Option<Box<[AtomicPtr<T>]>> {
    Some((0..n).map(|_| AtomicPtr::new(std::ptr::null_mut())).collect())
}

/// `n` records of words of zero, of untouched pages outside loom as in [`zeroed_words`].
#[cfg(not(loom))]
pub(crate) fn zeroed_records<const WORDS: usize>(n: usize) -> Option<Box<[[AtomicU64; WORDS]]>> {
    // SAFETY: AtomicU64 has the layout of u64, for which all bits zero is a valid value.
    unsafe { zeroed(n) }
}

/// `n` records of words of zero, made one by one as loom's atomics need it.
#[cfg(loom)]
pub(crate) fn zeroed_records<const WORDS: usize>(n: usize) -> Option<Box<[[AtomicU64; WORDS]]>> {
    Some((0..n).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect())
}
