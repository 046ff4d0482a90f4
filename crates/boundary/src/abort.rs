//! When a task may be aborted, and how far an abort has come.
//!
//! An abort is a request. While the task delays aborts (a critical region) or prevents them (`ICLRTask2`), it is held
//! and goes out at the end of the last such region. An abort that is on its way when a region begins must not strike
//! inside it: [`AbortState::begin_delay`] waits until the runtime has taken the request, which it then acts on as the
//! task returns to managed code, so before the region's first instruction.
//!
//! An engine may not be able to hand a request over wherever the task is. Then it awaits a stop: the task offers one at places where
//! nothing can go wrong ([`AbortState::offer_stop`]), and stands there until the request is handed over. A region that begins
//! meanwhile takes the request back.
//!
//! Nothing here but the look whether a stop is awaited is on the crossing path, hence a plain lock; it is not held while anybody is
//! called.

use crate::host::HostResult;
use crate::sync::{AtomicU8, Condvar, Mutex, MutexGuard, lock, wait_while};
use clrhost_hresult::Hresult;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// How long the beginning of a region waits for an abort that is on its way. Handing a request to the runtime takes a fraction of a
/// millisecond, and seconds where hundreds of threads want each processor; an abort that comes after the wait is over strikes inside
/// the region, which may end the process. The limit keeps a task from hanging for good if the engine dies.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a task stands where it stopped. Where it holds something that handing the abort over needs, both would wait for good.
const STANDS: Duration = Duration::from_secs(30);

/// What is to be done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortRequest {
    /// Hand it to the runtime now, then call [`AbortState::accepted`] and [`AbortState::finished`].
    Deliver,
    /// Nothing yet: it goes out when the task's region ends.
    Held,
    /// An earlier request is still open.
    AlreadyRequested,
    /// The task has ended.
    Ended,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Held,
    /// On its way to the runtime.
    Delivering,
    /// The engine awaits a place where the request can be handed over.
    Awaiting,
    /// It is being handed over.
    HandingOver,
    /// Taken by the runtime: thrown as soon as the task runs managed code.
    Accepted,
    Ended,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    /// Open regions that delay aborts, begun by managed code.
    delays: u64,
    /// Open regions that prevent them, begun by the host.
    preventions: u64,
}

impl State {
    fn is_striking(&self) -> bool {
        matches!(self.phase, Phase::Delivering | Phase::HandingOver | Phase::Accepted)
    }

    fn is_on_its_way(&self) -> bool {
        matches!(self.phase, Phase::Delivering | Phase::HandingOver)
    }
}

/// What has come of awaiting a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The request can be handed over: the task stands, or is forced.
    Made,
    /// Not yet.
    Awaited,
    /// The request is held again, or the task has ended. Whoever awaited the stop has nothing more to do.
    Withdrawn,
}

/// How a task stands with aborts.
#[derive(Debug)]
pub struct AbortState {
    state: Mutex<State>,
    moved_on: Condvar,
    /// 1 while the phase is [`Phase::Awaiting`] or [`Phase::HandingOver`], else 0; a moment late.
    stop_is_awaited: AtomicU8,
    gate: AtomicU32,
    deaf: AtomicBool,
    nudged: AtomicBool,
    suspended: AtomicBool,
    sleeps_at_host: AtomicBool,
    passed_by: AtomicU32,
}

/// Where a task is, as far as it matters to an abort that is on its way.
pub mod gate {
    /// Managed code would let the exception out into native code, which ends the process: not now.
    pub const OUTSIDE: u32 = 0;
    /// The exception will be caught, or ends just the thread.
    pub const INSIDE: u32 = 1;
    /// As before, and somebody is aborting the task: it will not go outside before that is over.
    pub const ABORTING: u32 = 2;
}

impl Default for AbortState {
    fn default() -> Self {
        let gate = AtomicU32::new(gate::INSIDE);
        AbortState {
            state: Mutex::new(State::default()),
            moved_on: Condvar::new(),
            stop_is_awaited: AtomicU8::new(0),
            gate,
            deaf: AtomicBool::new(false),
            nudged: AtomicBool::new(false),
            suspended: AtomicBool::new(false),
            sleeps_at_host: AtomicBool::new(false),
            passed_by: AtomicU32::new(0),
        }
    }
}

