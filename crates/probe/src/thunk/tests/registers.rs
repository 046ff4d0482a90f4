//! Registers and modes of the processor, looked at from assembly.

use super::bed::{Bed, Made, Mode, SPOIL};
use super::child::{in_each_mode, in_modes};
use super::native::Native;
use crate::thunk::Purpose;
use std::arch::is_x86_feature_detected;
use std::sync::atomic::Ordering::Relaxed;

/// `struct state` of `registers.S`.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
struct State {
    /// rdi, rsi, rdx, rcx, r8, r9, rax.
    arguments: [u64; 7],
    /// rbx, rbp, r12 to r15.
    kept: [u64; 6],
    rsp: u64,
    /// From the return address upwards.
    stack: [u64; 64],
    mxcsr: u64,
    control: u64,
    flags: u64,
    unused: [u64; 3],
    /// ymm0 to ymm15.
    vectors: [[u128; 2]; 16],
}

/// Round up, all exceptions masked; and for the x87, round to zero.
const MXCSR: u64 = 0x5F80;
const CONTROL: u64 = 0x0F7F;
/// What of mxcsr a function has to give back: all but the notes of what happened.
const MXCSR_KEPT: u64 = 0xFFC0;
const DIRECTION: u64 = 1 << 10;

impl State {
    fn zero() -> State {
        // SAFETY: numbers, for which all bits zero are a valid value.
        unsafe { std::mem::zeroed() }
    }

    /// A different number everywhere.
    fn filled(seed: u64) -> State {
        let mut state = State::zero();
        let mut next = seed;
        let mut number = || {
            next = next.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678_9ABC_DEF1);
            next
        };
        let numbers = state.arguments.iter_mut().chain(&mut state.kept).chain(&mut state.stack);
        numbers.for_each(|word| *word = number());
        let halves = state.vectors.iter_mut().flatten();
        halves.for_each(|half| *half = u128::from(number()) << 64 | u128::from(number()));
        (state.mxcsr, state.control) = (MXCSR, CONTROL);
        state
    }
}

struct Calls {
    native: Native,
    call: extern "C" fn(usize, *const State, *mut State, u32),
}

impl Calls {
    fn load(bed: &Bed) -> Calls {
        let native = Native::load("registers.S");
        // SAFETY: declared in registers.S.
        let call = unsafe { native.function(c"registers_call") };
        if bed.mode.is_hosted() {
            SPOIL.store(native.address(c"registers_spoil"), Relaxed);
        }
        Calls { native, call }
    }

    /// What the function saw, what the caller got back, and the caller's stack pointer.
    fn make(&self, stub: usize, given: &State, wide: bool) -> (State, State, u64) {
        let mut back = State::zero();
        (self.call)(stub, given, &mut back, wide as u32);
        // SAFETY: declared in registers.S; only this thread calls.
        unsafe {
            let seen = (*(self.native.address(c"registers_seen") as *const State)).clone();
            (seen, back, *(self.native.address(c"at_call") as *const u64))
        }
    }

    /// What the function returns: the words of xmm0, xmm1, and rax, rdx.
    fn returned(&self) -> ([u128; 2], [u64; 2]) {
        // SAFETY: declared in registers.S.
        let words = unsafe { *(self.native.address(c"registers_returned") as *const [u64; 6]) };
        let pair = |low: u64, high: u64| u128::from(high) << 64 | u128::from(low);
        ([pair(words[0], words[1]), pair(words[2], words[3])], [words[4], words[5]])
    }

