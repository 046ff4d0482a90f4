//! What policy and host say of native functions that are about to be bound.

use crate::probe::Probe;
use crate::say;
use crate::thunk::Thunk;
use clrhost_boundary::{Admission, DeniedTarget, HostingLayer, TargetDescription};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How many denials by a host are told on stderr. The report has more.
const TOLD: usize = 256;

/// What a native function was bound to, once for each way to it.
pub(crate) enum Bound {
    /// Calls are reported, through this thunk.
    Hooked(&'static Thunk),
    /// The host does not want to hear of them: the function itself, or what the host has called in its place.
    Unhooked(Option<usize>),
    /// It is not to be found.
    Denied(Arc<DeniedTarget>),
}

impl Probe {
    /// Asks the policy, for each of the targets that it may be. One attempt.
    pub(crate) fn passes_gate<'a>(&self, targets: impl IntoIterator<Item = &'a TargetDescription>) -> bool {
        let Some(gate) = self.gate() else { return true };
        targets.into_iter().all(|target| {
            // A defect must not open the gate, so a panic counts as "no". Nothing of the gate's is looked at afterwards
            // but what it guards by locks of its own.
            catch_unwind(AssertUnwindSafe(|| gate.admit(target).is_ok())).unwrap_or_else(|payload| {
                std::mem::forget(payload);
                false
            })
        })
    }

    /// Asks the host. An answer of "deny" is kept and told.
    pub(crate) fn ask_host(&self, description: &TargetDescription) -> Result<Option<usize>, Bound> {
        let Some(layer) = self.boundary().layer() else { return Ok(None) };
        match layer.bind_target(description) {
            Admission::Call => Ok(None),
            Admission::Substitute(substitute) => Ok(Some(substitute.address())),
            Admission::Deny { reason } => {
                tell(layer, description, &reason);
                Err(Bound::Denied(layer.denied(description.clone(), reason)))
            }
        }
    }
}

fn tell(layer: &HostingLayer, target: &TargetDescription, reason: &str) {
    if layer.denied_targets().len() >= TOLD {
        return;
    }
    let printable = |text: &str| text.replace(char::is_control, "\u{FFFD}");
    let name = |text: &Option<String>| text.as_deref().map_or_else(|| "(not known)".to_owned(), printable);
    say(format_args!(
        "denied by the host: {} → {}!{}: {}",
        printable(&target.method),
        name(&target.library),
        name(&target.symbol),
        printable(reason)
    ));
}
