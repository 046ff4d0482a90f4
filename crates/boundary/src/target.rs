//! What is called over the border: native functions, and managed methods that native code calls.

use crate::host::{HostResult, TaskManager};
use crate::layer::HostingLayer;
use crate::sync::{self, RwLock, read, write};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// How many targets are kept apart. Further ones share [`TargetId::OVERFLOW`], and the report says so.
pub(crate) const MAX_TARGETS: usize = if cfg!(loom) {
    4
} else if cfg!(miri) {
    1 << 8
} else {
    1 << 17
};
const PER_CHUNK: usize = if cfg!(miri) { 1 << 5 } else { 1 << 10 };

/// Dense number of a target, given in the order of binding and valid for the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetId(u32);

impl TargetId {
    /// Stands for every target beyond the number that can be kept apart.
    pub const OVERFLOW: TargetId = TargetId(0);

    /// The number as an index below the maximum number of targets.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The target with this index; one that is out of range counts as the last that can be kept apart.
    #[inline]
    pub fn from_index(index: usize) -> TargetId {
        TargetId(index.min(MAX_TARGETS - 1) as u32)
    }
}

/// In which way a target is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A method with `DllImport` or `LibraryImport`.
    PInvoke,
    /// A call through a function pointer whose target the source does not know.
    FunctionPointer,
    /// A delegate made from a function pointer: managed code invokes it, native code runs.
    NativeDelegate,
    /// A delegate handed to native code, which calls it.
    Delegate,
    /// A method with `UnmanagedCallersOnly`.
    UnmanagedCallersOnly,
    /// A managed method that native code calls in a way the source does not know.
    UnknownCallback,
    /// A wait of the runtime's own, reported to a host as a call into the operating system.
    RuntimeWait,
    /// The body of a managed thread, called by the thread that was made for it.
    ThreadStart,
    /// The one that stands for all targets beyond the number that can be kept apart.
    Overflow,
}

impl TargetKind {
    /// True when reaching the target leaves managed code, false when it enters it.
    pub const fn is_native(self) -> bool {
        match self {
            TargetKind::PInvoke
            | TargetKind::FunctionPointer
            | TargetKind::NativeDelegate
            | TargetKind::RuntimeWait
            | TargetKind::Overflow => true,
            TargetKind::Delegate
            | TargetKind::UnmanagedCallersOnly
            | TargetKind::ThreadStart
            | TargetKind::UnknownCallback => false,
        }
    }

    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            TargetKind::PInvoke => "pinvoke",
            TargetKind::FunctionPointer => "function_pointer",
            TargetKind::NativeDelegate => "native_delegate",
            TargetKind::Delegate => "delegate",
            TargetKind::UnmanagedCallersOnly => "unmanaged_callers_only",
            TargetKind::UnknownCallback => "unknown_callback",
            TargetKind::RuntimeWait => "runtime_wait",
            TargetKind::ThreadStart => "thread_start",
            TargetKind::Overflow => "overflow",
        }
    }
}

/// Whose code holds the declaration of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `System.Private.CoreLib`.
    CoreLib,
    /// Another assembly of the shared framework.
    Framework,
    /// The application or one of its packages.
    User,
    /// Not known, as for a call through a function pointer.
    Unknown,
}

impl Origin {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::CoreLib => "corelib",
            Origin::Framework => "framework",
            Origin::User => "user",
            Origin::Unknown => "unknown",
        }
    }
}

/// What a source knows of a target when it binds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetDescription {
    /// In which way the target is reached.
    pub kind: TargetKind,
    /// Whose code declares it.
    pub origin: Origin,
    /// The managed method: the declaration of a P/Invoke, the delegate's `Invoke`, the called method.
    pub method: String,
    /// File name of the managed assembly that declares it, where known.
    pub assembly: Option<String>,
    /// Native library as the declaration names it, where known.
    pub library: Option<String>,
    /// Entry point in that library, where known.
    pub symbol: Option<String>,
    /// File of the native library that holds the code, where the source knows it.
    pub file: Option<String>,
    /// Address of the native code, where the source knows it. An identifier: it may lie outside every image.
    pub address: Option<usize>,
    /// The declaration carries `SuppressGCTransition`.
    pub suppress_gc_transition: bool,
    /// The host has another function called in its place; `address` is still its own.
    pub substituted: bool,
}

impl TargetDescription {
    /// A description that knows the kind and a name and nothing else.
    pub fn named(kind: TargetKind, method: impl Into<String>) -> Self {
        TargetDescription {
            kind,
            origin: Origin::Unknown,
            method: method.into(),
            assembly: None,
            library: None,
            symbol: None,
            file: None,
            address: None,
            suppress_gc_transition: false,
            substituted: false,
        }
    }
}

/// A bound target.
#[derive(Debug)]
pub struct Target {
    id: TargetId,
    description: TargetDescription,
    needs_hook: sync::OnceLock<bool>,
}

impl Target {
    /// Its number.
    #[inline]
    pub fn id(&self) -> TargetId {
        self.id
    }

    /// What is known of it.
    pub fn description(&self) -> &TargetDescription {
        &self.description
    }

    /// The value the contract calls `target`: the address where it is known, else 0 (contract: tasks, section 4.2,
    /// "What 'target' is").
    pub fn address(&self) -> usize {
        self.description.address.unwrap_or(0)
    }

