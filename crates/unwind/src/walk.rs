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
            let mut crossed = None;
            let mut read = |address| {
                let word = stack.word(address).ok_or(())?;
                if !stack.thunks.contains(&word) {
                    return Ok(word);
                }
                let index =
                    stack.brackets.iter().rposition(|bracket| bracket.stack_pointer == address).ok_or(())?;
                crossed = Some(index);
                Ok(stack.brackets[index].return_address)
            };
            match self.unwind(frame, &mut registers, &mut read) {
                Ok(Some(caller)) => {
                    walk.frames.extend(crossed.map(Frame::Border));
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

    /// The words between two addresses, with where they are.
    fn words(&self, from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        let end = self.stack_pointer.saturating_add(self.bytes.len() as u64).min(to);
        let places = (from.max(self.stack_pointer)..end).step_by(8);
        places.map_while(|at| Some((at, self.word(at)?)))
    }
}
