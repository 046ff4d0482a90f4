//! The border itself: what a source calls for each crossing.

use crate::crossing::{Bracket, Crossing};
use crate::layer::HostingLayer;
use crate::owner::{CallSite, Ended, Resolved, TaskOwner};
use crate::registry::Registry;
use crate::repair::Closed;
use crate::snapshot::Snapshot;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use crate::target::{Target, TargetDescription, TargetId};
use crate::task::{Task, TaskIdentity};
use std::collections::HashSet;

/// Where times come from.
pub trait Clock {
    /// The time now in ticks that never run backwards on one thread. Must not block, allocate or touch `errno`.
    fn now(&self) -> u64;

    /// The same if it takes no call, as when a processor's counter is read. To be inlined always.
    #[inline(always)]
    fn now_without_call(&self) -> Option<u64> {
        None
    }
}

/// Registry, host and clock of one process.
///
/// The crossing methods take two constants instead of looking at settings, so that a source picks its version of them
/// once: `TIMED` takes times and histograms, `HOSTED` calls the host.
pub struct Boundary<C> {
    registry: Registry,
    layer: Option<HostingLayer>,
    clock: C,
    /// Raised when keys lose their meaning, so that what threads remember of them does too.
    epoch: AtomicU64,
    /// Calls for which a task had no memory.
    lost: AtomicU64,
}

impl<C: Clock> Boundary<C> {
    /// A border without tasks. `layer` is the host, if there is one.
    pub fn new(layer: Option<HostingLayer>, clock: C) -> Self {
        Boundary {
            registry: Registry::new(),
            layer,
            clock,
            epoch: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        }
    }

    /// Calls that are in no other number, because there was no memory for the numbers of their target.
    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    #[cold]
    fn lose(&self) {
        self.lost.fetch_add(1, Relaxed);
    }

    /// Tasks and targets.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The agreement with the host, if there is one.
    pub fn layer(&self) -> Option<&HostingLayer> {
        self.layer.as_ref()
    }

    /// The clock that times crossings.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// Makes the task of the calling thread, before or at its first crossing. The host is asked about it only where it
    /// `is_hosts`: threads of the source's own are not the host's business. Locks and allocates.
    ///
    /// # Panics
    /// Without memory for the task's numbers.
    pub fn start_task(&self, identity: TaskIdentity, is_hosts: bool) -> TaskOwner {
        self.try_start_task(identity, is_hosts).expect("there is memory for the numbers of a task")
    }

    /// The same, and `None` where there is no memory for the task's numbers, some megabytes of addresses. (The few hundred bytes of the
    /// task itself have to be there.)
    pub fn try_start_task(&self, identity: TaskIdentity, is_hosts: bool) -> Option<TaskOwner> {
        let cache = TaskOwner::try_new_cache()?;
        let owner = TaskOwner::with_cache(self.registry.try_add_task(identity)?, cache);
        if let (Some(layer), true) = (&self.layer, is_hosts) {
            owner.set_hosted(layer.call("SetCLRTask", |manager| manager.task_started(owner.task())));
        }
        Some(owner)
    }

    /// Ends the task of the calling thread. Brackets still open are closed as unwound, youngest first, and their
    /// targets handed back.
    pub fn end_task(&self, owner: TaskOwner) -> Vec<TargetId> {
        let mut left_open = owner.take_left_open();
        while let Some(unwound) = owner.unwind_top() {
            left_open.push(unwound.target);
            self.tell_ended(&owner, unwound);
        }
        if let (Some(layer), true) = (&self.layer, owner.is_hosted()) {
            layer.call("ExitTask", |manager| manager.task_ended(owner.task()));
        }
        owner.task().abort().ended();
        self.registry.end_task(owner.task(), &left_open);
        left_open
    }

    /// Binds a target under a key of the source's choice and asks the host about it. Locks and allocates.
    ///
    /// A key stands for one target and one direction; `u64::MAX` is not one.
    pub fn bind(&self, key: u64, description: TargetDescription) -> TargetId {
        let calls_native_code = description.kind.is_native();
        let id = self.registry.targets().bind(key, description);
        if let (Some(layer), Some(target), true) = (&self.layer, self.target(id), calls_native_code) {
            // Asked now rather than at the first crossing, where a host would not expect the question.
            target.needs_hook(layer);
        }
        id
    }

