//! What thunks call: everything that is not the usual case, and everything where there is a host.
//!
//! All but [`uco_entered`] and [`uco_left`] run in preemptive GC mode, where a host may block; see
//! [`stops_collector`] for the exception, in which no host is called.

use crate::arch::thunk::is_in_thunk;
use crate::entry::{ErrnoGuard, guarded};
use crate::probe::{Probe, Timing};
use crate::rewrite::UnmanagedCallersOnlyMethod;
use crate::stops;
use crate::thread_state::{ThreadState, current, lost, with_current};
use crate::thunk::Thunk;
use clrhost_abi::Hresult;
use clrhost_boundary::{Bracket, Crossing, Target};

/// The call cannot be kept: the thunk hands on and does not see the return.
const NOT_KEPT: u64 = 0;
/// The call is none over the border: the thunk hands on to the function itself.
const NOT_OVER_THE_BORDER: u64 = 1;

/// Opens the bracket of a call through `thunk`, whose return address lies at `sp`. Gives the bracket, or [`NOT_KEPT`] or
/// [`NOT_OVER_THE_BORDER`].
pub(crate) extern "C" fn open(thunk: &'static Thunk, sp: usize) -> u64 {
    let Some(state) = current() else { return open_without_task(thunk, sp) };
    let mut bracket = NOT_KEPT;
    let _ = guarded("a call through a thunk", || {
        let _errno = state.keep_errno();
        bracket = open_on(state, thunk, sp);
        Hresult::S_OK
    });
    bracket
}

/// The first crossing of the calling thread, or one that comes after its end.
#[cold]
fn open_without_task(thunk: &'static Thunk, sp: usize) -> u64 {
    let mut bracket = NOT_KEPT;
    let _ = guarded("a call through a thunk", || {
        let _errno = ErrnoGuard::keep();
        let Some(probe) = Probe::installed() else { return Hresult::S_OK };
        // A task would be announced to the host, which might block the collector here.
        let may_begin = !(probe.is_hosted() && stops_collector(probe, thunk));
        if !(may_begin && with_current(probe, |state| bracket = open_on(state, thunk, sp))) {
            lost(probe);
        }
        Hresult::S_OK
    });
    bracket
}

#[inline]
fn open_on(state: &ThreadState, thunk: &Thunk, sp: usize) -> u64 {
    let (probe, owner) = (state.probe(), state.owner());
    let boundary = probe.boundary();
    // SAFETY: the thunk was called with this stack pointer, so the return address lies there.
    let returns_to = unsafe { *(sp as *const usize) };
    let is_tail_call = is_in_thunk(returns_to);
    if thunk.is_unusual() {
        if thunk.take_skip() {
            return NOT_OVER_THE_BORDER;
        }
        if thunk.is_export() {
            // Brackets that were jumped over say nothing about who calls.
            boundary.unwind_jumped_over(owner, sp, is_tail_call);
            if owner.is_in_native_code() {
                return NOT_OVER_THE_BORDER;
            }
        }
    }
    let (bracket, target, key) = (thunk.bracket(), thunk.target_id(), thunk.key());
    let hosted = probe.is_hosted() && !stops_collector(probe, thunk);
    let opened = match (probe.timing() == Timing::Timed, hosted) {
        (true, true) => boundary.open_exact::<true, true>(owner, bracket, target, key, sp, is_tail_call),
        (true, false) => boundary.open_exact::<true, false>(owner, bracket, target, key, sp, is_tail_call),
        (false, true) => boundary.open_exact::<false, true>(owner, bracket, target, key, sp, is_tail_call),
        (false, false) => boundary.open_exact::<false, false>(owner, bracket, target, key, sp, is_tail_call),
    };
    opened.unwrap_or(NOT_KEPT)
}

/// A call through `thunk` that looks at its caller, so that nothing may stand between the two: it counts as over at once.
pub(crate) extern "C" fn visited(thunk: &'static Thunk, sp: usize) {
    let bracket = open(thunk, sp);
    if bracket > NOT_OVER_THE_BORDER {
        close(bracket);
    }
}

