//! What the policy did: a table of its rules, and a sentence for each thing that one objected to.

use super::fit::{Label, clean};
use super::table::Table;
use super::{Page, Style};
use crate::duration::{count, counted, duration};
use crate::model::Report;
use clrhost_policy::{Finding, FindingKind, Mode, PolicyReport, PolicyRule};

/// A number of a rule, with the title of its column.
type Column = (&'static str, fn(&PolicyRule) -> u64);

/// The section, where there is a policy.
pub(super) fn section(page: &mut Page, report: &Report) {
    let Some(policy) = &report.policy else { return };
    let what = if only_reports(policy) { "reported, not enforced" } else { "enforced" };
    page.section(&format!("Policy {}, {what}", clean(&policy.file)));
    rules(page, policy);
    for finding in &policy.findings[..page.shown(policy.findings.len())] {
        let paint = if finding.kind == FindingKind::OverBudget || only_reports(policy) {
            plain
        } else {
            Style::defect
        };
        page.sentence("  ", &sentence(policy, finding), paint);
    }
    page.more(policy.findings.len());
    page.nameless(policy.findings.len() as u64 + policy.findings_left_out, policy.findings.len());
    let targets = |number| counted(number, "target");
    if policy.nameless > 0 {
        let text = format!(
            "not asked about: {}, to which no name led (function pointers)",
            targets(policy.nameless)
        );
        page.sentence("  ", &text, Style::quiet);
    }
    if policy.undecided > 0 {
        let text = format!(
            "too little known of {} to tell whether an earlier rule, which says otherwise, matches",
            targets(policy.undecided)
        );
        page.sentence("  ", &text, Style::quiet);
    }
}

impl Report {
    /// What rules of the policy objected to, a line for each: for stderr, where the report goes elsewhere. What was denied
    /// is not here; that is told when it happens.
    pub fn policy_lines(&self) -> Vec<String> {
        let Some(policy) = &self.policy else { return Vec::new() };
        let line = |finding| format!("{}: {}", clean(&policy.file), sentence(policy, finding));
        policy.findings.iter().filter(|finding| finding.kind != FindingKind::Denied).map(line).collect()
    }
}

/// Rules that decided something.
fn rules(page: &mut Page, policy: &PolicyReport) {
    let busy: Vec<_> = policy.rules.iter().filter(|rule| rule.targets > 0 || rule.denied > 0).collect();
    let let_through = if only_reports(policy) { "would deny" } else { "let through" };
    let columns: [Column; 5] = [
        ("targets", |rule| rule.targets),
        ("calls", |rule| rule.calls),
        ("denied", |rule| rule.denied),
        (let_through, |rule| rule.let_through),
        ("over budget", |rule| rule.over_budget),
    ];
    // What nothing happened in has no column, save for the first two.
    let used = |(index, column): &(usize, &Column)| *index < 2 || busy.iter().any(|rule| column.1(rule) > 0);
    let columns: Vec<_> = columns.iter().enumerate().filter(used).map(|(_, column)| *column).collect();
    if !busy.is_empty() {
        let mut table = Table::new(columns.iter().map(|(title, _)| *title).collect(), "rule");
        for rule in &busy[..page.shown(busy.len())] {
            table.row(columns.iter().map(|(_, number)| count(number(rule))).collect(), label(rule));
        }
        table.print(page);
        page.more(busy.len());
    }
    let idle = policy.rules.iter().filter(|rule| rule.line.is_some()).count()
        - busy.iter().filter(|rule| rule.line.is_some()).count();
    if idle > 0 {
        page.sentence("  ", &format!("matched nothing: {}", counted(idle as u64, "rule")), Style::quiet);
    }
}

fn label(rule: &PolicyRule) -> Label {
    let line = rule.line.map_or(String::new(), |line| format!(", line {line}"));
    let budget = rule.budget_ns.map_or(String::new(), |ns| format!(", budget {}", duration(ns as f64)));
    Label {
        name: format!("{}: {}", rule.action, clean(&rule.name)),
        suffix: format!("{line}{budget}"),
        ..Label::default()
    }
}

/// What was the matter, with which target, by which rule.
fn sentence(policy: &PolicyReport, finding: &Finding) -> String {
    let name = |text: &Option<String>| text.as_deref().map_or_else(|| "(not known)".to_owned(), clean);
    let target = format!("{} → {}!{}", name(&finding.method), name(&finding.library), name(&finding.symbol));
    let rule = match finding.line {
        Some(line) => format!("\"{}\" (line {line})", clean(&finding.rule)),
        None => format!("the default \"{}\"", policy.default),
    };
    let times = counted(finding.times, "time");
    let ns = |ns: Option<u64>| duration(ns.unwrap_or(0) as f64);
    match finding.kind {
        FindingKind::Denied => format!("denied by {rule}: {target}, {times}"),
        FindingKind::LetThrough if only_reports(policy) => {
            format!("would be denied by {rule}: {target}, called {times}")
        }
        FindingKind::LetThrough => format!("called although denied by {rule}: {target}, {times}"),
        FindingKind::OverBudget => format!(
            "over the budget of {rule}: {target}, longest call {}, budget {}",
            ns(finding.longest_ns),
            ns(finding.budget_ns)
        ),
    }
}

fn only_reports(policy: &PolicyReport) -> bool {
    policy.mode == Mode::ReportOnly.as_str()
}

fn plain(_: Style, line: &str) -> String {
    line.to_owned()
}