    #[track_caller]
    fn check(&self, made: Made, seed: u64) {
        let given = State::filled(seed);
        let (seen, back, at_call) = self.make(made.stub, &given, false);
        let name = format!("{:?}, seed {seed}", made.purpose);
        // At the function: all that carries arguments, and what it has to give back, which is its caller's.
        assert_eq!(seen.arguments, given.arguments, "{name}");
        assert_eq!(seen.stack, given.stack, "{name}");
        let low = |state: &State| state.vectors.map(|vector| vector[0]);
        assert_eq!(low(&seen)[..8], low(&given)[..8], "{name}");
        // All but rbx, which is the thunk's while the function runs.
        assert_eq!(seen.kept[1..], given.kept[1..], "{name}");
        assert_eq!(seen.mxcsr & MXCSR_KEPT, MXCSR & MXCSR_KEPT, "{name}");
        assert_eq!((seen.control, seen.flags & DIRECTION), (CONTROL, 0), "{name}");
        // The return address is in the same place as without a thunk, so the stack is aligned as it was.
        assert_eq!((seen.rsp, seen.rsp % 16), (at_call - 8, 8), "{name}");
        // At the caller: results, and all that it keeps.
        let (vectors, words) = self.returned();
        assert_eq!([back.arguments[6], back.arguments[2]], words, "{name}");
        assert_eq!(low(&back)[..2], vectors, "{name}");
        assert_eq!((back.kept, back.rsp), (given.kept, at_call), "{name}");
        assert_eq!(back.mxcsr & MXCSR_KEPT, MXCSR & MXCSR_KEPT, "{name}");
        assert_eq!((back.control, back.flags & DIRECTION), (CONTROL, 0), "{name}");
    }
}

#[test]
fn registers_stack_and_modes_are_as_without_a_thunk() {
    in_each_mode(|bed| {
        let calls = Calls::load(bed);
        let thunks = bed.thunks(calls.native.address(c"registers_note"));
        bed.as_managed(|| {
            for made in thunks {
                (1..=20).for_each(|seed| calls.check(made, seed));
            }
        });
        assert!(thunks.iter().all(|&made| bed.counts(made) == (20, 20, 0)));
        // Where native code calls an export.
        let export = bed.thunk(Purpose::Export, calls.native.address(c"registers_note"));
        (1..=20).for_each(|seed| calls.check(export, seed));
        assert_eq!(bed.counts(export), (0, 0, 0));
        bed.assert_balanced();
    });
}

/// In line no vector register is touched, so those that are wider pass in both directions, and so does what is neither
/// argument nor result.
#[test]
fn wide_vectors_pass_in_line() {
    in_modes(&[Mode::Counted, Mode::Timed], |bed| {
        if !is_x86_feature_detected!("avx2") {
            println!("said: skipped: the processor has no AVX2");
            return;
        }
        let calls = Calls::load(bed);
        let thunks = bed.thunks(calls.native.address(c"registers_note_wide"));
        bed.as_managed(|| {
            for made in thunks {
                // Out of line: the thread meets the target.
                calls.make(made.stub, &State::filled(1), true);
                for seed in 1..20 {
                    let given = State::filled(seed);
                    let (seen, back, _) = calls.make(made.stub, &given, true);
                    assert_eq!(seen.vectors, given.vectors, "{:?}", made.purpose);
                    let (vectors, _) = calls.returned();
                    assert_eq!(back.vectors[..2], [[vectors[0]; 2], [vectors[1]; 2]], "{:?}", made.purpose);
                    assert_eq!(back.vectors[2..], [[u128::MAX; 2]; 14], "{:?}", made.purpose);
                }
            }
        });
    });
}

/// Out of line, and around the calls of a host, only what CoreCLR can pass is kept: see `arch::thunk`.
#[test]
fn wide_vectors_keep_their_lower_halves_out_of_line() {
    in_modes(&[Mode::SystemClock, Mode::Told, Mode::Hosted], |bed| {
        if !is_x86_feature_detected!("avx2") {
            println!("said: skipped: the processor has no AVX2");
            return;
        }
        let calls = Calls::load(bed);
        let thunks = bed.thunks(calls.native.address(c"registers_note_wide"));
        bed.as_managed(|| {
            for made in thunks {
                let given = State::filled(5);
                let (seen, back, _) = calls.make(made.stub, &given, true);
                let low = |vectors: &[[u128; 2]]| vectors.iter().map(|it| it[0]).collect::<Vec<_>>();
                assert_eq!(low(&seen.vectors[..8]), low(&given.vectors[..8]), "{:?}", made.purpose);
                assert_eq!(low(&back.vectors[..2]), calls.returned().0, "{:?}", made.purpose);
            }
        });
    });
}
