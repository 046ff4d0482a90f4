//! Memory in pages of its own, which costs nothing until it is touched: a task has room for more targets and deeper calls than most threads
//! will ever need.
//!
//! Not from `malloc`. That takes large blocks from the system only as long as nobody has freed a large one: from then on it cuts them out of
//! its heap, and zeroes them, so that each task would touch four megabytes.

use crate::sync::{AtomicPtr, AtomicU64};
use std::ops::Deref;
use std::ptr::{self, NonNull};

/// A slice that never moves.
pub(crate) struct Pages<T>(NonNull<[T]>);

// SAFETY: it owns its values, as a Box does.
unsafe impl<T: Send> Send for Pages<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Pages<T> {}

impl<T> Pages<T> {
    /// The first value, for [`from_raw`](Self::from_raw); it is for the caller to free them.
    pub(crate) fn into_raw(self) -> *mut T {
        let values = self.0;
        std::mem::forget(self);
        values.cast().as_ptr()
    }

    /// # Safety
    /// `first` came from [`into_raw`](Self::into_raw) of `n` values, and nobody has got them back since.
    pub(crate) unsafe fn from_raw(first: *mut T, n: usize) -> Pages<T> {
        // SAFETY: not null, as it was the address of a slice.
        Pages(unsafe { NonNull::new_unchecked(ptr::slice_from_raw_parts_mut(first, n)) })
    }
}

impl<T> Deref for Pages<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: values that live as long as `self`.
        unsafe { self.0.as_ref() }
    }
}

/// From the system, whose fresh pages are zero.
#[cfg(all(unix, not(any(loom, miri))))]
mod system {
    use super::{NonNull, Pages, ptr};

    impl<T> Pages<T> {
        /// `n` values of zero bytes; `None` where there is no memory.
        ///
        /// # Safety
        /// All bits zero are a valid `T`, which has nothing to drop.
        pub(crate) unsafe fn zeroed(n: usize) -> Option<Pages<T>> {
            const { assert!(align_of::<T>() <= 4096 && !std::mem::needs_drop::<T>()) };
            let bytes = n.checked_mul(size_of::<T>())?;
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            // SAFETY: a new mapping, wherever the system has room.
            let memory = unsafe { libc::mmap(ptr::null_mut(), bytes, access, kind, -1, 0) };
            if memory == libc::MAP_FAILED {
                return None;
            }
            NonNull::new(ptr::slice_from_raw_parts_mut(memory.cast::<T>(), n)).map(Pages)
        }
    }

    impl<T> Drop for Pages<T> {
        fn drop(&mut self) {
            // SAFETY: the mapping that `zeroed` made, of which nobody else knows.
            unsafe { libc::munmap(self.0.cast().as_ptr(), self.0.len() * size_of::<T>()) };
        }
    }
}

/// From the allocator, elsewhere and where a tool looks at memory.
#[cfg(not(all(unix, not(any(loom, miri)))))]
mod system {
    use super::{NonNull, Pages};

    impl<T> From<Box<[T]>> for Pages<T> {
        fn from(values: Box<[T]>) -> Pages<T> {
            Pages(NonNull::from(Box::leak(values)))
        }
    }

    #[cfg(not(loom))]
    impl<T> Pages<T> {
        /// `n` values of zero bytes; `None` where there is no memory.
        ///
        /// # Safety
        /// All bits zero are a valid `T`, which has nothing to drop.
        pub(crate) unsafe fn zeroed(n: usize) -> Option<Pages<T>> {
            // SAFETY: the caller's duty.
            unsafe { crate::sync::zeroed(n) }.map(Pages::from)
        }
    }

    impl<T> Drop for Pages<T> {
        fn drop(&mut self) {
            // SAFETY: what `from` leaked.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

/// `n` words of zero; `None` where there is no memory.
pub(crate) fn zeroed_words(n: usize) -> Option<Pages<AtomicU64>> {
    // SAFETY: AtomicU64 has the layout of u64, for which all bits zero is a valid value.
    #[cfg(not(loom))]
    return unsafe { Pages::zeroed(n) };
    // Made one by one, as loom's atomics need it; below likewise.
    #[cfg(loom)]
    return Some((0..n).map(|_| AtomicU64::new(0)).collect::<Box<[_]>>().into());
}

/// `n` null pointers; `None` where there is no memory.
pub(crate) fn null_pointers<T>(n: usize) -> Option<Pages<AtomicPtr<T>>> {
    // SAFETY: AtomicPtr has the layout of a pointer, which all bits zero make null.
    #[cfg(not(loom))]
    return unsafe { Pages::zeroed(n) };
    #[cfg(loom)]
    return Some((0..n).map(|_| AtomicPtr::new(ptr::null_mut())).collect::<Box<[_]>>().into());
}

/// `n` records of words of zero; `None` where there is no memory.
pub(crate) fn zeroed_records<const WORDS: usize>(n: usize) -> Option<Pages<[AtomicU64; WORDS]>> {
    // SAFETY: as in `zeroed_words`.
    #[cfg(not(loom))]
    return unsafe { Pages::zeroed(n) };
    #[cfg(loom)]
    return Some((0..n).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect::<Box<[_]>>().into());
}
