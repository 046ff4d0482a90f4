//! Repairs of a task's brackets: what `longjmp`, `pthread_exit` or a defect left open, and closings that fit nothing.

use crate::block::{Counter, add, entry, flag, slot, untag};
use crate::crossing::Bracket;
use crate::owner::{CallSite, Ended, TaskOwner};
use crate::sync::Ordering::*;
use crate::target::TargetId;

/// What a closing crossing did that was not about the bracket on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It ended a bracket too deep to be kept.
    TooDeep,
    /// No open bracket fits it. What is open on top, if anything, stays open.
    Mismatch { open: Option<(Bracket, TargetId)> },
}

/// How much higher than the top bracket's stack pointer a new one has to be before the top is taken for jumped over,
/// when the two belong to different functions and the stack pointers are not those of the calls themselves. Such a source
/// takes them some frames below the crossing, and how many differs between kinds of crossing; 4 KiB is well above what was
/// seen (under 1 KiB).
const STALE_MARGIN: usize = 4096;

impl TaskOwner {
    /// Must [`unwind_stale`](Self::unwind_stale) look at the brackets? It would find nothing where the top one is within the
    /// margin and none of those at or below `stack_pointer` is under this key, which is common: the stack pointer of a callback
    /// may lie above that of the call it comes from. Looks at a few of them only.
    #[inline(always)]
    pub(crate) fn may_be_stale(&self, depth: usize, key: u64, stack_pointer: usize) -> bool {
        const LOOKED_AT: usize = 4;
        for back in 1..=LOOKED_AT {
            let Some(place) = depth.checked_sub(back).and_then(|at| self.block.entry(at)) else {
                return false;
            };
            let opened_at = place[entry::STACK_POINTER].load(Relaxed) as usize;
            if stack_pointer < opened_at {
                return false;
            }
            let is_far = back == 1 && stack_pointer - opened_at >= STALE_MARGIN;
            if is_far || place[entry::KEY].load(Relaxed) == key {
                return true;
            }
        }
        true
    }

    /// Before an opening crossing: closes the bracket on top if `longjmp` has jumped over it, which shows in the stack
    /// pointer: a call made inside it would lie below it. Call until `None`.
    ///
    /// Stack pointers outside the thread's own stack (fibers, alternate signal stacks) say nothing and are left alone.
    #[inline]
    pub(crate) fn unwind_stale(&self, key: u64, site: CallSite) -> Option<Ended> {
        let inside = self.block.kept().checked_sub(1)?;
        let opened_at = self.block.entry(inside)?[entry::STACK_POINTER].load(Relaxed) as usize;
        if site.stack_pointer < opened_at {
            return None;
        }
        self.unwind_if_stale(inside, opened_at, key, site)
    }

    #[cold]
    fn unwind_if_stale(&self, inside: usize, opened_at: usize, key: u64, site: CallSite) -> Option<Ended> {
        let stack = &self.task.identity.stack;
        if !stack.contains(&opened_at) || !stack.contains(&site.stack_pointer) {
            return None;
        }
        let (_, flags) = self.block.slot_at(inside)?;
        let stale = if site.exact && flags & flag::EXACT != 0 {
            // A function that calls in place of returning makes the call with the stack pointer it was called with.
            site.stack_pointer > opened_at || !site.is_tail_call
        } else {
            site.stack_pointer >= opened_at + STALE_MARGIN || self.was_opened_below(key, site.stack_pointer)
        };
        stale.then(|| self.unwind_top()).flatten()
    }

    /// Among the youngest brackets, those opened at or below `stack_pointer`: is one under this key? A function that
    /// is called inside itself is called from further down, so that bracket was jumped over, and all above it with it.
    fn was_opened_below(&self, key: u64, stack_pointer: usize) -> bool {
        let stack = &self.task.identity.stack;
        (0..self.block.kept())
            .rev()
            .take_while(|&depth| {
                let place = self.block.entry(depth);
                let opened_at = place.map_or(0, |place| place[entry::STACK_POINTER].load(Relaxed) as usize);
                opened_at <= stack_pointer && stack.contains(&opened_at)
            })
            .any(|depth| self.block.is_under(depth, key))
    }

    /// Before a closing crossing that is not about the bracket on top: closes that one if the bracket opened under
    /// `key` lies below it. Call until `None`.
    #[cold]
    pub(crate) fn unwind_above(&self, key: u64) -> Option<Ended> {
        // A bracket on top that is not kept may be the one: its key is not known.
        if self.block.counter(Counter::Deeper).load(Relaxed) > 0 {
            return None;
        }
        let opened_under = |depth: usize| self.block.is_under(depth, key);
        let inside = self.block.kept().checked_sub(1)?;
        (!opened_under(inside) && (0..inside).rev().any(opened_under)).then(|| self.unwind_top()).flatten()
    }

    /// Closes the bracket on top as unwound if it lies above the one at this depth. Call until `None`.
    #[inline]
    pub(crate) fn unwind_above_depth(&self, depth: usize) -> Option<Ended> {
        (self.depth() > depth + 1).then(|| self.unwind_top()).flatten()
    }

    /// A closing crossing that [`close_top`](Self::close_top) did not take and under which nothing was jumped over: a
    /// mismatch, or the end of a bracket too deep to be kept.
    #[cold]
    pub(crate) fn close_other(&self, bracket: Bracket) -> Closed {
        let deeper = self.block.counter(Counter::Deeper);
        if deeper.load(Relaxed) > 0 {
            self.block.change(|| {
                add(self.block.counter(other_closing(bracket)), 1);
                deeper.store(deeper.load(Relaxed) - 1, Relaxed);
            });
            return Closed::TooDeep;
        }
        self.block.change(|| {
            add(self.block.counter(other_closing(bracket)), 1);
            add(self.block.counter(Counter::Mismatches), 1);
        });
        let top = self.block.kept().checked_sub(1).and_then(|inside| self.block.slot_at(inside));
        Closed::Mismatch { open: top.map(|(words, _)| untag(words[slot::TAG].load(Relaxed))) }
    }

    /// Closes the bracket on top as unwound: counted as such, not timed, since nobody saw when it ended.
    #[cold]
    pub(crate) fn unwind_top(&self) -> Option<Ended> {
        let deeper = self.block.counter(Counter::Deeper);
        if deeper.load(Relaxed) > 0 {
            self.block.change(|| {
                add(self.block.counter(Counter::Unwound), 1);
                deeper.store(deeper.load(Relaxed) - 1, Relaxed);
            });
            return Some(Ended { bracket: Bracket::Leave, target: TargetId::OVERFLOW, hosted: false });
        }
        let inside = self.block.kept().checked_sub(1)?;
        let place = self.block.entry(inside)?;
        let (words, flags) = self.block.slot_at(inside)?;
        self.block.change(|| {
            add(self.block.counter(Counter::Unwound), 1);
            add(&words[slot::UNWOUND], 1);
            self.block.give_back_unwound(inside, place);
        });
        Some(Ended::of(words, flags))
    }
}

/// The counter of closing crossings that belong to no slot.
fn other_closing(bracket: Bracket) -> Counter {
    match bracket {
        Bracket::Leave => Counter::OtherEnter,
        Bracket::ReverseEnter => Counter::OtherReverseLeave,
    }
}
