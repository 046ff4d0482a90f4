//! Thunks: code of ours between a caller and the function it calls over the border.
//!
//! The runtime, or managed code, is given the address of a *stub* in place of the function's. The stub finds the data of its
//! [`Thunk`] and goes to one of the functions in `arch::thunk`, which open a bracket, call the function, and close the
//! bracket. `pages` holds stubs and data, `pools` those of the process, `hooks` does in Rust what assembly does not, `unwind` closes brackets that
//! exceptions leave.

pub(crate) mod hooks;
pub(crate) mod pages;
pub(crate) mod pools;
pub(crate) mod unwind;

#[cfg(test)]
mod tests;

use crate::arch::thunk::{THUNK_ADDRESS, THUNK_SLOT_OFFSET, THUNK_TARGET, THUNK_USUAL_CODE, code};
use crate::probe::{Timing, lock};
use clrhost_boundary::{Bracket, Target, TargetId, layout};
use std::mem::offset_of;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};

/// The data of a thunk. All zero for one that nobody uses.
#[repr(C, align(64))]
pub(crate) struct Thunk {
    /// What the stub goes to.
    code: AtomicUsize,
    /// The function.
    target: AtomicUsize,
    /// Where in a task's table of slots the target's is.
    slot_offset: AtomicUsize,
    flags: AtomicU32,
    /// Where the function is for others, which differs where something stands in for it.
    address: AtomicUsize,
    /// What `code` would be, if the thunk did not look at the first argument before.
    usual_code: AtomicUsize,
    /// What a host is told of.
    described: AtomicPtr<Target>,
}

const _: () = assert!(offset_of!(Thunk, code) == 0);
const _: () = assert!(offset_of!(Thunk, target) == THUNK_TARGET);
const _: () = assert!(offset_of!(Thunk, slot_offset) == THUNK_SLOT_OFFSET);
const _: () = assert!(offset_of!(Thunk, address) == THUNK_ADDRESS);
const _: () = assert!(offset_of!(Thunk, usual_code) == THUNK_USUAL_CODE);

/// What a thunk is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A P/Invoke, or a delegate made from a function pointer: only managed code calls it.
    Leave,
    /// The same, in cooperative GC mode: no host is called, whatever it said.
    LeaveSuppressed,
    /// A function pointer that managed code asked for by name and may hand to native code.
    Export,
    /// A delegate that native code calls.
    Reverse,
}

/// What a stub goes to: one of [`code`].
pub(crate) type Code = unsafe extern "C" fn();

/// The code of thunks for a purpose. `in_line` says that times are taken with the processor's counter, as the code does that
/// works in line.
pub(crate) fn code_for(purpose: Purpose, timing: Timing, hosted: bool, in_line: bool) -> Code {
    use Purpose::*;
    use code::*;
    let timed = timing == Timing::Timed;
    // Suppressed ones are called in cooperative mode, where no host must be.
    let told = hosted && purpose != LeaveSuppressed;
    match (purpose, timed, told) {
        _ if timing == Timing::Empty => clrhost_thunk_pass,
        _ if timed && !in_line => clrhost_thunk_out_of_line,
        (Leave | LeaveSuppressed, false, false) => clrhost_thunk_leave_counted,
        (Leave | LeaveSuppressed, true, false) => clrhost_thunk_leave_timed,
        (Leave | LeaveSuppressed, false, true) => clrhost_thunk_leave_counted_told,
        (Leave | LeaveSuppressed, true, true) => clrhost_thunk_leave_timed_told,
        (Export, false, false) => clrhost_thunk_export_counted,
        (Export, true, false) => clrhost_thunk_export_timed,
        (Export, false, true) => clrhost_thunk_export_counted_told,
        (Export, true, true) => clrhost_thunk_export_timed_told,
        (Reverse, false, false) => clrhost_thunk_reverse_counted,
        (Reverse, true, false) => clrhost_thunk_reverse_timed,
        (Reverse, false, true) => clrhost_thunk_reverse_counted_told,
        (Reverse, true, true) => clrhost_thunk_reverse_timed_told,
    }
}

const SUPPRESSED: u32 = 1;
const EXPORT: u32 = 2;
const REVERSE: u32 = 4;
const SKIP: u32 = 8;

