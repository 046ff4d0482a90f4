//! HRESULT values of the CLR hosting contract.
//!
//! One table (`codes!`) is the only place where a code, its name and its meaning are written; constants, their
//! documentation and `Display` all come from it. The type is a plain number so that success codes survive: the
//! contract treats `S_FALSE` from the reverse pair as a failure, so the question is never "is it an error" but "is it
//! exactly `S_OK`".

#![no_std]

use core::fmt;

/// The answer of a hosting call: a 32-bit COM status whose bit 31 means failure.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
#[must_use]
pub struct Hresult(pub i32);

macro_rules! codes {
    ($($name:ident = $value:literal, $meaning:literal;)*) => {
        impl Hresult {
            $(#[doc = $meaning] pub const $name: Hresult = Hresult($value as u32 as i32);)*

            /// Every code of the table: name, value and meaning, in the table's order.
            pub const TABLE: &'static [(&'static str, Hresult, &'static str)] =
                &[$((stringify!($name), Hresult::$name, $meaning)),*];
        }
    };
}

codes! {
    S_OK = 0x00000000, "Done.";
    S_FALSE = 0x00000001, "Done, with a negative answer; the reverse pair treats it as a failure.";
    E_NOTIMPL = 0x80004001, "The method is not implemented; where the contract allows it, the runtime then acts by itself.";
    E_NOINTERFACE = 0x80004002, "The object does not have the interface asked for.";
    E_POINTER = 0x80004003, "A pointer that may not be null is null.";
    E_ABORT = 0x80004004, "The operation was given up.";
    E_FAIL = 0x80004005, "Unknown catastrophic failure: the hosting layer is unusable in this process from now on.";
    E_UNEXPECTED = 0x8000FFFF, "The call does not fit the state: a second Begin, an End without Begin.";
    E_ACCESSDENIED = 0x80070005, "The runtime has started already; the setting can no longer be made.";
    E_HANDLE = 0x80070006, "The handle is not valid.";
    E_OUTOFMEMORY = 0x8007000E, "Not enough memory, or the object could not be made.";
    E_INVALIDARG = 0x80070057, "An argument is not valid.";
    ERROR_INSUFFICIENT_BUFFER = 0x8007007A, "The buffer is too small; the size needed is handed back.";
    ERROR_NO_MORE_ITEMS = 0x80070103, "The enumeration is at its end.";
    COR_E_FILENOTFOUND = 0x80070002, "The file or assembly was not found.";
    COR_E_STACKOVERFLOW = 0x800703E9, "The stack is exhausted.";
    HOST_E_DEADLOCK = 0x80131020, "The host found a deadlock and chose this wait as its victim.";
    HOST_E_INTERRUPTED = 0x80131021, "The host broke off the wait; legal only where WAIT_ALERTABLE was given.";
    HOST_E_INVALIDOPERATION = 0x80131022, "The operation is not valid in this state or on this thread.";
    HOST_E_CLRNOTAVAILABLE = 0x80131023, "The runtime is not loaded, or the hosting layer was shut after a catastrophic failure.";
    HOST_E_TIMEOUT = 0x80131024, "The wait ran out of time.";
    HOST_E_NOT_OWNER = 0x80131025, "The caller does not own the lock.";
    HOST_E_ABANDONED = 0x80131026, "The event was cancelled while a task was blocked on it; in Join: no task behind the object.";
    HOST_E_EXITPROCESS_THREADABORT = 0x80131027, "The process ended by escalation of a thread abort.";
    HOST_E_EXITPROCESS_ADUNLOAD = 0x80131028, "The process ended by escalation of an application domain unload.";
    HOST_E_EXITPROCESS_TIMEOUT = 0x80131029, "The process ended by escalation of a time-out.";
    HOST_E_EXITPROCESS_OUTOFMEMORY = 0x8013102A, "The process ended by escalation of an out-of-memory condition.";
    HOST_E_EXITPROCESS_STACKOVERFLOW = 0x8013102B, "The process ended by escalation of a stack overflow.";
    COR_E_THREADINTERRUPTED = 0x80131519, "The thread was interrupted.";
    COR_E_THREADABORTED = 0x80131530, "The thread was aborted.";
    COR_E_THREADSTATE = 0x80131520, "The thread is in the wrong state for the operation.";
    COR_E_TYPELOAD = 0x80131522, "The type was not found in the assembly.";
    COR_E_MISSINGMETHOD = 0x80131513, "The type has no such method, or one of another signature.";
    COR_E_EXCEPTION = 0x80131500, "An exception left the managed method.";
    COR_E_BADIMAGEFORMAT = 0x8007000B, "The file is not a .NET assembly, or one for another processor.";
    COR_E_APPDOMAINUNLOADED = 0x80131014, "The application domain is unloaded or unknown.";
    COR_E_CANNOTUNLOADAPPDOMAIN = 0x80131015, "The application domain cannot be unloaded.";
    CLR_E_SHIM_RUNTIMELOAD = 0x80131700, "No runtime could be loaded that fits what was asked for.";
    CLR_E_SHIM_RUNTIMEEXPORT = 0x80131701, "The runtime has no such function.";
    CLR_E_SHIM_INSTALLROOT = 0x80131702, "No installation of .NET was found.";
    CLR_E_SHIM_INSTALLCOMP = 0x80131703, "A component is missing in the installation of .NET.";
    CLR_E_SHIM_LEGACYRUNTIMEALREADYBOUND = 0x80131704, "Another runtime is bound to the policy of version 2.";
    CLR_E_SHIM_SHUTDOWNINPROGRESS = 0x80131705, "The process is ending.";
    CORDBG_E_UNSUPPORTED = 0x80131C4E, "The debugging call is not supported.";
    REGDB_E_CLASSNOTREG = 0x80040154, "There is no class with this identifier.";
    CORPROF_E_PROFILER_CANCEL_ACTIVATION = 0x80131375, "The profiler does not want to be activated; the runtime goes on without it.";
    CLASS_E_NOAGGREGATION = 0x80040110, "The class cannot be part of an aggregate.";
    CLASS_E_CLASSNOTAVAILABLE = 0x80040111, "The library has no such class.";
}

impl Hresult {
    /// True for `S_OK` and nothing else.
    pub const fn is_s_ok(self) -> bool {
        self.0 == 0
    }

    /// True when bit 31 is set.
    pub const fn is_failure(self) -> bool {
        self.0 < 0
    }

    /// The name the contract uses, where the code is in the table.
    pub fn name(self) -> Option<&'static str> {
        Self::TABLE.iter().find(|row| row.1 == self).map(|row| row.0)
    }

    /// What the code means, where it is in the table.
    pub fn meaning(self) -> Option<&'static str> {
        Self::TABLE.iter().find(|row| row.1 == self).map(|row| row.2)
    }
}

