//! The walk up a stack.
//!
//! # Frame pointers
//! Managed code finds its caller by rbp, and so does native code compiled with frame pointers. rbp is not known where the walk
//! begins. Functions that use rbp for something else save it, and the walk learns it from there; else it is looked for:
//! * Where native code was called by a P/Invoke, the runtime has noted the call on the stack of the calling method, for its own
//!   walks: three words with the stack pointer at the call, the address it returns to, and rbp. The first two are known, so the
//!   third is sure where they stand.
//! * Otherwise each place in the stack is tried where a saved rbp and a return address may lie, and the first one is taken that
//!   leads to where the walk must get: the place of the innermost bracket's return address, or, without brackets, the end of
//!   the stack. Then the walk is marked as guessed.

use crate::process::{CodeKind, Process};
use framehop::FrameAddress;
use framehop::x86_64::UnwindRegsX86_64;
use std::ops::Range;

/// Stands for rbp while it is not known: not an address that could be read.
const UNKNOWN: u64 = 0x8000_0000_0000_0008;
/// How many frames a walk has at most.
const MAX_FRAMES: usize = 1024;
/// How many places are tried where rbp may have been saved.
const MAX_TRIES: usize = 256;

/// What a thunk took off the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// The place of the return address.
    pub stack_pointer: u64,
    /// The return address.
    pub return_address: u64,
    /// The call went from managed to native code.
    pub is_leave: bool,
}

/// A thread's stack at one moment.
#[derive(Clone, Copy, Debug)]
pub struct ThreadStack<'a> {
    /// Where the thread is.
    pub program_counter: u64,
    /// Its stack pointer.
    pub stack_pointer: u64,
    /// What lies at the stack pointer and above.
    pub bytes: &'a [u8],
    /// What thunks took off it, outermost first.
    pub brackets: &'a [Bracket],
    /// Where the code of thunks lies.
    pub thunks: &'a Range<u64>,
}

/// One function that a thread is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Of a native library or program; an address in the function's call, for [`Process::native_function`].
    Native(u64),
    /// Managed, or a stub of the runtime's; the process knows its name.
    Managed(u64),
    /// The call of the bracket with this index passed here.
    Border(usize),
    /// Frames that could not be found.
    Gap,
}

/// The functions that a thread is in, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The frames.
    pub frames: Vec<Frame>,
    /// A frame pointer was guessed on the way.
    pub guessed: bool,
    /// The walk got to the thread's first function.
    pub complete: bool,
}

impl Process {
    /// Walks up a stack. What cannot be found is left out, with a [`Frame::Gap`] in its place.
    pub fn walk(&mut self, stack: &ThreadStack) -> Walk {
        let start = Start {
            frame: FrameAddress::from_instruction_pointer(stack.program_counter),
            sp: stack.stack_pointer,
        };
        let goal = stack.brackets.len().checked_sub(1);
        let first = self.walk_from(stack, start, UNKNOWN);
        if first.gets_to(goal) {
            return first;
        }
        let end = goal.map_or(u64::MAX, |goal| stack.brackets[goal].stack_pointer);
        for candidate in self.candidates(stack, stack.stack_pointer, end) {
            let guessed = self.walk_from(stack, start, candidate);
            if guessed.gets_to(goal) {
                return Walk { guessed: true, ..guessed };
            }
        }
        let Some(goal) = goal else { return first };
        // What lies below the border stays unknown beyond what the first walk found; above it, the bracket tells the way.
        let bracket = stack.brackets[goal];
        let Some(frame) = FrameAddress::from_return_address(bracket.return_address) else { return first };
        let above = self.walk_from(stack, Start { frame, sp: bracket.stack_pointer + 8 }, UNKNOWN);
        let mut frames = first.frames;
        if frames.last() != Some(&Frame::Gap) {
            frames.push(Frame::Gap);
        }
        frames.push(Frame::Border(goal));
        frames.extend(above.frames);
        Walk { frames, guessed: above.guessed, complete: above.complete }
    }