/// Tells the host of a call to native code whose bracket `thunk` has just opened in line: whether it accepted.
///
/// In all four of these `state` is that of the calling thread; assembly finds it faster than we do.
pub(crate) extern "C" fn tell_leave(thunk: &'static Thunk, state: &ThreadState) -> bool {
    !stops_collector(state.probe(), thunk) && tell(thunk, state, || Crossing::Leave)
}

/// The same of a callback.
pub(crate) extern "C" fn tell_reverse_enter(thunk: &'static Thunk, state: &ThreadState) -> bool {
    tell(thunk, state, || Crossing::ReverseEnter)
}

/// Tells the host of the end of a call that it accepted and whose bracket `thunk` has just closed in line.
pub(crate) extern "C" fn tell_enter(thunk: &'static Thunk, state: &ThreadState) {
    tell(thunk, state, || Crossing::Enter);
    stops::offer(state.owner(), || thunk.target());
}

/// The same of a callback.
pub(crate) extern "C" fn tell_reverse_leave(thunk: &'static Thunk, state: &ThreadState) {
    tell(thunk, state, || Crossing::ReverseLeave);
}

#[inline(always)]
fn tell(thunk: &'static Thunk, state: &ThreadState, crossing: impl Fn() -> Crossing) -> bool {
    thunk.target().is_some_and(|target| tell_of(target, state, crossing))
}

/// Whether the host accepted. The crossing comes by a function, so that each has code of its own, from a type of its own.
#[inline(always)]
fn tell_of(target: &Target, state: &ThreadState, crossing: impl Fn() -> Crossing) -> bool {
    let mut accepted = false;
    let _ = guarded("a crossing", || {
        let _errno = state.keep_errno();
        accepted = state.probe().boundary().tell(state.owner(), crossing(), target) == Some(true);
        Hresult::S_OK
    });
    accepted
}

/// Whether the call may come in cooperative GC mode, so that no host must be called. A P/Invoke's declaration tells it. A
/// pointer that managed code has by name may be called by `calli`, whose signature tells it; as nothing tells which signature
/// a call has, any call of a pointer is taken for one as soon as a module with such a signature is loaded.
fn stops_collector(probe: &Probe, thunk: &Thunk) -> bool {
    thunk.suppresses_gc_transition() || thunk.is_export() && probe.has_suppressed_calls()
}

/// The function called in this bracket has returned.
pub(crate) extern "C" fn close(bracket: u64) {
    // A thread whose task has ended meanwhile closed the bracket then.
    let Some(state) = current() else { return };
    let _ = guarded("a return through a thunk", || {
        let _errno = state.keep_errno();
        let (probe, owner) = (state.probe(), state.owner());
        let boundary = probe.boundary();
        let returned = match (probe.timing() == Timing::Timed, probe.is_hosted()) {
            (true, true) => boundary.close_bracket::<true, true>(owner, bracket),
            (true, false) => boundary.close_bracket::<true, false>(owner, bracket),
            (false, true) => boundary.close_bracket::<false, true>(owner, bracket),
            (false, false) => boundary.close_bracket::<false, false>(owner, bracket),
        };
        stops::offer(state.owner(), || boundary.target(returned?));
        Hresult::S_OK
    });
}

/// The function called in this bracket is left by an exception or the end of the thread.
pub(crate) fn unwound(bracket: u64, thread_ends: bool) {
    let _ = guarded("unwinding through a thunk", || {
        let _errno = ErrnoGuard::keep();
        if let (Some(probe), Some(state)) = (Probe::installed(), current()) {
            probe.boundary().unwind_bracket(state.owner(), bracket, thread_ends);
        }
        Hresult::S_OK
    });
}

