//! From what was denied and what was called to the report of a policy.

use crate::policy::{Decision, Policy};
use crate::report::{Finding, FindingKind, PolicyReport, PolicyRule};
use crate::rule::{Action, Rule, Subject};
use std::time::Duration;

/// A target that was called, as it is known at the end of a run.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// What is known of it.
    pub subject: Subject<'a>,
    /// It is reached by the names of a library and an entry point, so that a policy can be asked about it.
    pub by_name: bool,
    /// Calls of it.
    pub calls: u64,
    /// The longest one, where calls were timed.
    pub longest: Option<Duration>,
}

/// A subject that is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Names {
    library: Option<String>,
    symbol: Option<String>,
    method: Option<String>,
    assembly: Option<String>,
}

impl Names {
    pub(crate) fn of(subject: &Subject) -> Names {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Names {
            library: own(subject.library),
            symbol: own(subject.symbol),
            method: own(subject.method),
            assembly: own(subject.assembly),
        }
    }
}

/// A report under way.
pub(crate) struct Account<'a> {
    policy: &'a Policy,
    rules: Vec<PolicyRule>,
    /// Each with the row of its rule.
    findings: Vec<(usize, Finding)>,
    findings_left_out: u64,
    nameless: u64,
    undecided: u64,
}

impl<'a> Account<'a> {
    pub(crate) fn new(policy: &'a Policy) -> Account<'a> {
        let rules = policy.rules().iter().map(|rule| row(Some(rule), rule.action()));
        let rules = rules.chain([row(None, policy.default_action())]).collect();
        Account { policy, rules, findings: Vec::new(), findings_left_out: 0, nameless: 0, undecided: 0 }
    }

    pub(crate) fn denied(&mut self, row: usize, names: &Names, attempts: u64) {
        self.rules[row].targets += 1;
        self.rules[row].denied += attempts;
        self.find(row, FindingKind::Denied, names.clone(), attempts, None);
    }

    pub(crate) fn denied_without_name(&mut self, row: usize, attempts: u64) {
        self.rules[row].denied += attempts;
        self.findings_left_out += attempts;
    }

    pub(crate) fn called(&mut self, target: &Called) {
        if !target.by_name {
            self.nameless += 1;
            return;
        }
        let Decision { action, rule, budget, undecided } = self.policy.decide(&target.subject);
        self.undecided += u64::from(undecided.is_some());
        let row = self.policy.row(rule);
        self.rules[row].targets += 1;
        self.rules[row].calls += target.calls;
        if action == Action::Deny {
            self.rules[row].let_through += 1;
            self.find(row, FindingKind::LetThrough, Names::of(&target.subject), target.calls, None);
        } else if let Some((longest, budget)) =
            target.longest.zip(budget).filter(|(longest, budget)| longest > budget)
        {
            self.rules[row].over_budget += 1;
            let times = Some((longest, budget));
            self.find(row, FindingKind::OverBudget, Names::of(&target.subject), target.calls, times);
        }
    }

    fn find(
        &mut self,
        row: usize,
        kind: FindingKind,
        names: Names,
        times: u64,
        over: Option<(Duration, Duration)>,
    ) {
        let rule = &self.rules[row];
        let finding = Finding {
            kind,
            rule: rule.name.clone(),
            line: rule.line,
            method: names.method,
            assembly: names.assembly,
            library: names.library,
            symbol: names.symbol,
            times,
            longest_ns: over.map(|(longest, _)| ns(longest)),
            budget_ns: over.map(|(_, budget)| ns(budget)),
        };
        self.findings.push((row, finding));
    }

    /// The report, with at most so many findings.
    pub(crate) fn close(mut self, most: usize) -> PolicyReport {
        // Within one kind and rule they stay as they came: denied ones by name, called ones in the order of the report.
        self.findings.sort_by_key(|(row, finding)| (finding.kind, *row));
        self.findings_left_out += self.findings.len().saturating_sub(most) as u64;
        self.findings.truncate(most);
        PolicyReport {
            file: self.policy.file().to_owned(),
            mode: self.policy.mode().as_str().to_owned(),
            default: self.policy.default_action().as_str().to_owned(),
            rules: self.rules,
            findings: self.findings.into_iter().map(|(_, finding)| finding).collect(),
            findings_left_out: self.findings_left_out,
            nameless: self.nameless,
            undecided: self.undecided,
        }
    }
}

/// The row of a rule, or of the default, before anything happened.
fn row(rule: Option<&Rule>, action: Action) -> PolicyRule {
    PolicyRule {
        name: rule.map_or_else(|| "default".to_owned(), Rule::name),
        line: rule.map(|rule| rule.line() as u64),
        action: action.as_str().to_owned(),
        budget_ns: rule.and_then(Rule::budget).map(ns),
        targets: 0,
        calls: 0,
        denied: 0,
        let_through: 0,
        over_budget: 0,
    }
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