impl fmt::Display for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:08X})", self.0),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Hresult {}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::Hresult;
    use std::{collections::HashSet, string::ToString};

    #[test]
    fn names_and_values_are_unique() {
        let names: HashSet<_> = Hresult::TABLE.iter().map(|row| row.0).collect();
        let values: HashSet<_> = Hresult::TABLE.iter().map(|row| row.1).collect();
        assert_eq!((names.len(), values.len()), (Hresult::TABLE.len(), Hresult::TABLE.len()));
    }

    #[test]
    fn host_codes_are_the_closed_block_of_the_contract() {
        let block: std::vec::Vec<_> =
            Hresult::TABLE.iter().filter(|row| row.0.starts_with("HOST_E_")).map(|row| row.1.0).collect();
        let expected: std::vec::Vec<_> = (0x8013_1020_u32..=0x8013_102B).map(|value| value as i32).collect();
        assert_eq!(block, expected);
    }

    #[test]
    fn s_false_is_neither_s_ok_nor_a_failure() {
        assert!(!Hresult::S_FALSE.is_s_ok());
        assert!(!Hresult::S_FALSE.is_failure());
        assert!(Hresult::E_FAIL.is_failure());
    }

    #[test]
    fn display_prints_name_and_number() {
        assert_eq!(Hresult::HOST_E_CLRNOTAVAILABLE.to_string(), "HOST_E_CLRNOTAVAILABLE (0x80131023)");
        assert_eq!(Hresult(0x1234).to_string(), "0x00001234");
    }
}
