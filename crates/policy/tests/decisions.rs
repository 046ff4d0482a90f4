//! What a policy answers: the first match, and what is not known.

use clrhost_policy::{Action, Decision, Mode, Policy, Subject};
use proptest::prelude::*;
use std::path::Path;
use std::time::Duration;

fn policy(text: &str) -> Policy {
    Policy::parse(text, "policy.toml").unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn call<'a>(library: &'a str, symbol: &'a str) -> Subject<'a> {
    Subject { library: Some(library), symbol: Some(symbol), ..Subject::default() }
}

/// The action, and the name of the rule.
fn answer(policy: &Policy, subject: &Subject) -> (Action, Option<String>) {
    let decision = policy.decide(subject);
    (decision.action, decision.rule.map(|id| policy.rule(id).name()))
}

const ORDERS: &str = r#"
version = 1
default = "deny"

[[rule]]
name = "statements"
action = "allow"
library = ["sqlite3", "libsqlite3.so*"]
symbol = "sqlite3_*"
budget = "5 ms"

[[rule]]
action = "deny"
symbol = ["system", "exec*"]

[[rule]]
name = "the plugin"
action = "allow"
assembly = "Plugin.dll"
method = "Plugin.Native.*"
"#;

#[test]
fn the_first_match_decides() {
    let policy = policy(ORDERS);
    assert_eq!((policy.mode(), policy.default_action()), (Mode::Enforce, Action::Deny));
    let (allow, deny) = (Action::Allow, Action::Deny);
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(answer(&policy, &call("sqlite3", "sqlite3_step")), (allow, named("statements")));
    assert_eq!(answer(&policy, &call("sqlite3", "other")), (deny, None));
    let plugin =
        Subject { assembly: Some("Plugin.dll"), method: Some("Plugin.Native.Do"), ..call("plugin", "do") };
    assert_eq!(answer(&policy, &plugin), (allow, named("the plugin")));
    let plugins_shell = Subject { symbol: Some("execve"), ..plugin };
    assert_eq!(answer(&policy, &plugins_shell), (deny, named("rule 2")));
}

#[test]
fn rules_know_their_names_lines_and_budgets() {
    let policy = policy(ORDERS);
    let labels: Vec<String> = policy.rules().iter().map(|rule| rule.label()).collect();
    assert_eq!(labels, ["rule \"statements\" (line 5)", "rule 2 (line 12)", "rule \"the plugin\" (line 16)"]);
    assert_eq!(policy.label(None), "default = \"deny\"");
    assert_eq!(policy.decide(&call("sqlite3", "sqlite3_step")).budget, Some(Duration::from_millis(5)));
    assert!(policy.has_budgets() && policy.can_deny());
}

#[test]
fn what_a_short_policy_leaves_out() {
    let policy = policy("version = 1");
    assert_eq!((policy.mode(), policy.default_action()), (Mode::Enforce, Action::Allow));
    assert!(!policy.has_budgets() && !policy.can_deny());
    assert_eq!(policy.report_only().mode(), Mode::ReportOnly);
}

#[test]
fn a_library_goes_by_its_declared_name_its_file_name_and_its_path() {
    let found = Subject { file: Some(Path::new("/usr/lib/libc.so.6")), ..call("libc", "system") };
    for (pattern, expected) in [
        ("libc", Action::Deny),
        ("libc.so.*", Action::Deny),
        ("/usr/lib/*", Action::Deny),
        ("libc?", Action::Allow),
        ("c", Action::Allow),
    ] {
        let policy = policy(&format!("version = 1\n[[rule]]\naction = \"deny\"\nlibrary = \"{pattern}\""));
        assert_eq!(policy.decide(&found).action, expected, "{pattern}");
    }
}

#[test]
fn what_is_not_known_matches_only_everything() {
    let unknown = Subject { library: Some("libc"), symbol: Some(""), ..Subject::default() };
    for (pattern, expected) in [("*", Action::Deny), ("s*", Action::Allow), ("?*", Action::Allow)] {
        let policy = policy(&format!("version = 1\n[[rule]]\naction = \"deny\"\nsymbol = \"{pattern}\""));
        let decision = policy.decide(&unknown);
        assert_eq!(decision.action, expected, "{pattern}");
        assert_eq!(decision.undecided.is_some(), expected == Action::Allow, "{pattern}");
    }
    let strict = policy("version = 1\ndefault = \"deny\"\n[[rule]]\naction = \"allow\"\nsymbol = \"s*\"");
    let decision = strict.decide(&unknown);
    assert_eq!((decision.action, decision.rule, decision.undecided.is_some()), (Action::Deny, None, true));
    // Nothing is open where what is known rules the rule out, or where it says the same.
    let other = policy("version = 1\n[[rule]]\naction = \"deny\"\nsymbol = \"s*\"\nlibrary = \"other\"");
    assert_eq!(other.decide(&unknown).undecided, None);
    let same = policy("version = 1\n[[rule]]\naction = \"allow\"\nsymbol = \"s*\"");
    assert_eq!(same.decide(&unknown).undecided, None);
}

#[test]
fn a_policy_without_dotnet_is_noticed() {
    let deaf = policy("version = 1\ndefault = \"deny\"");
    let problem = deaf.check_dotnet_can_start().unwrap_err();
    assert!(problem.starts_with("policy.toml: .NET itself cannot start under this policy: default = \"deny\" denies libSystem.Native!"), "{problem}");
    let hint = "version = 1\ndefault = \"deny\"\n[[rule]]\naction = \"allow\"\nlibrary = \"libSystem.*\"\nassembly = \"System.*\"";
    assert_eq!(policy(hint).check_dotnet_can_start(), Ok(()));
    let forks = "version = 1\n[[rule]]\naction = \"deny\"\nsymbol = \"SystemNative_ForkAndExecProcess\"";
    assert_eq!(policy(forks).check_dotnet_can_start(), Ok(()));
    let all = policy("version = 1\n[[rule]]\naction = \"deny\"\nsymbol = \"SystemNative_*\"");
    assert!(all.check_dotnet_can_start().unwrap_err().contains("rule 1 (line 2)"));
}

/// A rule as its action and one pattern for each of two fields.
fn rules() -> impl Strategy<Value = Vec<(bool, String, String)>> {
    prop::collection::vec((any::<bool>(), "[ab?*]{1,3}", "[ab?*]{1,3}"), 0..6)
}

fn text_of(rules: &[(bool, String, String)], deny_by_default: bool) -> String {
    let word = |deny: bool| if deny { "deny" } else { "allow" };
    let mut text = format!("version = 1\ndefault = \"{}\"\n", word(deny_by_default));
    for (deny, library, symbol) in rules {
        let action = word(*deny);
        text += &format!("[[rule]]\naction = \"{action}\"\nlibrary = \"{library}\"\nsymbol = \"{symbol}\"\n");
    }
    text
}

fn matches(pattern: &str, name: &str) -> bool {
    let rest = |at: usize| &pattern[at..];
    match (pattern.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => (0..=name.len()).any(|taken| matches(rest(1), &name[taken..])),
        (Some(one), Some(char)) if one == '?' || one == char => matches(rest(1), &name[1..]),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Against a search written down in the plainest way. Policies with a rule that another swallows are refused; there,
    /// that the swallowed one never decides is what makes it so.
    #[test]
    fn decisions_are_those_of_the_first_match(
        rules in rules(), deny in any::<bool>(), library in "[ab]{1,3}", symbol in "[ab]{1,3}",
    ) {
        let first = rules.iter().position(|(_, l, s)| matches(l, &library) && matches(s, &symbol));
        match Policy::parse(&text_of(&rules, deny), "p") {
            Ok(policy) => {
                let Decision { action, rule, .. } = policy.decide(&call(&library, &symbol));
                prop_assert_eq!(rule.map(|id| policy.rule(id).name()), first.map(|at| format!("rule {}", at + 1)));
                let denies = first.map_or(deny, |at| rules[at].0);
                prop_assert_eq!(action == Action::Deny, denies);
            }
            Err(error) => {
                let error = error.to_string();
                prop_assert!(error.contains("can never match"), "{}", error);
                let number = error.split("rule ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
                prop_assert_ne!(first.map(|at| (at + 1).to_string()), Some(number.to_owned()));
            }
        }
    }

    #[test]
    fn any_text_is_a_policy_or_an_error(text in any::<String>()) {
        let _ = Policy::parse(&text, "p");
        let _ = Policy::parse(&format!("version = 1\n[[rule]]\naction = {text:?}\n{text}"), "p");
    }
}
