//! What a policy objected to while a program ran.

use crate::account::{Account, Called, Names};
use crate::policy::{Mode, Policy, RuleId};
use crate::report::PolicyReport;
use crate::rule::{Action, Subject};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many denied targets are kept by name, and how many findings a report has. Further ones are counted.
const MAX_KEPT: usize = 256;

/// What to do about a target that is being bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be bound.
    Allow,
    /// It may not.
    Deny {
        /// A line for stderr, the first time that this target is denied.
        message: Option<String>,
    },
}

/// A policy with a record of what it denied. Shared by all threads.
///
/// [`at_bind`](Self::at_bind) locks only where a target is denied, and never while it calls anything else.
#[derive(Debug)]
pub struct Violations {
    policy: Arc<Policy>,
    denied: Mutex<Denied>,
}

#[derive(Debug, Default)]
struct Denied {
    /// Attempts by row of the report, which is a rule or the default, and target.
    kept: BTreeMap<(usize, Names), u64>,
    /// Attempts on targets for which there was no room, by row.
    more: BTreeMap<usize, u64>,
}

impl Violations {
    /// Nothing was denied yet.
    pub fn new(policy: Arc<Policy>) -> Violations {
        Violations { policy, denied: Mutex::default() }
    }

    /// The policy.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Asked when managed code is about to be given the address of a native function. In the mode
    /// [`Mode::ReportOnly`] the answer is always [`Verdict::Allow`]: what is called then shows at the end.
    pub fn at_bind(&self, subject: &Subject) -> Verdict {
        if self.policy.mode() == Mode::ReportOnly {
            return Verdict::Allow;
        }
        let decision = self.policy.decide(subject);
        if decision.action == Action::Allow {
            return Verdict::Allow;
        }
        let first = self.record(decision.rule, Names::of(subject));
        Verdict::Deny { message: first.then(|| self.message(decision.rule, subject)) }
    }

    /// True if it is the first attempt on this target. One that finds no room is never the first, so that a program that
    /// makes up names does not flood stderr.
    fn record(&self, rule: Option<RuleId>, names: Names) -> bool {
        let row = self.policy.row(rule);
        let mut denied = self.lock();
        let room = denied.kept.len() < MAX_KEPT;
        let key = (row, names);
        if let Some(attempts) = denied.kept.get_mut(&key) {
            *attempts += 1;
            return false;
        }
        if room {
            denied.kept.insert(key, 1);
        } else {
            *denied.more.entry(row).or_default() += 1;
        }
        room
    }

    fn message(&self, rule: Option<RuleId>, subject: &Subject) -> String {
        let name = |text: Option<&str>| text.unwrap_or("(not known)").replace(char::is_control, "\u{FFFD}");
        format!(
            "{}: denied by {}: {} → {}!{}",
            self.policy.file(),
            self.policy.label(rule),
            name(subject.method),
            name(subject.library),
            name(subject.symbol),
        )
    }

    /// What the policy did until now, and what it has to say of the targets that were called.
    pub fn report<'a>(&self, called: impl IntoIterator<Item = Called<'a>>) -> PolicyReport {
        let mut account = Account::new(&self.policy);
        let denied = self.lock();
        for ((row, names), &attempts) in &denied.kept {
            account.denied(*row, names, attempts);
        }
        for (&row, &attempts) in &denied.more {
            account.denied_without_name(row, attempts);
        }
        drop(denied);
        for target in called {
            account.called(&target);
        }
        account.close(MAX_KEPT)
    }

    fn lock(&self) -> MutexGuard<'_, Denied> {
        // Every change is complete when anything could panic.
        self.denied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