impl AbortState {
    /// Somebody wants the task aborted.
    pub fn request(&self) -> AbortRequest {
        let mut state = self.lock();
        match state.phase {
            Phase::Ended => AbortRequest::Ended,
            Phase::Idle if state.delays + state.preventions > 0 => {
                state.phase = Phase::Held;
                AbortRequest::Held
            }
            Phase::Idle => {
                state.phase = Phase::Delivering;
                AbortRequest::Deliver
            }
            Phase::Held | Phase::Delivering | Phase::Awaiting | Phase::HandingOver | Phase::Accepted => {
                AbortRequest::AlreadyRequested
            }
        }
    }

    /// The engine cannot hand the request over before the task stops for it.
    pub fn await_stop(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Delivering {
            self.move_to(&mut state, Phase::Awaiting);
        }
    }

    /// What has come of it, after this time at most.
    pub fn stop(&self, at_most: Duration) -> Stop {
        let awaits = |state: &mut State| state.phase == Phase::Awaiting;
        match wait_while(&self.moved_on, self.lock(), at_most, awaits).phase {
            Phase::HandingOver => Stop::Made,
            Phase::Awaiting => Stop::Awaited,
            Phase::Idle | Phase::Held | Phase::Delivering | Phase::Accepted | Phase::Ended => Stop::Withdrawn,
        }
    }

    /// The task does not stop by itself, and the request is handed over wherever it is. If it comes to a stop meanwhile, it makes it.
    pub fn force_stop(&self) -> Stop {
        let mut state = self.lock();
        if state.phase != Phase::Awaiting {
            drop(state);
            return self.stop(Duration::ZERO);
        }
        self.move_to(&mut state, Phase::HandingOver);
        Stop::Made
    }

    /// If a stop is awaited, the task stops here until the request is handed over, which takes a few milliseconds. On the task's own
    /// thread, in native code that returns to managed code, or will call code that does. True if it stopped.
    #[inline]
    pub fn offer_stop(&self) -> bool {
        self.is_stop_awaited() && self.make_stop()
    }

    /// The runtime begins to hold the task's thread, or lets it go. On the task's own thread.
    pub fn set_suspended(&self, suspended: bool) {
        self.suspended.store(suspended, Ordering::Relaxed);
    }

    /// The runtime holds the thread.
    pub fn is_suspended(&self) -> bool {
        self.suspended.load(Ordering::Relaxed)
    }

    /// The host performs a sleep of the task, or is done with it. On the task's own thread.
    pub fn set_sleeps_at_host(&self, sleeps: bool) {
        self.sleeps_at_host.store(sleeps, Ordering::Relaxed);
    }

    /// The host performs a sleep of the task.
    pub fn sleeps_at_host(&self) -> bool {
        self.sleeps_at_host.load(Ordering::Relaxed)
    }

