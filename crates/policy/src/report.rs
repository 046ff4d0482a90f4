//! What a policy did in a run: the section `policy` of a report, whose fields `docs/report.md` describes.

use serde::{Deserialize, Serialize};

/// What a policy did, or in the mode `report-only` would have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// The file, as it was named.
    pub file: String,
    /// `enforce` or `report-only`.
    pub mode: String,
    /// What holds for targets that no rule matches: `allow` or `deny`.
    pub default: String,
    /// All rules in order, and the default as the last row.
    pub rules: Vec<PolicyRule>,
    /// What a rule objected to: at most 256, those denied first.
    pub findings: Vec<Finding>,
    /// Findings beyond those.
    pub findings_left_out: u64,
    /// Called targets that the policy was not asked about, because they are not reached by a name.
    pub nameless: u64,
    /// Called targets that an earlier rule may concern as well, but too little is known of them to say so.
    pub undecided: u64,
}

/// One rule, and how often it decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// Its name, or its number as `rule 3`; `default` for the last row.
    pub name: String,
    /// The line on which it begins; `None` for the default.
    pub line: Option<u64>,
    /// `allow` or `deny`.
    pub action: String,
    /// How long a call should take at most, in nanoseconds.
    pub budget_ns: Option<u64>,
    /// Targets about which it decided.
    pub targets: u64,
    /// Calls of them.
    pub calls: u64,
    /// Attempts to reach a target that were denied.
    pub denied: u64,
    /// Targets that were called although it denies them.
    pub let_through: u64,
    /// Targets of which a call took longer than the budget.
    pub over_budget: u64,
}

/// A target that a rule objected to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was the matter.
    pub kind: FindingKind,
    /// The rule's name, as in [`PolicyRule::name`].
    pub rule: String,
    /// Its line.
    pub line: Option<u64>,
    /// The managed method that declares the target.
    pub method: Option<String>,
    /// File name of the assembly that declares it.
    pub assembly: Option<String>,
    /// Native library as the declaration names it.
    pub library: Option<String>,
    /// Entry point in that library.
    pub symbol: Option<String>,
    /// Attempts that were denied, or calls.
    pub times: u64,
    /// The longest call, in nanoseconds, where the matter is a budget.
    pub longest_ns: Option<u64>,
    /// The budget, in nanoseconds, likewise.
    pub budget_ns: Option<u64>,
}

/// What a rule objected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// It could not be called.
    Denied,
    /// It was called although a rule denies it.
    LetThrough,
    /// A call took longer than the rule's budget.
    OverBudget,
}
