//! Policies that are enforced: what managed code sees of a function that is denied, and what is told of it.
//!
//! The program `Denied` reaches functions in every way in which they are found by name, twice each, and prints a line for
//! each attempt.

mod support;

use clrhost::policy::Policy;
use clrhost::report::{Finding, FindingKind};
use clrhost_testkit::{Run, SIGABRT, fixture, needs, scratch};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Hosted, Program};

const MISSING: &str = "System.EntryPointNotFoundException";

fn policy_file(text: &str) -> PathBuf {
    let file = scratch("enforced").join("policy.toml");
    fs::write(&file, text).expect("a writable folder");
    file
}

/// A run of a program under this policy: it ends well, and what it does get through to is reported with exact counts.
#[track_caller]
fn run(name: &str, policy: &Path, options: &[&str]) -> Hosted {
    let options = [["--policy", policy.to_str().unwrap()].as_slice(), options].concat();
    let hosted = Program::fixture(name).options(options).under_clrhost();
    hosted.finished.assert_code(0);
    hosted.assert_sound();
    let expected = hosted.expected();
    let by_name = expected.targets.iter().filter_map(|row| Some((row.symbol.clone()?, row.calls)));
    let expected = sums(by_name.chain(expected.exports.iter().map(|row| (row.symbol.clone(), row.calls))));
    let rows = hosted.own_rows().filter_map(|row| Some((row.symbol.clone()?, row.calls)));
    assert_eq!(sums(rows), expected, "{}", hosted.text);
    hosted
}

fn sums(rows: impl Iterator<Item = (String, u64)>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (symbol, calls) in rows {
        *sums.entry(symbol).or_default() += calls;
    }
    sums
}

/// A rule that denies.
fn denies(conditions: &str) -> String {
    format!("version = 1\n[[rule]]\nname = \"denies\"\naction = \"deny\"\n{conditions}\n")
}

/// What the program printed of one way, without what an exception says.
fn outcomes(hosted: &Hosted, way: &str) -> Vec<String> {
    let lines = hosted.finished.stdout.lines().filter_map(|line| line.strip_prefix(way)?.strip_prefix(": "));
    lines.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
}

/// Everything that is not named had the result that it has without a policy.
#[track_caller]
fn assert_outcomes(hosted: &Hosted, changed: &[(&str, &str)]) {
    let usual = [
        ("pinvoke", "3"),
        ("elsewhere", "7"),
        ("suppressed", "1"),
        ("libc", "1"),
        ("export", "42"),
        ("try", "42"),
        ("dlsym", "42"),
        ("delegate", "441"),
    ];
    assert!(changed.iter().all(|(way, _)| usual.iter().any(|(known, _)| known == way)));
    for (way, result) in usual {
        let expected = changed.iter().find(|(other, _)| *other == way).map_or(result, |(_, result)| result);
        assert_eq!(outcomes(hosted, way), [expected, expected], "{way}\n{}", hosted.finished);
    }
}

fn findings(hosted: &Hosted) -> &[Finding] {
    &hosted.report.policy.as_ref().expect("a policy").findings
}

/// Symbol and attempts of all that was denied.
fn denied(hosted: &Hosted) -> Vec<(&str, u64)> {
    assert!(findings(hosted).iter().all(|finding| finding.kind == FindingKind::Denied), "{}", hosted.text);
    findings(hosted).iter().map(|finding| (finding.symbol.as_deref().unwrap_or(""), finding.times)).collect()
}

#[test]
fn nothing_changes_where_nothing_is_denied() {
    needs!(Thunks);
    let hosted = run("Denied", &policy_file(&denies("symbol = \"no_such_function\"")), &[]);
    assert_outcomes(&hosted, &[]);
    assert_eq!((findings(&hosted).len(), &*hosted.finished.stderr), (0, ""));
}

