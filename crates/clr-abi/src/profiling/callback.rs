//! `ICorProfilerCallback` to `ICorProfilerCallback11`.

use crate::Guid;
use core::ffi::c_void;

/// Slots of `ICorProfilerCallback11`, `IUnknown`'s three included.
pub const CALLBACK_SLOTS: usize = 98;

/// IIDs of `ICorProfilerCallback` and its successors up to 11, each of which extends the one before.
pub const CALLBACK_IIDS: [Guid; 11] = [
    Guid::new(0x176FBED1, 0xA55C, 0x4796, [0x98, 0xCA, 0xA9, 0xDA, 0x0E, 0xF8, 0x83, 0xE7]),
    Guid::new(0x8A8CC829, 0xCCF2, 0x49FE, [0xBB, 0xAE, 0x0F, 0x02, 0x22, 0x28, 0x07, 0x1A]),
    Guid::new(0x4FD2ED52, 0x7731, 0x4B8D, [0x94, 0x69, 0x03, 0xD2, 0xCC, 0x30, 0x86, 0xC5]),
    Guid::new(0x7B63B2E3, 0x107D, 0x4D48, [0xB2, 0xF6, 0xF6, 0x1E, 0x22, 0x94, 0x70, 0xD2]),
    Guid::new(0x8DFBA405, 0x8C9F, 0x45F8, [0xBF, 0xFA, 0x83, 0xB1, 0x4C, 0xEF, 0x78, 0xB5]),
    Guid::new(0xFC13DF4B, 0x4448, 0x4F4F, [0x95, 0x0C, 0xBA, 0x8D, 0x19, 0xD0, 0x0C, 0x36]),
    Guid::new(0xF76A2DBA, 0x1D52, 0x4539, [0x86, 0x6C, 0x2A, 0xA5, 0x18, 0xF9, 0xEF, 0xC3]),
    Guid::new(0x5BED9B15, 0xC079, 0x4D47, [0xBF, 0xE2, 0x21, 0x5A, 0x14, 0x0C, 0x07, 0xE0]),
    Guid::new(0x27583EC3, 0xC8F5, 0x482F, [0x80, 0x52, 0x19, 0x4B, 0x8C, 0xE4, 0x70, 0x5A]),
    Guid::new(0xCEC5B60E, 0xC69C, 0x495F, [0x87, 0xF6, 0x84, 0xD2, 0x8E, 0xE1, 0x6F, 0xFB]),
    Guid::new(0x42350846, 0xAAED, 0x47F7, [0xB1, 0x28, 0xFD, 0x0C, 0x98, 0x88, 0x1C, 0xDE]),
];

/// The vtable of a callback object: one pointer a slot.
///
/// A plain array, because most slots hold the same function that only answers `S_OK`. The methods differ in their
/// parameters; in the C calling conventions of x86-64 and arm64 the caller cleans up, so a function that takes none of
/// them may stand in any slot.
pub type CallbackVtbl = [*const c_void; CALLBACK_SLOTS];

/// Slots that clrhost fills with functions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names are the methods' names in corprof.idl")]
pub enum CallbackSlot {
    QueryInterface = 0,
    AddRef = 1,
    Release = 2,
    Initialize = 3,
    Shutdown = 4,
    ModuleLoadFinished = 14,
    ModuleUnloadStarted = 15,
    JITCachedFunctionSearchStarted = 25,
    JITInlining = 28,
    ThreadCreated = 29,
    ThreadDestroyed = 30,
    UnmanagedToManagedTransition = 40,
    ManagedToUnmanagedTransition = 41,
    RuntimeSuspendStarted = 42,
    RuntimeSuspendFinished = 43,
    RuntimeSuspendAborted = 44,
    RuntimeResumeFinished = 46,
    RuntimeThreadSuspended = 47,
    RuntimeThreadResumed = 48,
    ThreadNameChanged = 72,
    GarbageCollectionStarted = 73,
    GarbageCollectionFinished = 75,
    LoadAsNotificationOnly = 97,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn iids_differ() {
        assert_eq!(CALLBACK_IIDS.iter().collect::<HashSet<_>>().len(), CALLBACK_IIDS.len());
    }

    /// The numbers of coreclr's corprof.idl.
    #[test]
    fn slots_are_those_of_the_contract() {
        let slots = [
            (CallbackSlot::ModuleLoadFinished, 14),
            (CallbackSlot::JITCachedFunctionSearchStarted, 25),
            (CallbackSlot::JITInlining, 28),
            (CallbackSlot::ThreadCreated, 29),
            (CallbackSlot::UnmanagedToManagedTransition, 40),
            (CallbackSlot::LoadAsNotificationOnly, CALLBACK_SLOTS - 1),
        ];
        assert!(slots.iter().all(|&(slot, number)| slot as usize == number));
    }

    #[test]
    fn the_last_iid_is_callback11s() {
        assert_eq!(CALLBACK_IIDS[10].to_string(), "42350846-AAED-47F7-B128-FD0C98881CDE");
    }
}
