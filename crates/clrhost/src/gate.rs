//! A policy as the gate that native functions pass when they are bound.

use crate::Error;
use clrhost_boundary::{Gate, TargetDescription};
use clrhost_policy::{Mode, Verdict, Violations};
use clrhost_probe::{Source, Timing, say};
use clrhost_report::subject_of;
use std::sync::Arc;

struct PolicyGate(Arc<Violations>);

impl Gate for PolicyGate {
    fn admit(&self, target: &TargetDescription) -> Result<(), String> {
        match self.0.at_bind(&subject_of(target)) {
            Verdict::Allow => Ok(()),
            Verdict::Deny { message } => {
                if let Some(message) = &message {
                    say(format_args!("{message}"));
                }
                Err(message.unwrap_or_default())
            }
        }
    }
}

/// What a policy needs to be enforced; `None` if there is nothing to enforce. An error where it could not be: a policy that
/// is not enforced must not look as if it were.
pub(crate) fn gate(
    violations: &Arc<Violations>,
    source: Source,
    timing: Timing,
    without_hooks: bool,
) -> Result<Option<Box<dyn Gate>>, Error> {
    let policy = violations.policy();
    let refused = |problem: &str| Err(Error::Policy(format!("{}: {problem}", policy.file())));
    if without_hooks {
        return refused("the policy cannot be applied without hooks");
    }
    if policy.has_budgets() && timing != Timing::Timed {
        return refused("the policy has budgets, and calls are not timed");
    }
    if policy.mode() == Mode::ReportOnly || !policy.can_deny() {
        return Ok(None);
    }
    if source == Source::Flag || timing == Timing::Empty {
        return refused(
            "the policy cannot be enforced: with the source \"flag\" the runtime tells of calls, and they cannot be kept from \
             being made. Use the source \"thunks\", or the policy as report-only",
        );
    }
    policy.check_dotnet_can_start().map_err(Error::Policy)?;
    Ok(Some(Box::new(PolicyGate(Arc::clone(violations)))))
}
