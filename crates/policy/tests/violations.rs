//! What is kept of what a policy objected to.

use clrhost_policy::{Called, Finding, FindingKind, Policy, PolicyReport, Subject, Verdict, Violations};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const POLICY: &str = r#"
version = 1

[[rule]]
name = "no shells"
action = "deny"
symbol = ["system", "exec*"]

[[rule]]
action = "allow"
library = "sqlite3"
budget = "5 ms"
"#;

fn violations(report_only: bool) -> Violations {
    let policy = Policy::parse(POLICY, "policy.toml").unwrap();
    Violations::new(Arc::new(if report_only { policy.report_only() } else { policy }))
}

fn subject<'a>(library: &'a str, symbol: &'a str) -> Subject<'a> {
    Subject {
        library: Some(library),
        symbol: Some(symbol),
        method: Some("App.Native.M"),
        ..Subject::default()
    }
}

fn called(subject: Subject<'_>, calls: u64, longest_us: u64) -> Called<'_> {
    Called { subject, by_name: true, calls, longest: Some(Duration::from_micros(longest_us)) }
}

/// Kind, rule, symbol and times of the findings.
fn findings(report: &PolicyReport) -> Vec<(FindingKind, &str, &str, u64)> {
    report.findings.iter().map(|f| (f.kind, &*f.rule, f.symbol.as_deref().unwrap_or("-"), f.times)).collect()
}

#[test]
fn a_denial_is_told_once_and_counted() {
    let violations = violations(false);
    let deny = violations.at_bind(&subject("libc", "system"));
    let message = "policy.toml: denied by rule \"no shells\" (line 4): App.Native.M → libc!system";
    assert_eq!(deny, Verdict::Deny { message: Some(message.to_owned()) });
    assert_eq!(violations.at_bind(&subject("libc", "system")), Verdict::Deny { message: None });
    assert!(matches!(violations.at_bind(&subject("libc", "execve")), Verdict::Deny { message: Some(_) }));
    assert_eq!(violations.at_bind(&subject("libc", "getpid")), Verdict::Allow);

    let report = violations.report([called(subject("libc", "getpid"), 7, 1)]);
    assert_eq!(
        findings(&report),
        [(FindingKind::Denied, "no shells", "execve", 1), (FindingKind::Denied, "no shells", "system", 2)]
    );
    let numbers: Vec<_> =
        report.rules.iter().map(|r| (&*r.name, r.targets, r.calls, r.denied, r.let_through)).collect();
    assert_eq!(numbers, [("no shells", 2, 0, 3, 0), ("rule 2", 0, 0, 0, 0), ("default", 1, 7, 0, 0)]);
}

#[test]
fn report_only_lets_through_and_tells() {
    let violations = violations(true);
    assert_eq!(violations.at_bind(&subject("libc", "system")), Verdict::Allow);
    let nameless = Called { by_name: false, ..called(Subject::default(), 1, 1) };
    let unknown = Subject { symbol: None, ..subject("x", "") };
    let report = violations.report([
        called(subject("libc", "system"), 3, 1),
        called(subject("sqlite3", "sqlite3_step"), 9, 7_200),
        called(subject("sqlite3", "sqlite3_close"), 9, 5_000),
        called(unknown, 1, 1),
        nameless,
    ]);
    assert_eq!(report.mode, "report-only");
    assert_eq!(
        findings(&report),
        [
            (FindingKind::LetThrough, "no shells", "system", 3),
            (FindingKind::OverBudget, "rule 2", "sqlite3_step", 9)
        ]
    );
    let over: &Finding = &report.findings[1];
    assert_eq!((over.longest_ns, over.budget_ns, over.line), (Some(7_200_000), Some(5_000_000), Some(9)));
    assert_eq!((report.rules[1].targets, report.rules[1].calls, report.rules[1].over_budget), (2, 18, 1));
    assert_eq!((report.nameless, report.undecided), (1, 1));
}

#[test]
fn a_report_changes_nothing() {
    let violations = violations(false);
    violations.at_bind(&subject("libc", "system"));
    let report = || violations.report([called(subject("libc", "system"), 3, 1)]);
    assert_eq!(report(), report());
}

/// Many threads, more targets than are kept: every attempt is counted, and stderr is not flooded.
#[test]
fn denials_are_counted_beyond_those_that_are_kept() {
    let violations = violations(false);
    let told: usize = thread::scope(|scope| {
        let attempts = |thread: usize| {
            let violations = &violations;
            move || {
                let deny =
                    |number: usize| violations.at_bind(&subject("libc", &format!("exec{}", number + thread)));
                (0..500).filter(|&number| matches!(deny(number), Verdict::Deny { message: Some(_) })).count()
            }
        };
        let threads: Vec<_> = (0..4).map(|thread| scope.spawn(attempts(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let report = violations.report([]);
    assert_eq!((told, report.findings.len()), (256, 256));
    assert_eq!(report.rules[0].denied, 2_000);
    let kept: u64 = report.findings.iter().map(|finding| finding.times).sum();
    assert_eq!(kept + report.findings_left_out, 2_000);
}
