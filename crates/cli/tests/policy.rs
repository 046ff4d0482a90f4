//! Policies: checked before anything runs, told of in the report and on stderr, learned from a run.

mod support;

use clrhost::policy::{Action, Policy, Subject};
use clrhost::report::{FindingKind, PolicyReport, Report};
use clrhost_testkit::{Finished, Run, fixture, scratch};
use std::fs;
use std::path::{Path, PathBuf};
use support::{Program, files};

const FAILURE: i32 = 125;

/// A file with this policy, in a folder of its own.
fn policy_file(text: &str) -> PathBuf {
    let file = scratch("policy").join("policy.toml");
    fs::write(&file, text).expect("a writable folder");
    file
}

/// A run of `Values` with this policy and its report in a file.
fn values_under(policy: &Path, options: &[&str]) -> (Finished, Report) {
    let options = [["--policy", policy.to_str().unwrap()].as_slice(), options].concat();
    let hosted = Program::fixture("Values").options(options).under_clrhost();
    hosted.finished.assert_code(0);
    hosted.assert_sound();
    hosted.assert_as_expected();
    (hosted.finished, hosted.report)
}

fn section(report: &Report) -> &PolicyReport {
    report.policy.as_ref().expect("a policy")
}

fn learn(name: &str, options: &[&str]) -> String {
    let file = scratch("learned").join("learned.toml");
    let run = Run::clrhost().args(["run", "--learn-policy"]).arg(&file).args(options).arg(fixture(name));
    run.output().assert_code(0);
    fs::read_to_string(&file).expect("a learned policy")
}