    fn walk_from(&mut self, stack: &ThreadStack, start: Start, rbp: u64) -> Walk {
        let mut walk = Walk::default();
        let mut registers = UnwindRegsX86_64::new(start.frame.address(), start.sp, rbp);
        let mut frame = start.frame;
        while walk.frames.len() < MAX_FRAMES {
            let address = frame.address_for_lookup();
            let kind = self.kind_of(address);
            match kind {
                CodeKind::Native => walk.frames.push(Frame::Native(address)),
                CodeKind::Managed => walk.frames.push(Frame::Managed(address)),
                CodeKind::NotCode => break,
            }
            if kind == CodeKind::Managed && registers.bp() == UNKNOWN {
                let Some((rbp, is_sure)) = self.find_rbp(stack, frame.address(), registers.sp()) else {
                    break;
                };
                registers.set_bp(rbp);
                walk.guessed |= !is_sure;
            }
            let mut crossed = Vec::new();
            let mut read = |address| stack.read(address, &mut crossed).ok_or(());
            match self.unwind(frame, &mut registers, &mut read) {
                Ok(Some(caller)) => {
                    walk.frames.extend(crossed.into_iter().map(Frame::Border));
                    let Some(caller) = FrameAddress::from_return_address(caller) else {
                        walk.complete = true;
                        return walk;
                    };
                    frame = caller;
                }
                Ok(None) => {
                    walk.complete = true;
                    return walk;
                }
                Err(framehop::Error::ReturnAddressIsNull) => {
                    walk.complete = true;
                    return walk;
                }
                Err(_) => break,
            }
        }
        walk.frames.push(Frame::Gap);
        walk
    }

    /// rbp in a managed method that has called native code, by the method's stack pointer and where the call returns to; and
    /// whether that is sure.
    fn find_rbp(&self, stack: &ThreadStack, returns_to: u64, sp: u64) -> Option<(u64, bool)> {
        /// A method's frame and those of the runtime's stubs below it are smaller than that.
        const NEAR: u64 = 64 << 10;
        let noted = stack.words(sp, sp.saturating_add(NEAR)).find_map(|(at, word)| {
            let is_note = word == sp && stack.word(at + 8)? == returns_to;
            let rbp = stack.word(at + 16).filter(|_| is_note)?;
            (rbp >= sp && stack.word(rbp).is_some()).then_some(rbp)
        });
        noted.map(|rbp| (rbp, true)).or_else(|| {
            let guess = self.candidates(stack, sp, u64::MAX).into_iter().next()?;
            Some((guess, false))
        })
    }

    /// Places between two addresses where a frame pointer may have been saved, with a return address above.
    fn candidates(&self, stack: &ThreadStack, from: u64, to: u64) -> Vec<u64> {
        let is_saved = |&(at, saved): &(u64, u64)| {
            saved > at
                && saved % 8 == 0
                && stack.word(saved).is_some()
                && stack.word(at + 8).is_some_and(|word| self.is_code(word) || stack.thunks.contains(&word))
        };
        stack.words(from, to).filter(is_saved).map(|(at, _)| at).take(MAX_TRIES).collect()
    }
}

#[derive(Clone, Copy)]
struct Start {
    frame: FrameAddress,
    sp: u64,
}

impl Walk {
    /// It came by the bracket, or, if there is none, to the end.
    fn gets_to(&self, bracket: Option<usize>) -> bool {
        match bracket {
            Some(bracket) => self.frames.contains(&Frame::Border(bracket)),
            None => self.complete,
        }
    }
}