impl Thunk {
    /// Makes the thunk lead to a function by this code ([`code_for`]). Whoever has the stub's address already gets there too,
    /// from now on. `target` stays where it is as long as the process runs.
    pub(crate) fn lead_to(
        &self,
        function: usize,
        address: usize,
        target: &Target,
        purpose: Purpose,
        code: Code,
    ) {
        let bracket = if purpose == Purpose::Reverse { Bracket::ReverseEnter } else { Bracket::Leave };
        let flags = match purpose {
            Purpose::Leave => 0,
            Purpose::LeaveSuppressed => SUPPRESSED,
            Purpose::Export => EXPORT,
            Purpose::Reverse => REVERSE,
        };
        self.flags.store(flags, Relaxed);
        self.described.store(ptr::from_ref(target).cast_mut(), Relaxed);
        self.slot_offset.store(layout::slot_offset(bracket, target.id()), Relaxed);
        self.target.store(function, Relaxed);
        self.address.store(address, Relaxed);
        // Last, so that whoever runs the stub finds the rest. Processors and compilers keep a load of the code before loads
        // of what the code then reads.
        self.code.store(code as *const () as usize, Release);
    }

    /// The thunk is one for `dlsym`: calls with RTLD_DEFAULT or RTLD_NEXT go to the function itself, which then looks at who
    /// called it. They are counted, and not timed.
    pub(crate) fn look_at_handles(&self) {
        let usual = self.code.load(Relaxed);
        self.usual_code.store(usual, Relaxed);
        self.code.store(code::clrhost_thunk_dlsym as *const () as usize, Release);
    }

    /// The function was loaded anew and lies elsewhere. When this returns, calls go there, whichever thread moved it.
    pub(crate) fn move_to(&self, address: usize) {
        static MOVING: Mutex<()> = Mutex::new(());
        if self.address() == address {
            return;
        }
        let _moving = lock(&MOVING);
        let before = self.address.load(Relaxed);
        // Else something stands in for the function, and goes on to.
        if self.target.load(Relaxed) == before {
            self.target.store(address, Relaxed);
        }
        // Last: who finds the address calls through the thunk.
        self.address.store(address, Release);
    }

    /// Where the function is for who looks it up. Calls go there, unless something stands in for it.
    pub(crate) fn address(&self) -> usize {
        self.address.load(Acquire)
    }

    /// Where its callers get to: the function, or what stands in for it.
    pub(crate) fn leads_to(&self) -> usize {
        self.target.load(Relaxed)
    }

    /// What it leads to. Only of a thunk that leads somewhere.
    #[inline(always)]
    pub(crate) fn target(&self) -> Option<&'static Target> {
        // SAFETY: null, or what `lead_to` was given, which stays.
        unsafe { self.described.load(Relaxed).as_ref() }
    }

    pub(crate) fn target_id(&self) -> TargetId {
        self.target().map_or(TargetId::OVERFLOW, Target::id)
    }

    /// What its brackets are known by.
    pub(crate) fn key(&self) -> u64 {
        std::ptr::from_ref(self) as u64
    }

    pub(crate) fn bracket(&self) -> Bracket {
        if self.is_reverse() { Bracket::ReverseEnter } else { Bracket::Leave }
    }

    pub(crate) fn is_reverse(&self) -> bool {
        self.flags.load(Relaxed) & REVERSE != 0
    }

    /// The next call is none of the program's.
    pub(crate) fn skip_next_call(&self) {
        self.flags.fetch_or(SKIP, Relaxed);
    }

    /// True once, for a call that is none of the program's.
    pub(crate) fn take_skip(&self) -> bool {
        // Looked at before, because few calls need the locked instruction.
        self.flags.load(Relaxed) & SKIP != 0 && self.flags.fetch_and(!SKIP, Relaxed) & SKIP != 0
    }

    /// Whether more is to be looked at than in most thunks.
    pub(crate) fn is_unusual(&self) -> bool {
        self.flags.load(Relaxed) & (SKIP | EXPORT) != 0
    }

    /// Native code may have the pointer too.
    pub(crate) fn is_export(&self) -> bool {
        self.flags.load(Relaxed) & EXPORT != 0
    }

    /// Called in cooperative GC mode: the collector waits while the call lasts, so no host must be asked to take part.
    pub(crate) fn suppresses_gc_transition(&self) -> bool {
        self.flags.load(Relaxed) & SUPPRESSED != 0
    }
}
