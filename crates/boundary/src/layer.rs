//! The one place from which a host is called: panics are caught, answers recorded, and `E_FAIL` shuts the layer.

use crate::admission::{Admission, DeniedTarget};
use crate::host::{HostResult, TaskManager};
use crate::sync::{AtomicU8, AtomicU64, Mutex, Ordering, lock};
use crate::target::TargetDescription;
use clrhost_hresult::Hresult;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

const OPEN: u8 = 0;
const SHUT: u8 = 1;

/// How many failures are kept with their text; further ones are only counted.
const KEPT_FAILURES: usize = 64;

/// A call to the host that did not end with `S_OK`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFailure {
    /// The contract's name of the call.
    pub method: &'static str,
    /// What the host answered; `E_FAIL` for a panic.
    pub hresult: Hresult,
    /// The panic's message, where it was one.
    pub panic: Option<String>,
}

/// A host and the state of the agreement with it.
///
/// States: open, then shut for good by the first `E_FAIL` or panic. A shut layer calls the host no more, not even to
/// close brackets it reported: after `E_FAIL` the contract promises the host nothing. The state is one atomic byte; a
/// thread that read "open" may finish the call it is in.
pub struct HostingLayer {
    manager: Box<dyn TaskManager>,
    state: AtomicU8,
    failures: AtomicU64,
    kept: Mutex<Vec<HostFailure>>,
    denied: Mutex<Vec<Arc<DeniedTarget>>>,
    on_failure: Box<dyn Fn(&HostFailure) + Send + Sync>,
}

impl HostingLayer {
    /// A layer over this host. `on_failure` is told each of the first failures as they happen, without any lock held.
    pub fn new(
        manager: Box<dyn TaskManager>,
        on_failure: impl Fn(&HostFailure) + Send + Sync + 'static,
    ) -> HostingLayer {
        HostingLayer {
            manager,
            state: AtomicU8::new(OPEN),
            failures: AtomicU64::new(0),
            kept: Mutex::new(Vec::new()),
            denied: Mutex::new(Vec::new()),
            on_failure: Box::new(on_failure),
        }
    }

    /// True once the host answered `E_FAIL` or panicked.
    #[inline]
    pub fn is_shut(&self) -> bool {
        // Relaxed is enough: nothing is published by the state, it only ends calls to the host.
        self.state.load(Ordering::Relaxed) == SHUT
    }

    /// Calls the host; true when it answered `S_OK`.
    ///
    /// `method` is the contract's name of the call. Not called when the layer is shut.
    #[inline(always)]
    pub fn call(&self, method: &'static str, call: impl FnOnce(&dyn TaskManager) -> HostResult) -> bool {
        if self.is_shut() {
            return false;
        }
        // Unwind safety: after a panic the layer is shut and this host's state is not looked at again.
        match catch_unwind(AssertUnwindSafe(|| call(&*self.manager))) {
            Ok(Ok(())) => true,
            Ok(Err(hresult)) => {
                self.failed(HostFailure { method, hresult, panic: None });
                false
            }
            Err(payload) => {
                self.panicked(method, payload);
                false
            }
        }
    }

    #[cold]
    fn panicked(&self, method: &'static str, payload: Box<dyn Any + Send>) {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| text.to_string())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned());
        // Dropping a payload can panic in turn; it is leaked, once per process at most.
        std::mem::forget(payload);
        self.failed(HostFailure { method, hresult: Hresult::E_FAIL, panic: Some(message) });
    }

    /// Asks the host something that it may leave to the runtime: its answer, or `E_NOTIMPL` once the layer is shut. Unlike
    /// in [`call`](Self::call) `E_NOTIMPL` is not a failure.
    pub fn ask(&self, method: &'static str, ask: impl FnOnce(&dyn TaskManager) -> HostResult) -> HostResult {
        let mut answer = Err(Hresult::E_NOTIMPL);
        self.call(method, |manager| {
            answer = ask(manager);
            answer.or_else(|hresult| if hresult == Hresult::E_NOTIMPL { Ok(()) } else { Err(hresult) })
        });
        answer
    }

    /// Asks the host what may be done with a target; [`Admission::Call`] where it gives no answer.
    pub fn bind_target(&self, target: &TargetDescription) -> Admission {
        let mut answer = Admission::Call;
        self.call("BindTarget", |manager| {
            answer = manager.bind_target(target)?;
            Ok(())
        });
        answer
    }