impl ThreadStack<'_> {
    fn word(&self, address: u64) -> Option<u64> {
        let at = usize::try_from(address.checked_sub(self.stack_pointer)?).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(8)?)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// A word as it would be without thunks. `crossed` gets the brackets that stand for it.
    fn read(&self, address: u64, crossed: &mut Vec<usize>) -> Option<u64> {
        let mut word = self.word(address)?;
        let mut outer = self.brackets;
        // A thunk that leads straight to another returns to that one, at the same place.
        while self.thunks.contains(&word) {
            let index = outer.iter().rposition(|bracket| bracket.stack_pointer == address)?;
            if !crossed.contains(&index) {
                crossed.push(index);
            }
            word = outer[index].return_address;
            outer = &outer[..index];
        }
        Some(word)
    }

    /// The words between two addresses, with where they are.
    fn words(&self, from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        let end = self.stack_pointer.saturating_add(self.bytes.len() as u64).min(to);
        let places = (from.max(self.stack_pointer)..end).step_by(8);
        places.map_while(|at| Some((at, self.word(at)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code of no file, as managed code is, from 0x10000 on; thunks from 0x50000 on.
    const MAPS: &str = "10000-20000 r-xp 00000000 00:00 0 \n50000-51000 r-xp 00000000 00:00 0 \n";
    const THUNKS: Range<u64> = 0x5_0000..0x5_1000;
    const BASE: u64 = 0x7000_0000;

    fn walk(words: &[u64], brackets: &[Bracket]) -> Walk {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        Process::of_maps(MAPS, "/".into()).unwrap().walk(&ThreadStack {
            program_counter: 0x1_0001,
            stack_pointer: BASE,
            bytes: &bytes,
            brackets,
            thunks: &THUNKS,
        })
    }

    fn place(word: u64) -> u64 {
        BASE + 8 * word
    }

    fn bracket(word: u64, return_address: u64) -> Bracket {
        Bracket { stack_pointer: place(word), return_address, is_leave: true }
    }

    #[test]
    fn frame_pointers_lead_to_the_end() {
        // Two saved frame pointers with return addresses; the second leads to nothing.
        let found = walk(&[7, place(3), 0x1_1000, place(5), 0x1_2000, 0, 0], &[]);
        assert_eq!(found.frames, [0x1_0001, 0x1_0FFF, 0x1_1FFF].map(Frame::Managed));
        assert!(found.guessed && found.complete, "{found:?}");
    }

    #[test]
    fn thunks_are_replaced_by_what_they_took_away() {
        // At word 2 a thunk that leads straight to another: the inner one returns to the outer one.
        let brackets = [bracket(2, 0x1_1000), bracket(2, 0x5_0010)];
        let found = walk(&[7, place(3), 0x5_0020, 0, 0], &brackets);
        assert_eq!(
            found.frames,
            [Frame::Managed(0x1_0001), Frame::Border(1), Frame::Border(0), Frame::Managed(0x1_0FFF)]
        );
    }

    #[test]
    fn what_lies_below_a_border_may_stay_unknown() {
        // No frame pointer leads to the bracket at word 4, whose caller has its own right above, as the runtime notes it.
        let sp = place(5);
        let found = walk(
            &[7, 7, 7, 7, 0x5_0020, 1, sp, 0x1_1000, place(9), place(11), 0, 0],
            &[bracket(4, 0x1_1000)],
        );
        assert_eq!(
            found.frames,
            [Frame::Managed(0x1_0001), Frame::Gap, Frame::Border(0), Frame::Managed(0x1_0FFF)]
        );
        assert!(found.complete && !found.guessed, "{found:?}");
    }

    #[test]
    fn no_stack_is_too_odd_to_be_walked() {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        for _ in 0..2000 {
            let length = next(40);
            let words: Vec<u64> = (0..length)
                .map(|_| match next(5) {
                    0 => place(next(50)),
                    1 => 0x1_0000 + next(0x1_0000),
                    2 => 0x5_0000 + next(0x1000),
                    3 => u64::MAX - next(3),
                    _ => next(4),
                })
                .collect();
            let brackets: Vec<Bracket> = (0..next(4))
                .map(|_| bracket(next(50), [0, 0x1_1000, 0x5_0010, u64::MAX][next(4) as usize]))
                .collect();
            assert!(walk(&words, &brackets).frames.len() <= 2 * MAX_FRAMES);
        }
    }
}