    /// Makes a target for a source that knows by itself where it is called, as a thunk does. The host is not asked about
    /// it; [`needs_hook`](Self::needs_hook) does that.
    pub fn add_target(&self, description: TargetDescription) -> TargetId {
        self.registry.targets().add(description)
    }

    /// Forgets these keys, because the code they stood for was unloaded. Targets bound under them keep their numbers
    /// and counts; a key that comes again is bound anew, on every thread.
    pub fn forget_keys(&self, keys: &HashSet<u64>) {
        self.registry.targets().forget_keys(keys);
        // Relaxed: a key comes again only after the runtime's loader has handed its memory to other code, with locks
        // of its own in between.
        self.epoch.fetch_add(1, Relaxed);
    }

    /// Whether the host wants to hear of calls to this target; yes where there is no host. Asks it the first time.
    pub fn needs_hook(&self, id: TargetId) -> bool {
        match (&self.layer, self.target(id)) {
            (Some(layer), Some(target)) => target.needs_hook(layer),
            _ => true,
        }
    }

    /// The target with this number.
    #[inline]
    pub fn target(&self, id: TargetId) -> Option<&Target> {
        self.registry.targets().get(id)
    }

    /// [`leave`](Self::leave) or [`reverse_enter`](Self::reverse_enter) without a host, if there is nothing to it but
    /// counting and timing: the thread knows the key, and no bracket was jumped over. Else false, and nothing done.
    ///
    /// Makes no call and cannot panic.
    #[inline(always)]
    pub fn try_open<const TIMED: bool>(&self, owner: &TaskOwner, key: u64, sp: usize) -> bool {
        let epoch = self.epoch.load(Relaxed);
        match self.time_without_call::<TIMED>() {
            Some(now) => owner.try_open::<TIMED>(key, epoch, now, sp),
            None => false,
        }
    }

    /// [`enter`](Self::enter) or [`reverse_leave`](Self::reverse_leave) without a host, if it is about the bracket on
    /// top: whether the host accepted that. Else `None`, and nothing done.
    ///
    /// Makes no call and cannot panic.
    #[inline(always)]
    pub fn try_close<const TIMED: bool>(&self, owner: &TaskOwner, key: u64) -> Option<bool> {
        owner.try_close::<TIMED>(key, self.time_without_call::<TIMED>()?)
    }