/// How far below the frame of an `UnmanagedCallersOnly` method its call of ours may come from: the compiler may put a stub in
/// between, and what the method calls next then lies higher. More than any stub takes, so that it does not look as if it were
/// jumped over.
const STUB_FRAMES: usize = 4096;

/// Native code calls a method with `UnmanagedCallersOnly`, whose IL calls this with the stack pointer `sp`. Here and in
/// [`uco_left`] `state` is that of the calling thread, if it has one.
pub(crate) extern "C" fn uco_entered(
    method: &'static UnmanagedCallersOnlyMethod,
    sp: usize,
    state: Option<&ThreadState>,
) {
    // The usual case as in the flag source: in line, and without anything that could panic but the host, which is caught.
    if let Some(state) = state {
        let (probe, owner, key) = (state.probe(), state.owner(), method.key());
        let boundary = probe.boundary();
        let opened = match probe.timing() {
            Timing::Timed => boundary.try_open::<true>(owner, key, sp + STUB_FRAMES),
            _ => boundary.try_open::<false>(owner, key, sp + STUB_FRAMES),
        };
        if opened {
            if probe.is_hosted() {
                tell_entered(state, method);
            }
            return;
        }
    }
    let _ = guarded("a callback", || {
        let _errno = ErrnoGuard::keep();
        let Some(probe) = Probe::installed() else { return Hresult::S_OK };
        let opened = with_current(probe, |state| {
            let (boundary, owner) = (probe.boundary(), state.owner());
            let (key, sp, bind) = (method.key(), sp + STUB_FRAMES, || method.target_id());
            match (probe.timing() == Timing::Timed, probe.is_hosted()) {
                (true, true) => boundary.reverse_enter::<true, true>(owner, key, sp, bind),
                (true, false) => boundary.reverse_enter::<true, false>(owner, key, sp, bind),
                (false, true) => boundary.reverse_enter::<false, true>(owner, key, sp, bind),
                (false, false) => boundary.reverse_enter::<false, false>(owner, key, sp, bind),
            }
        });
        if !opened {
            lost(probe);
        }
        Hresult::S_OK
    });
}

/// Tells the host of a callback whose bracket was just opened.
#[inline]
fn tell_entered(state: &ThreadState, method: &UnmanagedCallersOnlyMethod) {
    let Some(target) = method.target() else { return };
    let _ = guarded("a callback", || {
        let _errno = state.keep_errno();
        let (boundary, owner) = (state.probe().boundary(), state.owner());
        match state.probe().timing() {
            Timing::Timed => boundary.tell_opened::<true>(owner, Bracket::ReverseEnter, target),
            _ => boundary.tell_opened::<false>(owner, Bracket::ReverseEnter, target),
        }
        Hresult::S_OK
    });
}

/// That method has returned.
pub(crate) extern "C" fn uco_left(method: &'static UnmanagedCallersOnlyMethod, state: Option<&ThreadState>) {
    let Some(state) = state else { return };
    let (probe, owner) = (state.probe(), state.owner());
    let closed = match probe.timing() {
        Timing::Timed => probe.boundary().try_close::<true>(owner, method.key()),
        _ => probe.boundary().try_close::<false>(owner, method.key()),
    };
    match (closed, method.target()) {
        (Some(true), Some(target)) => {
            tell_of(target, state, || Crossing::ReverseLeave);
            return;
        }
        (Some(_), _) => return,
        (None, _) => {}
    }
    let _ = guarded("the return of a callback", || {
        let _errno = state.keep_errno();
        let boundary = probe.boundary();
        let (key, bind) = (method.key(), || method.target_id());
        match (probe.timing() == Timing::Timed, probe.is_hosted()) {
            (true, true) => boundary.reverse_leave::<true, true>(owner, key, bind),
            (true, false) => boundary.reverse_leave::<true, false>(owner, key, bind),
            (false, true) => boundary.reverse_leave::<false, true>(owner, key, bind),
            (false, false) => boundary.reverse_leave::<false, false>(owner, key, bind),
        }
        Hresult::S_OK
    });
}
