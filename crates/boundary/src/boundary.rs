//! The border itself: what a source calls for each crossing.

use crate::crossing::{Bracket, Crossing};
use crate::layer::HostingLayer;
use crate::registry::Registry;
use crate::snapshot::Snapshot;
use crate::target::{Target, TargetDescription, TargetId};
use crate::task::{Closed, TaskIdentity, TaskOwner, Unwound};
use std::sync::Arc;

/// Where times come from.
pub trait Clock {
    /// The time now in ticks that never run backwards on one thread. Must not block, allocate or touch `errno`.
    fn now(&self) -> u64;
}

/// Registry, host and clock of one process.
///
/// The crossing methods take two constants instead of looking at settings, so that a source picks its version of them
/// once: `TIMED` takes times and histograms, `HOSTED` calls the host.
pub struct Boundary<C> {
    registry: Registry,
    layer: Option<HostingLayer>,
    clock: C,
}

impl<C: Clock> Boundary<C> {
    /// A border without tasks. `layer` is the host, if there is one.
    pub fn new(layer: Option<HostingLayer>, clock: C) -> Self {
        Boundary { registry: Registry::new(), layer, clock }
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

    /// Makes the task of the calling thread, at its first crossing. Locks and allocates.
    pub fn start_task(&self, identity: TaskIdentity) -> TaskOwner {
        let owner = TaskOwner::new(self.registry.add_task(identity));
        if let Some(layer) = &self.layer {
            owner.set_hosted(layer.call("SetCLRTask", |manager| manager.task_started(owner.task())));
        }
        owner
    }

    /// Ends the task of the calling thread. Brackets still open are closed as unwound, youngest first, and their
    /// targets handed back.
    pub fn end_task(&self, owner: TaskOwner) -> Vec<TargetId> {
        let mut left_open = Vec::new();
        while let Some(unwound) = owner.unwind_top() {
            left_open.push(unwound.target);
            self.tell_unwound(&owner, unwound);
        }
        if let (Some(layer), true) = (&self.layer, owner.is_hosted()) {
            layer.call("ExitTask", |manager| manager.task_ended(owner.task()));
        }
        self.registry.end_task(owner.task(), &left_open);
        left_open
    }

    /// Binds a target under a key of the source's choice and asks the host about it. Locks and allocates.
    pub fn bind(&self, key: (u64, u64), description: TargetDescription) -> TargetId {
        let calls_native_code = description.kind.is_native();
        let id = self.registry.targets().bind(key, description);
        if let (Some(layer), Some(target), true) = (&self.layer, self.target(id), calls_native_code) {
            // Asked now rather than at the first crossing, where a host would not expect the question.
            target.needs_hook(layer);
        }
        id
    }

    /// The target with this number.
    pub fn target(&self, id: TargetId) -> Option<&Target> {
        self.registry.targets().get(id)
    }

    /// Managed code calls native code.
    #[inline]
    pub fn leave<const TIMED: bool, const HOSTED: bool>(&self, owner: &TaskOwner, target: TargetId, sp: usize) {
        self.open::<TIMED, HOSTED>(owner, Bracket::Leave, target, sp);
    }

    /// The native code that [`leave`](Self::leave) called has returned.
    #[inline]
    pub fn enter<const TIMED: bool, const HOSTED: bool>(&self, owner: &TaskOwner, target: TargetId) {
        self.close::<TIMED, HOSTED>(owner, Bracket::Leave, target);
    }

    /// Native code calls managed code.
    #[inline]
    pub fn reverse_enter<const TIMED: bool, const HOSTED: bool>(&self, owner: &TaskOwner, method: TargetId, sp: usize) {
        self.open::<TIMED, HOSTED>(owner, Bracket::ReverseEnter, method, sp);
    }

    /// The managed code that [`reverse_enter`](Self::reverse_enter) called has returned.
    #[inline]
    pub fn reverse_leave<const TIMED: bool, const HOSTED: bool>(&self, owner: &TaskOwner, method: TargetId) {
        self.close::<TIMED, HOSTED>(owner, Bracket::ReverseEnter, method);
    }

    #[inline]
    fn open<const TIMED: bool, const HOSTED: bool>(
        &self,
        owner: &TaskOwner,
        bracket: Bracket,
        target: TargetId,
        sp: usize,
    ) {
        while let Some(unwound) = owner.unwind_stale(bracket, target, sp) {
            self.tell_unwound(owner, unwound);
        }
        // Read last in an opening crossing and first in a closing one: the time is the callee's, not ours.
        owner.open::<TIMED>(bracket, target, self.time::<TIMED>(), sp);
        if HOSTED && self.tell(owner, bracket.opening(), target) {
            owner.accept_top::<TIMED>(self.time::<TIMED>());
        }
    }

    #[inline]
    fn close<const TIMED: bool, const HOSTED: bool>(&self, owner: &TaskOwner, bracket: Bracket, target: TargetId) {
        let now = self.time::<TIMED>();
        while let Some(unwound) = owner.unwind_above(bracket, target) {
            self.tell_unwound(owner, unwound);
        }
        match owner.close::<TIMED>(bracket, target, now) {
            Closed::Bracket { hosted } => {
                if HOSTED && hosted {
                    self.tell(owner, bracket.closing(), target);
                }
            }
            Closed::Mismatch { open } => self.registry.mismatch(owner.task(), bracket.closing(), target, open),
        }
    }

    #[inline]
    fn time<const TIMED: bool>(&self) -> u64 {
        if TIMED { self.clock.now() } else { 0 }
    }

    /// Calls the host for a crossing; true when it answered `S_OK`. Not called for a task the host refused, nor, for
    /// the forward pair, for a target it does not want reported.
    fn tell(&self, owner: &TaskOwner, crossing: Crossing, target: TargetId) -> bool {
        let (Some(layer), Some(target), true) = (&self.layer, self.target(target), owner.is_hosted()) else {
            return false;
        };
        let task: &Arc<_> = owner.task();
        match crossing {
            Crossing::Leave => {
                target.needs_hook(layer) && layer.call(crossing.method(), |host| host.leave_runtime(task, target))
            }
            Crossing::Enter => layer.call(crossing.method(), |host| host.enter_runtime(task, target)),
            Crossing::ReverseEnter => layer.call(crossing.method(), |host| host.reverse_enter_runtime(task, target)),
            Crossing::ReverseLeave => layer.call(crossing.method(), |host| host.reverse_leave_runtime(task, target)),
        }
    }

    /// A host that was told of the opening hears of the closing too, however the bracket ended.
    fn tell_unwound(&self, owner: &TaskOwner, unwound: Unwound) {
        if unwound.hosted {
            self.tell(owner, unwound.bracket.closing(), unwound.target);
        }
    }

    /// Everything counted so far, read while the tasks run on.
    pub fn snapshot(&self) -> Snapshot {
        let now = self.clock.now();
        self.registry.snapshot(now)
    }
}