#[test]
fn a_function_is_denied_by_its_symbol_each_time() {
    needs!(Thunks);
    let file = policy_file(&denies("symbol = \"fx_add\""));
    let hosted = run("Denied", &file, &[]);
    assert_outcomes(&hosted, &[("pinvoke", MISSING), ("elsewhere", MISSING)]);
    let message =
        "pinvoke: System.EntryPointNotFoundException: Unable to find an entry point named 'fx_add' in";
    assert_eq!(hosted.finished.stdout.matches(message).count(), 2, "{}", hosted.finished);
    assert_eq!(denied(&hosted), [("fx_add", 2), ("fx_add", 2)], "one row for each method, two attempts each");
    // Told once, when it happened.
    let line = |method: &str| {
        format!(
            "clrhost: {}: denied by rule \"denies\" (line 2): {method} → fixture!fx_add\n",
            file.display()
        )
    };
    assert_eq!(hosted.finished.stderr, line("Denied.fx_add") + &line("Elsewhere.Sum"));
    assert!(hosted.report.notes.iter().any(|note| note.code == "policy_denied"));
    let bound = hosted.report.targets.iter().any(|row| row.symbol.as_deref() == Some("fx_add"));
    assert!(!bound, "it is no target\n{}", hosted.text);
}

#[test]
fn a_function_is_denied_by_its_library_whether_declared_or_found() {
    needs!(Thunks);
    for (library, changed) in [
        // As declared, and as found: the same file.
        ("libc.so.6", &[("libc", MISSING), ("dlsym", MISSING)][..]),
        ("*/libc.so*", &[("libc", MISSING), ("dlsym", MISSING)]),
        // As the declarations say it. Pointers know the file alone.
        ("fixture", &[("pinvoke", MISSING), ("elsewhere", MISSING), ("suppressed", MISSING)]),
    ] {
        // What the program needs to find the rest.
        let allowed = "symbol = [\"fx_native_address\", \"dlerror\"]";
        let text = format!(
            "version = 1\n[[rule]]\naction = \"allow\"\n{allowed}\n[[rule]]\naction = \"deny\"\nlibrary = \"{library}\"\n"
        );
        assert_outcomes(&run("Denied", &policy_file(&text), &[]), changed);
    }
}

#[test]
fn a_function_is_denied_by_the_method_that_declares_it() {
    needs!(Thunks);
    let hosted = run("Denied", &policy_file(&denies("method = \"Elsewhere.*\"")), &[]);
    assert_outcomes(&hosted, &[("elsewhere", MISSING)]);
    assert_eq!(denied(&hosted), [("fx_add", 2)]);
    let hosted = run("Denied", &policy_file(&denies("method = \"Denied.fx_nothing\"")), &[]);
    assert_outcomes(&hosted, &[("suppressed", MISSING)]);
}

#[test]
fn pointers_and_delegates_are_denied_too() {
    needs!(Thunks);
    let symbols = "symbol = [\"fx_double\", \"fx_double_alias\", \"fx_square\", \"fx_read_number\"]";
    let hosted = run("Denied", &policy_file(&denies(symbols)), &[]);
    // The program calls TryGetExport, and prints 0 for the answer "false"; it asks dlsym, and after that dlerror.
    let changed = [
        ("export", MISSING),
        ("try", "0"),
        ("dlsym", "System.MissingMethodException"),
        ("delegate", MISSING),
    ];
    assert_outcomes(&hosted, &changed);
    assert_eq!(hosted.finished.stdout.matches("MissingMethodException: an error").count(), 2);
    assert_eq!(
        denied(&hosted),
        [("fx_double", 2), ("fx_double_alias", 4), ("fx_read_number", 2), ("fx_square", 2)]
    );
    // By the type of the delegate, whatever way the pointer came.
    let hosted = run("Denied", &policy_file(&denies("method = \"Unary.Invoke\"")), &[]);
    let all = [("export", MISSING), ("try", MISSING), ("dlsym", MISSING), ("delegate", MISSING)];
    assert_outcomes(&hosted, &all);
}