    /// Whether the host wants `LeaveRuntime` and `EnterRuntime` for this target.
    ///
    /// The host is asked once. Threads that reach the target while it is being asked wait for the answer, as they
    /// cannot go on without it; a failure or a panic of the host counts as "yes", the answer that loses nothing.
    ///
    /// Waits of the runtime's own are reported without asking (contract: tasks, section 4.2, "When the calls are really
    /// made").
    #[inline]
    pub(crate) fn needs_hook(&self, layer: &HostingLayer) -> bool {
        if self.description.kind == TargetKind::RuntimeWait {
            return true;
        }
        *self.needs_hook.get_or_init(|| {
            let mut answer = true;
            let ask = |manager: &dyn TaskManager| -> HostResult {
                answer = manager.call_needs_host_hook(self)?;
                Ok(())
            };
            let answered = layer.call("CallNeedsHostHook", ask);
            !answered || answer
        })
    }
}

/// Every bound target, by number (without a lock) and by the key of the source that bound it.
pub(crate) struct Targets {
    chunks: [OnceLock<Box<[OnceLock<Target>]>>; MAX_TARGETS.div_ceil(PER_CHUNK)],
    /// Mostly read. Nobody who looks up a key is to wait for another who does and was preempted.
    bound: RwLock<Bound>,
}

struct Bound {
    next: usize,
    refused: u64,
    by_key: HashMap<u64, TargetId>,
}

impl Targets {
    pub(crate) fn new() -> Self {
        let targets = Targets {
            chunks: std::array::from_fn(|_| OnceLock::new()),
            bound: RwLock::new(Bound { next: 1, refused: 0, by_key: HashMap::new() }),
        };
        let overflow =
            TargetDescription::named(TargetKind::Overflow, "(more targets than clrhost keeps apart)");
        targets.place(TargetId::OVERFLOW, overflow);
        targets
    }

    /// The number of a new target, for a source that knows by itself where it is called.
    pub(crate) fn add(&self, description: TargetDescription) -> TargetId {
        self.place_next(&mut write(&self.bound), description)
    }

    fn place_next(&self, bound: &mut Bound, description: TargetDescription) -> TargetId {
        if bound.next >= MAX_TARGETS {
            bound.refused += 1;
            return TargetId::OVERFLOW;
        }
        let id = TargetId::from_index(bound.next);
        bound.next += 1;
        self.place(id, description);
        id
    }

    /// The number of the target with this key, bound now if it was not.
    pub(crate) fn bind(&self, key: u64, description: TargetDescription) -> TargetId {
        let mut bound = write(&self.bound);
        if let Some(&id) = bound.by_key.get(&key) {
            return id;
        }
        let id = self.place_next(&mut bound, description);
        if id != TargetId::OVERFLOW {
            bound.by_key.insert(key, id);
        }
        id
    }

    /// The number of the target that was bound under this key.
    pub(crate) fn known(&self, key: u64) -> Option<TargetId> {
        read(&self.bound).by_key.get(&key).copied()
    }

    /// Forgets keys whose meaning ended (unloaded code); their targets keep numbers and counts.
    pub(crate) fn forget_keys(&self, keys: &HashSet<u64>) {
        write(&self.bound).by_key.retain(|key, _| !keys.contains(key));
    }

    #[inline]
    pub(crate) fn get(&self, id: TargetId) -> Option<&Target> {
        self.chunks[id.index() / PER_CHUNK].get()?[id.index() % PER_CHUNK].get()
    }

    /// All targets in the order of binding.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Target> {
        (0..MAX_TARGETS).map_while(|index| self.get(TargetId::from_index(index)))
    }

    /// How many bindings were refused for want of room.
    pub(crate) fn refused(&self) -> u64 {
        read(&self.bound).refused
    }

    fn place(&self, id: TargetId, description: TargetDescription) {
        let chunk = self.chunks[id.index() / PER_CHUNK]
            .get_or_init(|| (0..PER_CHUNK).map(|_| OnceLock::new()).collect());
        let target = Target { id, description, needs_hook: sync::OnceLock::new() };
        let fresh = chunk[id.index() % PER_CHUNK].set(target).is_ok();
        debug_assert!(fresh, "target number {} given twice", id.index());
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_bound_once() {
        let targets = Targets::new();
        let first = targets.bind(1, TargetDescription::named(TargetKind::PInvoke, "a"));
        let again = targets.bind(1, TargetDescription::named(TargetKind::PInvoke, "b"));
        assert_eq!(first, again);
        assert_eq!(targets.get(first).unwrap().description().method, "a");
    }

    #[test]
    fn a_forgotten_key_binds_anew_and_the_old_target_stays() {
        let targets = Targets::new();
        let first = targets.bind(1, TargetDescription::named(TargetKind::PInvoke, "a"));
        targets.forget_keys(&HashSet::from([1]));
        let second = targets.bind(1, TargetDescription::named(TargetKind::PInvoke, "b"));
        assert_ne!(first, second);
        assert_eq!(targets.get(first).unwrap().description().method, "a");
    }

    #[test]
    fn beyond_the_capacity_targets_share_the_overflow_row_and_are_counted() {
        let targets = Targets::new();
        for key in 1..MAX_TARGETS as u64 {
            let id = targets.bind(key, TargetDescription::named(TargetKind::PInvoke, ""));
            assert_ne!(id, TargetId::OVERFLOW);
        }
        let beyond = targets.bind(u64::MAX - 1, TargetDescription::named(TargetKind::PInvoke, ""));
        assert_eq!((beyond, targets.refused()), (TargetId::OVERFLOW, 1));
    }
}
