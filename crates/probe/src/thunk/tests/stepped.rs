//! The order in which thunks write. After every instruction of a thunk a reader adds up: on the processors that this code is for,
//! these are all the moments that another thread could see.

use super::bed::{Bed, Mode};
use super::child::in_each_mode;
use super::native::Native;
use super::threads::assert_adds_up;
use crate::arch::thunk::is_in_thunk;
use crate::entry::ErrnoGuard;
use crate::thunk::Purpose::{Leave, Reverse};
use std::arch::asm;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static BED: OnceLock<Bed> = OnceLock::new();
/// Instructions of thunks after which the numbers were whole, and those after which they were not.
static SETTLED: AtomicU64 = AtomicU64::new(0);
static CHANGING: AtomicU64 = AtomicU64::new(0);

/// The trap flag of the processor: it stops after each instruction.
const TRAP: u64 = 0x100;

extern "C" fn after_an_instruction(_signal: i32, _info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel gives a handler with SA_SIGINFO the context of what it has stopped.
    let next = unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_RIP as usize] };
    if !is_in_thunk(next as usize) {
        // Elsewhere a lock may be held that a reader needs, or memory be handed out.
        return;
    }
    let _errno = ErrnoGuard::keep();
    let bed = BED.get().expect("set before");
    let snapshot = bed.probe.boundary().snapshot();
    for row in &snapshot.tasks {
        if !row.settled {
            CHANGING.fetch_add(1, Relaxed);
            continue;
        }
        SETTLED.fetch_add(1, Relaxed);
        assert_adds_up(row);
        let sum = |number: fn(&clrhost_boundary::TargetStats) -> u64| -> u64 {
            snapshot.targets.iter().map(number).sum()
        };
        let (calls, returned) = (sum(|it| it.calls), sum(|it| it.completed));
        let counts = row.counts;
        assert_eq!(
            (calls, returned),
            (counts.leave + counts.reverse_enter, counts.enter + counts.reverse_leave)
        );
        let timed = if bed.is_timed() { returned } else { 0 };
        assert_eq!(sum(|it| it.histogram.count()), timed, "{snapshot:?}");
    }
}

/// Calls the function, with a stop after each instruction.
fn step_through(function: usize) {
    // SAFETY: what is set is cleared again, and the stop has a handler. The function takes a number.
    unsafe {
        asm!(
            "pushfq",
            "or qword ptr [rsp], {trap}",
            "popfq",
            "call {function}",
            "pushfq",
            "and qword ptr [rsp], {others}",
            "popfq",
            trap = const TRAP,
            others = const !TRAP as i64,
            function = in(reg) function,
            in("rdi") 1,
            clobber_abi("C"),
        );
    }
}

/// A call, in it a callback, in it a call: the first time, when the thread has no task yet, and again.
#[test]
fn after_each_instruction_the_numbers_are_whole_or_said_not_to_be() {
    in_each_mode(|bed| {
        let native = Native::load("jumps.c");
        let outer = bed.thunk(Leave, native.address(c"jumps_native"));
        let inner = bed.thunk(Leave, native.address(c"jumps_same"));
        let callback = bed.thunk(Reverse, native.address(c"jumps_managed"));
        native.set(c"CALLBACK", callback.stub);
        native.set(c"INNER", inner.stub);
        let _ = BED.set(Bed { mode: bed.mode, probe: bed.probe });
        // SAFETY: all-zero is a valid sigaction; the handler has the signature that SA_SIGINFO asks for.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = after_an_instruction as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO;
            assert_eq!(libc::sigaction(libc::SIGTRAP, &action, std::ptr::null_mut()), 0);
        }
        (0..2).for_each(|_| step_through(outer.stub));
        assert_eq!(bed.all_counts(&[outer, callback, inner]), [(2, 2, 0); 3]);
        bed.assert_balanced();
        let (settled, changing) = (SETTLED.load(Relaxed), CHANGING.load(Relaxed));
        // Two rounds of three calls; with the system's clock brackets are not opened and closed in assembly.
        let few = if bed.mode == Mode::SystemClock { 0 } else { 5 };
        assert!(settled > 100 && changing >= few, "{:?}: {settled} settled, {changing} changing", bed.mode);
        println!("said: {:?}: {settled} instructions, {changing} more in the midst of changes", bed.mode);
    });
}
