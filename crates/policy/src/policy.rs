//! A policy and its answers.

use crate::error::{Fault, PolicyError};
use crate::parse;
use crate::rule::{Action, Fit, Rule, Subject};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What a run of .NET calls before it gets to any program, all declared by its core library.
const AT_START: [&str; 3] = [
    "SystemNative_GetErrNo",
    "SystemNative_SetErrNo",
    "SystemNative_GetNonCryptographicallySecureRandomBytes",
];

/// Whether a policy acts or only tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What is denied cannot be called.
    Enforce,
    /// Everything can be called, and the report tells what would have been denied.
    ReportOnly,
}

impl Mode {
    /// The word used in policies and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::ReportOnly => "report-only",
        }
    }
}

/// Which rule of a policy, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) usize);

/// What a policy says of one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer. In the mode [`Mode::ReportOnly`] it is what would be done.
    pub action: Action,
    /// The rule that gave it; `None` if no rule matched and it is the policy's default.
    pub rule: Option<RuleId>,
    /// How long a call should take at most.
    pub budget: Option<Duration>,
    /// A rule that stands before the deciding one and says otherwise, and would have decided if something that is not
    /// known of the target matched it.
    pub undecided: Option<RuleId>,
}

/// A policy: rules in order, the first that matches decides.
#[derive(Debug)]
pub struct Policy {
    pub(crate) file: String,
    pub(crate) mode: Mode,
    pub(crate) default: Action,
    pub(crate) rules: Vec<Rule>,
}

impl Policy {
    /// Reads a policy from a file.
    ///
    /// # Errors
    /// The file cannot be read, or is not a policy.
    pub fn read(path: impl AsRef<Path>) -> Result<Policy, PolicyError> {
        let file = path.as_ref().display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Policy::parse(&text, &file),
            Err(source) => Err(PolicyError::Unreadable { file, source }),
        }
    }

    /// Reads a policy from its text; `name` stands for the file in messages.
    ///
    /// # Errors
    /// The text is not a policy: the first thing wrong with it.
    pub fn parse(text: &str, name: &str) -> Result<Policy, PolicyError> {
        parse::policy(text, name).map_err(|fault: Fault| fault.in_text(text, name))
    }

    /// The same policy, which only tells.
    #[must_use]
    pub fn report_only(self) -> Policy {
        Policy { mode: Mode::ReportOnly, ..self }
    }

    /// The file it comes from, as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether it acts or only tells.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What holds for targets that no rule matches.
    pub fn default_action(&self) -> Action {
        self.default
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of this policy with this id.
    ///
    /// # Panics
    /// The id is of another policy that has more rules.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0]
    }

    /// The row of a report for what decided: rules in order, then the default.
    pub(crate) fn row(&self, rule: Option<RuleId>) -> usize {
        rule.map_or(self.rules.len(), |id| id.0)
    }

    /// How messages call what decided: a rule with its line, or the default.
    pub fn label(&self, rule: Option<RuleId>) -> String {
        match rule {
            Some(id) => self.rule(id).label(),
            None => format!("default = \"{}\"", self.default.as_str()),
        }
    }

    /// Some target can be denied by it: there is something to enforce.
    pub fn can_deny(&self) -> bool {
        self.default == Action::Deny || self.rules.iter().any(|rule| rule.action == Action::Deny)
    }

    /// It has time budgets, so calls have to be timed.
    pub fn has_budgets(&self) -> bool {
        self.rules.iter().any(|rule| rule.budget.is_some())
    }

    /// What it says of a target: the action of the first rule that matches, else the default.
    pub fn decide(&self, subject: &Subject) -> Decision {
        // The first rule of each action that only what is not known keeps from matching.
        let (mut maybe_allowed, mut maybe_denied) = (None, None);
        for (index, rule) in self.rules.iter().enumerate() {
            let id = RuleId(index);
            match rule.conditions.fit(subject) {
                Fit::Yes => {
                    let undecided = if rule.action == Action::Allow { maybe_denied } else { maybe_allowed };
                    return Decision { action: rule.action, rule: Some(id), budget: rule.budget, undecided };
                }
                Fit::Unknown if rule.action == Action::Allow => maybe_allowed = maybe_allowed.or(Some(id)),
                Fit::Unknown => maybe_denied = maybe_denied.or(Some(id)),
                Fit::No => {}
            }
        }
        let undecided = if self.default == Action::Allow { maybe_denied } else { maybe_allowed };
        Decision { action: self.default, rule: None, budget: None, undecided }
    }

    /// What keeps .NET from starting under this policy: it denies what the core library calls before any program runs,
    /// which ends in a failure of the runtime and not in an exception that anybody could catch.
    ///
    /// # Errors
    /// Names what denies it, and the rule that is missing.
    pub fn check_dotnet_can_start(&self) -> Result<(), String> {
        let denied = AT_START.into_iter().find_map(|symbol| {
            let method = symbol.replace("SystemNative_", "Interop.Sys.");
            let subject = Subject {
                library: Some("libSystem.Native"),
                file: Some(Path::new("libSystem.Native.so")),
                symbol: Some(symbol),
                method: Some(&method),
                assembly: Some("System.Private.CoreLib.dll"),
            };
            let decision = self.decide(&subject);
            (decision.action == Action::Deny).then(|| (symbol, self.label(decision.rule)))
        });
        match denied {
            None => Ok(()),
            Some((symbol, label)) => Err(format!(
                "{}: .NET itself cannot start under this policy: {label} denies libSystem.Native!{symbol}. Begin with a rule \
                 that has action = \"allow\", library = \"libSystem.*\" and assembly = \"System.*\"",
                self.file
            )),
        }
    }
}