#[test]
fn a_policy_that_only_reports_denies_nothing() {
    needs!(Thunks);
    let file = policy_file(&denies("symbol = [\"fx_add\", \"fx_double\"]"));
    let hosted = run("Denied", &file, &["--policy-report-only"]);
    assert_outcomes(&hosted, &[]);
    let through: Vec<_> = findings(&hosted).iter().map(|finding| (finding.kind, finding.times)).collect();
    assert_eq!(through, [(FindingKind::LetThrough, 2); 3], "{}", hosted.text);
    assert_eq!(hosted.finished.stderr.matches("would be denied by").count(), 3, "{}", hosted.finished);
}

const DOTNET_ITSELF: &str = "
[[rule]]
name = \".NET itself\"
action = \"allow\"
library = \"libSystem.*\"
assembly = [\"System.*\", \"Microsoft.*\"]
";

#[test]
fn dotnet_works_where_everything_else_is_denied() {
    needs!(Thunks);
    let file = policy_file(&format!("version = 1\ndefault = \"deny\"\n{DOTNET_ITSELF}"));
    for (name, args) in [("Hello", &[][..]), ("Echo", &["an argument"])] {
        let hosted =
            Program::fixture(name).args(args).options(["--policy", file.to_str().unwrap()]).under_clrhost();
        hosted.finished.assert_code(0);
        assert_eq!(denied(&hosted), [], "{}", hosted.text);
    }
    let hosted = Program::fixture("Values").options(["--policy", file.to_str().unwrap()]).under_clrhost();
    hosted.finished.assert_signal(SIGABRT);
    let stderr = &hosted.finished.stderr;
    assert!(stderr.contains("denied by default = \"deny\": Values.fx_"), "{stderr}");
    assert!(stderr.contains("Unhandled exception. System.EntryPointNotFoundException"), "{stderr}");
}

/// Learns a policy from a run of a program, and has it enforced.
fn learned(name: &str) -> PathBuf {
    let file = scratch("learned").join("learned.toml");
    let finished = Run::clrhost().args(["run", "--learn-policy"]).arg(&file).arg(fixture(name)).output();
    finished.assert_code(0);
    let text = fs::read_to_string(&file).expect("a learned policy");
    fs::write(&file, text.replace("mode = \"report-only\"", "mode = \"enforce\""))
        .expect("a writable folder");
    Policy::read(&file).expect("a policy");
    file
}

#[test]
fn a_learned_policy_can_be_enforced() {
    needs!(Thunks);
    // Pointers that are only handed to native code, and what a resolver finds, are used too.
    for name in ["Denied", "Exports", "Resolved", "Pointers", "Errno"] {
        let hosted = run(name, &learned(name), &[]);
        assert_eq!(findings(&hosted), [], "{name}: {}", hosted.finished);
        assert_eq!(hosted.finished.stderr, "");
    }
    // That other program calls fx_add and fx_nothing alone.
    let policy = learned("Suppressed");
    let other = Program::fixture("Denied").options(["--policy", policy.to_str().unwrap()]).under_clrhost();
    other.finished.assert_signal(SIGABRT);
    assert_eq!(denied(&other), [("dlerror", 1)], "the first thing that it calls");
}

#[test]
fn budgets_are_reported_beside_what_is_denied() {
    needs!(Thunks);
    let text = denies("symbol = \"fx_square\"")
        + "[[rule]]\nname = \"short\"\naction = \"allow\"\nsymbol = \"fx_add\"\nbudget = \"1 ns\"\n";
    let hosted = run("Denied", &policy_file(&text), &[]);
    assert_outcomes(&hosted, &[("delegate", MISSING)]);
    let kinds: Vec<_> = findings(&hosted).iter().map(|finding| finding.kind).collect();
    assert_eq!(
        kinds,
        [FindingKind::Denied, FindingKind::OverBudget, FindingKind::OverBudget],
        "{}",
        hosted.text
    );
    let rule = &hosted.report.policy.as_ref().expect("a policy").rules[1];
    assert_eq!((&*rule.name, rule.over_budget, rule.calls), ("short", 2, 4));
}