    /// The runtime holds the task's thread in managed code, where it could not be handed the request.
    pub fn pass_by(&self) {
        self.passed_by.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it was held so.
    pub fn passed_by(&self) -> u32 {
        self.passed_by.load(Ordering::Relaxed)
    }

    /// Somebody awaits a stop or uses one, or did a moment ago.
    #[inline]
    pub fn is_stop_awaited(&self) -> bool {
        self.stop_is_awaited.load(Ordering::Relaxed) != 0
    }

    #[cold]
    fn make_stop(&self) -> bool {
        let mut state = self.lock();
        match state.phase {
            Phase::Awaiting => self.move_to(&mut state, Phase::HandingOver),
            // It was thought not to come by here.
            Phase::HandingOver => {}
            _ => return false,
        }
        let is_handed_over = |state: &mut State| state.phase == Phase::HandingOver;
        drop(wait_while(&self.moved_on, state, STANDS, is_handed_over));
        true
    }

    /// The task's thread is about to end: it takes no more requests, and makes no stop. What is being handed over already goes on.
    pub fn ends(&self) {
        let mut state = self.lock();
        if !matches!(state.phase, Phase::HandingOver | Phase::Accepted) {
            self.move_to(&mut state, Phase::Ended);
        }
    }

    /// The runtime has taken the request.
    pub fn accepted(&self) {
        let mut state = self.lock();
        if state.is_on_its_way() {
            self.move_to(&mut state, Phase::Accepted);
        }
    }

    /// The abort is over: it was thrown, or could not be. A later one is a new request.
    pub fn finished(&self) {
        let mut state = self.lock();
        if state.is_striking() || state.phase == Phase::Awaiting {
            self.move_to(&mut state, Phase::Idle);
            self.deaf.store(false, Ordering::Relaxed);
            // The abort takes the place of an interruption that has not come.
            self.nudged.store(false, Ordering::Relaxed);
        }
    }

    /// Interrupts the task's wait by `wake`, which says whether it was in one, so that it makes the stop that is awaited.
    pub fn nudge(&self, wake: impl FnOnce() -> bool) {
        let before = self.nudged.swap(true, Ordering::Relaxed);
        if !wake() {
            self.nudged.store(before, Ordering::Relaxed);
        }
    }

    /// True if it was interrupted so since this was last asked.
    pub fn take_nudged(&self) -> bool {
        self.nudged.swap(false, Ordering::Relaxed)
    }

    /// The task waits where an abort does not strike, in a handler for example, so nobody is to wake it for one.
    pub fn is_deaf(&self) -> bool {
        self.deaf.load(Ordering::Relaxed)
    }

    /// The task begins such a wait, if an abort is on its way; else false, and nothing is done. On its own thread.
    pub fn become_deaf(&self) -> bool {
        // With the lock, so that the abort's end comes before or after both.
        let state = self.lock();
        let strikes = state.is_striking();
        self.deaf.store(strikes, Ordering::Relaxed);
        strikes
    }

    /// The task ends such a wait, or another one. On its own thread.
    pub fn hear_again(&self) {
        // Mostly it is as it was, and then others keep their copy of the line.
        if self.is_deaf() {
            self.deaf.store(false, Ordering::Relaxed);
        }
    }

    /// The task has ended; nothing reaches it any more.
    pub fn ended(&self) {
        self.move_to(&mut self.lock(), Phase::Ended);
    }

    /// One of the values of [`gate`]. Managed threads are inside until they end; a thread that came from native code is inside only
    /// where the engine catches the exception.
    pub fn gate(&self) -> &AtomicU32 {
        &self.gate
    }

    /// Goes outside for good, as the task's thread ends. False, and nothing done, while somebody is aborting the task.
    pub fn leave_gate(&self) -> bool {
        let left = |state| (state != gate::ABORTING).then_some(gate::OUTSIDE);
        self.gate.fetch_update(Ordering::AcqRel, Ordering::Acquire, left).is_ok()
    }

    /// True once the task has ended.
    pub fn has_ended(&self) -> bool {
        self.lock().phase == Phase::Ended
    }

    /// True from a request until its end.
    pub fn is_requested(&self) -> bool {
        !matches!(self.lock().phase, Phase::Idle | Phase::Ended)
    }

    /// True while an abort is on its way to the task: not while it is held back or awaits a stop, when nothing that happens to the task
    /// is its doing, but for a wait that is interrupted ([`take_nudged`](Self::take_nudged)).
    pub fn is_striking(&self) -> bool {
        self.lock().is_striking()
    }

    /// Waits for an abort that is on its way to the runtime, or awaits a stop. True if it strikes as soon as the task's thread is back in
    /// managed code, and no region keeps it from that; false if there is none. On the task's own thread.
    pub fn await_delivery(&self) -> bool {
        self.offer_stop();
        let on_its_way = |state: &mut State| state.is_on_its_way();
        let state = wait_while(&self.moved_on, self.lock(), PATIENCE, on_its_way);
        state.is_striking() && state.delays == 0
    }

    /// Managed code begins a region in which the task must not be aborted; regions nest. True if it is the outermost.
    pub fn begin_delay(&self) -> bool {
        self.lock().delays += 1;
        let state = self.wait_for_delivery();
        state.delays == 1
    }

    /// Ends a region. `Err(E_UNEXPECTED)`, and nothing done, if none had begun.
    pub fn end_delay(&self) -> HostResult<RegionEnd> {
        self.end_region(|state| &mut state.delays)
    }

    /// The host begins to prevent aborts; regions nest (contract: tasks, section 7).
    pub fn begin_prevent(&self) {
        self.lock().preventions += 1;
        drop(self.wait_for_delivery());
    }

    /// Ends such a region. `Err(E_UNEXPECTED)`, and nothing done, if none had begun.
    pub fn end_prevent(&self) -> HostResult<RegionEnd> {
        self.end_region(|state| &mut state.preventions)
    }

    /// Open regions of managed code that delay aborts.
    pub fn delays(&self) -> u64 {
        self.lock().delays
    }

    fn end_region(&self, count: impl Fn(&mut State) -> &mut u64) -> HostResult<RegionEnd> {
        let mut state = self.lock();
        let open = count(&mut state);
        if *open == 0 {
            return Err(Hresult::E_UNEXPECTED);
        }
        *open -= 1;
        let outermost = *open == 0;
        let deliver = state.delays + state.preventions == 0 && state.phase == Phase::Held;
        if deliver {
            state.phase = Phase::Delivering;
        }
        Ok(RegionEnd { outermost, deliver })
    }

    /// A region has begun: what is on its way is waited for, what awaits a stop is held.
    fn wait_for_delivery(&self) -> MutexGuard<'_, State> {
        let on_its_way = |state: &mut State| state.is_on_its_way();
        let mut state = wait_while(&self.moved_on, self.lock(), PATIENCE, on_its_way);
        if state.phase == Phase::Awaiting {
            self.move_to(&mut state, Phase::Held);
        }
        state
    }