    /// Keeps a target that the host denied. To be called once for each.
    pub fn denied(&self, target: TargetDescription, reason: String) -> Arc<DeniedTarget> {
        let denied = Arc::new(DeniedTarget::new(target, reason));
        lock(&self.denied).push(Arc::clone(&denied));
        denied
    }

    /// Targets that the host denied so far, the first one first.
    pub fn denied_targets(&self) -> Vec<Arc<DeniedTarget>> {
        lock(&self.denied).clone()
    }

    /// Notes the failure of another object of the host's, which shuts the layer if it is catastrophic.
    pub fn note(&self, method: &'static str, hresult: Hresult) {
        self.failed(HostFailure { method, hresult, panic: None });
    }

    /// Failures so far: how many, and the first of them with their text.
    pub fn failures(&self) -> (u64, Vec<HostFailure>) {
        (self.failures.load(Ordering::Relaxed), lock(&self.kept).clone())
    }

    #[cold]
    fn failed(&self, failure: HostFailure) {
        if failure.hresult == Hresult::E_FAIL {
            self.state.store(SHUT, Ordering::Relaxed);
        }
        let nth = self.failures.fetch_add(1, Ordering::Relaxed);
        if nth < KEPT_FAILURES as u64 {
            lock(&self.kept).push(failure.clone());
            (self.on_failure)(&failure);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::target::TargetKind;

    struct Silent;
    impl TaskManager for Silent {}

    fn layer() -> HostingLayer {
        HostingLayer::new(Box::new(Silent), |_| {})
    }

    #[test]
    fn a_mild_failure_is_recorded_and_the_layer_stays_open() {
        let layer = layer();
        assert!(!layer.call("LeaveRuntime", |_| Err(Hresult::E_OUTOFMEMORY)));
        assert!(!layer.is_shut());
        assert_eq!(layer.failures().0, 1);
        assert!(layer.call("LeaveRuntime", |_| Ok(())));
    }

    #[test]
    fn a_host_that_gives_no_answer_about_a_target_lets_it_be_called() {
        struct Answers(HostResult<Admission>);
        impl TaskManager for Answers {
            fn bind_target(&self, target: &TargetDescription) -> HostResult<Admission> {
                assert_ne!(target.method, "panics");
                self.0.clone()
            }
        }
        let layer = |answer| HostingLayer::new(Box::new(Answers(answer)), |_| {});
        let target = |name| TargetDescription::named(TargetKind::PInvoke, name);
        let deny = Admission::Deny { reason: "no".to_owned() };
        assert_eq!(layer(Ok(deny.clone())).bind_target(&target("a")), deny);
        let mild = layer(Err(Hresult::E_OUTOFMEMORY));
        assert_eq!((mild.bind_target(&target("a")), mild.failures().0), (Admission::Call, 1));
        let panics = layer(Ok(deny));
        assert_eq!(panics.bind_target(&target("panics")), Admission::Call);
        // Shut, and not asked again.
        assert!(panics.is_shut());
        assert_eq!(panics.bind_target(&target("a")), Admission::Call);
    }

    #[test]
    fn s_false_counts_as_a_failure() {
        let layer = layer();
        assert!(!layer.call("ReverseEnterRuntime", |_| Err(Hresult::S_FALSE)));
        assert!(!layer.is_shut());
    }

    #[test]
    fn e_fail_shuts_the_layer_for_good() {
        let layer = layer();
        assert!(!layer.call("EnterRuntime", |_| Err(Hresult::E_FAIL)));
        assert!(layer.is_shut());
        assert!(!layer.call("LeaveRuntime", |_| unreachable!("a shut layer calls nobody")));
        assert_eq!(layer.failures().0, 1);
    }

    #[test]
    fn a_panic_is_caught_named_and_shuts_the_layer() {
        let layer = layer();
        assert!(!layer.call("LeaveRuntime", |_| panic!("lost my {}", "scheduler")));
        assert!(layer.is_shut());
        let failure = layer.failures().1.remove(0);
        assert_eq!((failure.hresult, failure.panic.as_deref()), (Hresult::E_FAIL, Some("lost my scheduler")));
    }
}