/// What counts of a policy, without the comments, which have times.
fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim_end())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_learned_policy_has_nothing_to_object_to() {
    let text = learn("Values", &[]);
    let policy = Policy::parse(&text, "learned.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let fixture_function =
        |symbol| Subject { library: Some("fixture"), symbol: Some(symbol), ..Subject::default() };
    assert_eq!(policy.decide(&fixture_function("fx_add")).action, Action::Allow, "{text}");
    assert_eq!(policy.decide(&fixture_function("fx_other")).action, Action::Deny, "{text}");
    assert!(text.contains("\"fx_add\",  # 1000 calls, longest "), "{text}");

    let (finished, report) = values_under(&policy_file(&text), &[]);
    assert_eq!(finished.stderr, "");
    let policy = section(&report);
    assert!(policy.findings.is_empty(), "{policy:#?}");
    assert_eq!((&*policy.mode, &*policy.default), ("report-only", "deny"));
    let calls: u64 = policy.rules.iter().map(|rule| rule.calls).sum();
    assert_eq!(calls, report.totals.leave, "every call was judged: {policy:#?}");
}

#[test]
fn learning_is_the_same_each_time_and_of_everything() {
    let text = learn("Values", &[]);
    for options in [&["--user-only"][..], &["--count-only"], &["--format", "json"]] {
        assert_eq!(without_comments(&learn("Values", options)), without_comments(&text));
    }
    assert!(learn("Calli", &["--source", "flag"]).contains("calls that no name led to"));
    // Also where the program ends itself.
    let file = scratch("learned").join("learned.toml");
    let exits = Run::clrhost().args(["run", "--learn-policy"]).arg(&file).arg(fixture("ExitInside")).output();
    exits.assert_code(7);
    Policy::read(&file).expect("a policy");
}

const DENIES_ADD: &str = "
version = 1

[[rule]]
name = \"no sums\"
action = \"deny\"
library = [\"fixture\", \"libfixture.so\"]
symbol = \"fx_add\"
";

#[test]
fn what_would_be_denied_is_told() {
    let file = policy_file(DENIES_ADD);
    let (finished, report) = values_under(&file, &["--policy-report-only", "--user-only"]);
    let line = "would be denied by \"no sums\" (line 4): Values.fx_add → fixture!fx_add, called 1,000 times";
    assert_eq!(finished.stderr, format!("clrhost: {}: {line}\n", file.display()));
    let policy = section(&report);
    assert_eq!(policy.file, file.to_str().unwrap());
    assert_eq!(policy.findings.len(), 1);
    assert_eq!((policy.findings[0].kind, policy.findings[0].times), (FindingKind::LetThrough, 1_000));
    assert_eq!((policy.rules[0].let_through, policy.rules[0].calls), (1, 1_000));
    assert!(report.notes.iter().any(|note| note.code == "policy_report_only"));

    let text =
        Run::clrhost().args(["run", "--policy-report-only", "--policy"]).arg(&file).arg(fixture("Values"));
    let text = text.output();
    assert_eq!(
        text.stderr.matches("would be denied by \"no sums\" (line 4)").count(),
        1,
        "said once\n{text}"
    );
    assert!(text.stderr.contains(", reported, not enforced\n"), "{text}");
}

#[test]
fn budgets_are_told_and_need_no_enforcing() {
    let file =
        policy_file("version = 1\n[[rule]]\naction = \"allow\"\nsymbol = \"fx_add\"\nbudget = \"1 ns\"\n");
    let (finished, report) = values_under(&file, &[]);
    assert!(finished.stderr.contains("over the budget of \"rule 1\" (line 2): Values.fx_add"), "{finished}");
    assert!(finished.stderr.ends_with(", budget 1 ns\n"), "{finished}");
    let policy = section(&report);
    assert_eq!((&*policy.mode, policy.rules[0].over_budget), ("enforce", 1));
    assert!(report.notes.iter().any(|note| note.code == "policy_over_budget"));

    let generous = policy_file("version = 1\n[[rule]]\naction = \"allow\"\nbudget = \"10 min\"\n");
    assert!(section(&values_under(&generous, &[]).1).findings.is_empty());
}

#[track_caller]
fn assert_refused(options: &[&str], hints: &[&str]) {
    let folder = scratch("refused");
    let finished =
        Run::clrhost().arg("run").args(options).arg(fixture("Hello")).current_dir(&folder).output();
    finished.assert_code(FAILURE);
    assert_eq!(finished.stdout, "", "{finished}");
    for hint in hints {
        assert!(finished.stderr.contains(hint), "{hint:?} is missing\n{finished}");
    }
    assert_eq!(files(&folder), [""; 0], "something was left behind");
}

#[test]
fn bad_policies_are_refused_before_anything_runs() {
    let budget = "version = 1\n[[rule]]\naction = \"allow\"\nbudget = \"1 s\"";
    let cases: [(&str, &[&str], &[&str]); 4] = [
        (
            "version = 1\ndefault = \"maybe\"",
            &[],
            &["policy.toml:2:11: `default` cannot be \"maybe\"", "nothing was run"],
        ),
        (
            "version = 1\ndefault = \"deny\"",
            &[],
            &[".NET itself cannot start under this policy", "libSystem.*"],
        ),
        (budget, &["--count-only"], &["has budgets", "--count-only"]),
        (
            DENIES_ADD,
            &["--source", "flag"],
            &["cannot be enforced", "--source thunks", "--policy-report-only", "nothing was run"],
        ),
    ];
    for (text, options, hints) in cases {
        let file = policy_file(text);
        assert_refused(&[&["--policy", file.to_str().unwrap()], options].concat(), hints);
    }
    // What only reports may say anything.
    let deaf = policy_file("version = 1\nmode = \"report-only\"\ndefault = \"deny\"");
    let (_, report) = values_under(&deaf, &[]);
    assert_eq!(section(&report).rules[0].calls, report.totals.leave);
    assert_refused(
        &["--policy", "/nowhere.toml"],
        &["/nowhere.toml: the policy cannot be read", "nothing was run"],
    );
    assert_refused(&["--policy-report-only"], &["--policy <FILE>"]);
    assert_refused(&["--no-hooks", "--learn-policy", "x.toml"], &["--no-hooks"]);
}

#[test]
fn a_policy_that_cannot_be_written_is_known_before_anything_runs() {
    let hints = ["the policy cannot be written to /nowhere/x.toml", "nothing was run", "--learn-policy FILE"];
    assert_refused(&["--learn-policy", "/nowhere/x.toml"], &hints);
    let full = Run::clrhost()
        .args(["run", "--learn-policy", "/dev/full", "--report", "/dev/null"])
        .arg(fixture("Hello"));
    let full = full.output();
    full.assert_code(120);
    assert!(full.stderr.contains("the policy could not be written: /dev/full"), "{full}");
}