    fn move_to(&self, state: &mut State, phase: Phase) {
        state.phase = phase;
        let stops = matches!(phase, Phase::Awaiting | Phase::HandingOver);
        self.stop_is_awaited.store(stops.into(), Ordering::Relaxed);
        self.moved_on.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// What the end of a region leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionEnd {
    /// No region of this kind is open any more.
    pub outermost: bool,
    /// A request was held and is to be handed to the runtime now.
    pub deliver: bool,
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_delivered_once() {
        let abort = AbortState::default();
        assert_eq!(abort.request(), AbortRequest::Deliver);
        assert_eq!(abort.request(), AbortRequest::AlreadyRequested);
        abort.accepted();
        assert_eq!(abort.request(), AbortRequest::AlreadyRequested);
        abort.finished();
        assert_eq!(abort.request(), AbortRequest::Deliver);
    }

    #[test]
    fn regions_hold_a_request_until_the_last_one_ends() {
        let abort = AbortState::default();
        assert!(abort.begin_delay());
        assert!(!abort.begin_delay());
        abort.begin_prevent();
        assert_eq!(abort.request(), AbortRequest::Held);
        assert_eq!(abort.request(), AbortRequest::AlreadyRequested);
        assert_eq!(abort.end_delay(), Ok(RegionEnd { outermost: false, deliver: false }));
        assert_eq!(abort.end_delay(), Ok(RegionEnd { outermost: true, deliver: false }));
        assert_eq!(abort.end_prevent(), Ok(RegionEnd { outermost: true, deliver: true }));
        assert!(abort.is_requested());
    }

    #[test]
    fn an_end_without_a_beginning_changes_nothing() {
        let abort = AbortState::default();
        assert_eq!(abort.end_delay(), Err(Hresult::E_UNEXPECTED));
        abort.begin_delay();
        assert_eq!(abort.end_prevent(), Err(Hresult::E_UNEXPECTED));
        assert_eq!(abort.delays(), 1);
    }

    #[test]
    fn a_region_does_not_begin_while_an_abort_is_on_its_way() {
        let abort = AbortState::default();
        assert_eq!(abort.request(), AbortRequest::Deliver);
        std::thread::scope(|scope| {
            let region = scope.spawn(|| {
                abort.begin_delay();
                abort.lock().phase
            });
            std::thread::sleep(Duration::from_millis(20));
            assert!(!region.is_finished());
            abort.accepted();
            assert_eq!(region.join().unwrap(), Phase::Accepted);
        });
    }

    #[test]
    fn a_task_goes_outside_only_when_nobody_aborts_it() {
        let abort = AbortState::default();
        abort.gate().store(gate::ABORTING, Ordering::Relaxed);
        assert!(!abort.leave_gate());
        assert_eq!(abort.gate().load(Ordering::Relaxed), gate::ABORTING);
        abort.gate().store(gate::INSIDE, Ordering::Relaxed);
        assert!(abort.leave_gate() && abort.leave_gate());
        assert_eq!(abort.gate().load(Ordering::Relaxed), gate::OUTSIDE);
    }

    #[test]
    fn an_ended_task_takes_no_request() {
        let abort = AbortState::default();
        abort.request();
        abort.ended();
        assert_eq!(abort.request(), AbortRequest::Ended);
        abort.finished();
        assert_eq!(abort.request(), AbortRequest::Ended);
    }
}