    /// Managed code calls native code. `key` is what the source knows the target by; `bind` is asked for its number
    /// when the key is not bound yet. `sp` is an address in the frame that makes the crossing.
    pub fn leave<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        key: u64,
        sp: usize,
        bind: impl FnOnce() -> TargetId,
    ) {
        self.open::<TIMED, HOSTED>(owner, Bracket::Leave, key, sp, bind);
    }

    /// The native code that [`leave`](Self::leave) called under the same key has returned.
    pub fn enter<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        key: u64,
        bind: impl FnOnce() -> TargetId,
    ) {
        self.close::<TIMED, HOSTED>(owner, Bracket::Leave, key, bind);
    }

    /// Native code calls managed code. The arguments are those of [`leave`](Self::leave).
    pub fn reverse_enter<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        key: u64,
        sp: usize,
        bind: impl FnOnce() -> TargetId,
    ) {
        self.open::<TIMED, HOSTED>(owner, Bracket::ReverseEnter, key, sp, bind);
    }

    /// The managed code that [`reverse_enter`](Self::reverse_enter) called under the same key has returned.
    pub fn reverse_leave<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        key: u64,
        bind: impl FnOnce() -> TargetId,
    ) {
        self.close::<TIMED, HOSTED>(owner, Bracket::ReverseEnter, key, bind);
    }

    #[inline]
    fn open<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        bracket: Bracket,
        key: u64,
        sp: usize,
        bind: impl FnOnce() -> TargetId,
    ) {
        let site = CallSite::about(sp);
        self.unwind_stale(owner, key, site);
        let find = || self.find(key, bind);
        let Some(resolved) = owner.resolve(bracket, key, self.epoch.load(Relaxed), find) else {
            return self.lose();
        };
        self.open_resolved::<TIMED, HOSTED>(owner, bracket, key, resolved, site);
    }

    #[inline]
    fn unwind_stale(&self, owner: &TaskOwner, key: u64, site: CallSite) {
        while let Some(unwound) = owner.unwind_stale(key, site) {
            self.tell_ended(owner, unwound);
        }
    }

    #[inline]
    fn open_resolved<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        bracket: Bracket,
        key: u64,
        resolved: Resolved<'_>,
        site: CallSite,
    ) {
        // Read last in an opening crossing and first in a closing one: the time is the callee's, not ours.
        let kept = owner.open::<TIMED>(key, resolved, self.time::<TIMED>(), site);
        // Of a bracket that is not kept nobody would know at its end that the host has to hear of it.
        if HOSTED
            && kept
            && let Some(target) = self.reported(bracket, resolved.target())
        {
            self.tell_opened::<TIMED>(owner, bracket, target);
        }
    }

    /// A call over the border, as a thunk sees it: of a target that is bound already, made with the stack pointer
    /// `sp`, at which the return address lies. `is_tail_call` says that this leads into a thunk.
    ///
    /// Gives the bracket's address, for [`close_bracket`](Self::close_bracket). `None` if the bracket is too deep to be
    /// kept: then the call is counted and its return must not be reported. `None` too without memory for the target's numbers: then it
    /// counts as [`lost`](Self::lost).
    #[inline]
    pub fn open_exact<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        bracket: Bracket,
        target: TargetId,
        key: u64,
        sp: usize,
        is_tail_call: bool,
    ) -> Option<u64> {
        let site = CallSite { stack_pointer: sp, exact: true, is_tail_call };
        self.unwind_stale(owner, key, site);
        let Some(resolved) = owner.resolve_target(bracket, target) else {
            self.lose();
            return None;
        };
        if !owner.has_room() {
            owner.count_untimed(resolved);
            return None;
        }
        let depth = owner.block.kept();
        self.open_resolved::<TIMED, HOSTED>(owner, bracket, key, resolved, site);
        Some(owner.block.address_of(depth))
    }

    /// Tells the host of the bracket on top, which was just opened. `target` is what it is about, which the host wants to hear
    /// of.
    #[inline(always)]
    pub fn tell_opened<const TIMED: bool>(&self, owner: &TaskOwner, bracket: Bracket, target: &Target) {
        if let Some(accepted) = self.tell(owner, bracket.opening(), target) {
            owner.host_answered::<TIMED>(accepted, self.time::<TIMED>());
        }
    }

    /// Closes the brackets that were jumped over, as far as a call made with this stack pointer shows it.
    #[inline]
    pub fn unwind_jumped_over(&self, owner: &TaskOwner, sp: usize, is_tail_call: bool) {
        self.unwind_stale(owner, u64::MAX, CallSite { stack_pointer: sp, exact: true, is_tail_call });
    }

    /// The call of this bracket has returned. Brackets above it, which were jumped over, are closed as unwound.
    ///
    /// What was called. `None` if no such bracket is open: it was taken for jumped over.
    #[inline]
    pub fn close_bracket<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        address: u64,
    ) -> Option<TargetId> {
        let now = self.time::<TIMED>();
        let inside = owner.block.depth_of(address)?;
        while let Some(unwound) = owner.unwind_above_depth(inside) {
            self.tell_ended(owner, unwound);
        }
        let (words, flags) = owner.close_at::<TIMED>(inside + 1, now)?;
        let ended = Ended::of(words, flags);
        if HOSTED {
            self.tell_ended(owner, ended);
        }
        Some(ended.target)
    }

    /// The call of this bracket is left without returning, by an exception or because the thread ends. It is closed as
    /// unwound, after all above it. False if no such bracket is open.
    #[cold]
    pub fn unwind_bracket(&self, owner: &TaskOwner, address: u64, thread_ends: bool) -> bool {
        let Some(inside) = owner.block.depth_of(address) else { return false };
        while owner.depth() > inside {
            let Some(unwound) = owner.unwind_top() else { break };
            if thread_ends {
                owner.note_left_open(unwound.target);
            }
            self.tell_ended(owner, unwound);
        }
        true
    }

    #[inline]
    fn close<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        bracket: Bracket,
        key: u64,
        bind: impl FnOnce() -> TargetId,
    ) {
        let now = self.time::<TIMED>();
        match owner.close_top::<TIMED>(key, now) {
            Some(ended) if HOSTED => self.tell_ended(owner, ended),
            Some(_) => {}
            None => self.close_elsewhere::<TIMED>(owner, bracket, key, now, bind),
        }
    }

    /// A closing crossing that is not about the bracket on top: what lies above its own was jumped over, or it fits
    /// none.
    #[cold]
    fn close_elsewhere<const TIMED: bool>(
        &self,
        owner: &TaskOwner,
        bracket: Bracket,
        key: u64,
        now: u64,
        bind: impl FnOnce() -> TargetId,
    ) {
        while let Some(unwound) = owner.unwind_above(key) {
            self.tell_ended(owner, unwound);
        }
        if let Some(ended) = owner.close_top::<TIMED>(key, now) {
            self.tell_ended(owner, ended);
        } else if let Closed::Mismatch { open } = owner.close_other(bracket) {
            self.registry.mismatch(owner.task(), bracket.closing(), bind(), open);
        }
    }

    /// The number bound under `key`, from `bind` only if there is none yet: asking costs a source more than a look
    /// under a short lock, and a thread with more targets than its cache holds comes here often.
    #[cold]
    fn find(&self, key: u64, bind: impl FnOnce() -> TargetId) -> TargetId {
        self.registry.targets().known(key).unwrap_or_else(bind)
    }

    #[inline(always)]
    fn time_without_call<const TIMED: bool>(&self) -> Option<u64> {
        if TIMED { self.clock.now_without_call() } else { Some(0) }
    }

    #[inline]
    fn time<const TIMED: bool>(&self) -> u64 {
        if TIMED { self.clock.now() } else { 0 }
    }

    /// The target, if the host wants to hear of calls to it.
    #[inline]
    fn reported(&self, bracket: Bracket, target: TargetId) -> Option<&Target> {
        let target = self.target(target)?;
        (bracket == Bracket::ReverseEnter || target.needs_hook(self.layer.as_ref()?)).then_some(target)
    }

    /// Calls the host for a crossing of a target that it wants to hear of: whether it answered `S_OK`. `None` if it was not
    /// called, as the layer is shut or the host refused the task.
    ///
    /// For sources that open and close brackets by themselves ([`layout`](crate::layout)): they note the answer to an opening
    /// crossing in the bracket, and tell the closing one only if it was `Some(true)`.
    #[inline(always)]
    pub fn tell(&self, owner: &TaskOwner, crossing: Crossing, target: &Target) -> Option<bool> {
        let layer = self.layer.as_ref().filter(|layer| owner.is_hosted() && !layer.is_shut())?;
        let task: &Task = owner.task();
        let method = crossing.method();
        Some(match crossing {
            Crossing::Leave => layer.call(method, |host| host.leave_runtime(task, target)),
            Crossing::Enter => layer.call(method, |host| host.enter_runtime(task, target)),
            Crossing::ReverseEnter => layer.call(method, |host| host.reverse_enter_runtime(task, target)),
            Crossing::ReverseLeave => layer.call(method, |host| host.reverse_leave_runtime(task, target)),
        })
    }

    /// A host that accepted the opening call hears of the end, however the bracket ended.
    #[inline]
    fn tell_ended(&self, owner: &TaskOwner, ended: Ended) {
        if ended.hosted
            && let Some(target) = self.target(ended.target)
        {
            self.tell(owner, ended.bracket.closing(), target);
        }
    }

    /// Everything counted so far, read while the tasks run on.
    pub fn snapshot(&self) -> Snapshot {
        let now = self.clock.now();
        self.registry.snapshot(now)
    }
}
