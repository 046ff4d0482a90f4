//! Methods with `UnmanagedCallersOnly`, as targets.

use clrhost_boundary::TargetId;

/// A method that native code calls, whose IL was rewritten to tell of it.
pub(crate) struct UnmanagedCallersOnlyMethod {
    target: TargetId,
}

impl UnmanagedCallersOnlyMethod {
    pub(crate) fn new(target: TargetId) -> UnmanagedCallersOnlyMethod {
        UnmanagedCallersOnlyMethod { target }
    }

    pub(crate) fn target_id(&self) -> TargetId {
        self.target
    }

    /// What its brackets are known by.
    pub(crate) fn key(&self) -> u64 {
        std::ptr::from_ref(self) as u64
    }
}
