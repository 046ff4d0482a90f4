//! What may be done with a native function that is about to be bound: call it, deny it, or call another in its place.

use crate::sync::{AtomicU64, Ordering};
use crate::target::TargetDescription;
use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;

/// What a host says of a native function before managed code gets its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// It may be called.
    #[default]
    Call,
    /// It is not to be found: the managed caller gets an `EntryPointNotFoundException`, and the function does not run.
    Deny {
        /// Why, in words for people.
        reason: String,
    },
    /// Another function is called in its place.
    Substitute(Substitute),
}

/// A function that is called in the place of another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Substitute(NonNull<c_void>);

// SAFETY: an address of code, which every thread may call; that is what `new` asks for.
unsafe impl Send for Substitute {}
// SAFETY: as above.
unsafe impl Sync for Substitute {}

impl Substitute {
    /// The function at this address.
    ///
    /// # Safety
    /// For every target that it is the answer for: it can be called with that target's arguments and calling convention
    /// and gives a result of its type, on any thread and on several at once; it does not unwind, save as that target may;
    /// and its code stays until the process ends. For a target that
    /// [suppresses the GC transition](TargetDescription::suppress_gc_transition) it is called in cooperative GC mode: it
    /// must then return soon, not block, and not call managed code.
    pub const unsafe fn new(function: NonNull<c_void>) -> Substitute {
        Substitute(function)
    }

    /// Where it lies.
    pub fn address(self) -> usize {
        self.0.as_ptr() as usize
    }
}

impl fmt::Debug for Substitute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Substitute({:#x})", self.address())
    }
}

/// Decides before any host does, and wherever there is none: a policy.
///
/// It may be asked on any thread, also where the collector waits for the answer, so it must not block, and must not call
/// managed code.
pub trait Gate: Send + Sync {
    /// Asked each time that the runtime looks for the function, until it has been let through. `Err`, with a reason for
    /// people, denies it.
    fn admit(&self, target: &TargetDescription) -> Result<(), String>;
}

/// A target that a host denied.
#[derive(Debug)]
pub struct DeniedTarget {
    description: TargetDescription,
    reason: String,
    attempts: AtomicU64,
}

impl DeniedTarget {
    pub(crate) fn new(description: TargetDescription, reason: String) -> DeniedTarget {
        DeniedTarget { description, reason, attempts: AtomicU64::new(0) }
    }

    /// What is known of it.
    pub fn description(&self) -> &TargetDescription {
        &self.description
    }

    /// The host's words.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// How often managed code tried to reach it.
    pub fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Managed code tried to reach it once more.
    pub fn attempted(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }
}
