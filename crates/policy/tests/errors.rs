//! The words for what is wrong with a policy: where, what, what is allowed, what to do.

use clrhost_policy::{Policy, PolicyError};

#[track_caller]
fn assert_error(text: &str, expected: &str) {
    let error = Policy::parse(text, "policy.toml").expect_err(text);
    assert_eq!(error.to_string(), expected, "for\n{text}");
}

fn rule(lines: &str) -> String {
    format!("version = 1\n[[rule]]\naction = \"deny\"\n{lines}")
}

#[test]
fn versions() {
    assert_error("", "policy.toml:1:1: `version` is missing. Begin the file with `version = 1`");
    let help = "This clrhost reads version 1: write `version = 1`, or use a clrhost that knows the other";
    assert_error("version = 2\nnew = 1", &format!("policy.toml:1:11: version 2 is not supported. {help}"));
    assert_error("\nversion = \"1\"", &format!("policy.toml:2:11: `version` is of the type string. {help}"));
}

#[test]
fn keys() {
    assert_error(
        "version = 1\nmod = \"enforce\"",
        "policy.toml:2:1: unknown key `mod`. A policy has `version`, `mode`, `default` and `rule`",
    );
    assert_error(
        &rule("zzz = 1\nlibary = \"libc\""),
        "policy.toml:4:1: unknown key `zzz`. A rule has `name`, `action`, `library`, `symbol`, `method`, `assembly` and \
         `budget`",
    );
}

#[test]
fn words() {
    assert_error(
        "version = 1\nmode = \"report\"",
        "policy.toml:2:8: `mode` cannot be \"report\". It is \"enforce\" or \"report-only\"",
    );
    assert_error(
        "version = 1\ndefault = true",
        "policy.toml:2:11: `default` is a boolean. It is \"allow\" or \"deny\"",
    );
    assert_error(
        "version = 1\n[[rule]]\naction = \"block\"",
        "policy.toml:3:10: `action` cannot be \"block\". It is \"allow\" or \"deny\"",
    );
    assert_error(
        "version = 1\n\n[[rule]]\nlibrary = \"libc\"",
        "policy.toml:3:1: rule 1 has no `action`. Write `action = \"allow\"` or `action = \"deny\"`",
    );
    assert_error(
        &rule("name = \"\""),
        "policy.toml:4:8: `name` is empty or has control characters. It is one line of text that messages show, as `name = \
         \"no shells\"`",
    );
}

#[test]
fn patterns() {
    let list = "It is a pattern, as `symbol = \"a*\"`, or a list, as `symbol = [\"a*\", \"b\"]`";
    assert_error(&rule("symbol = 1"), &format!("policy.toml:4:10: `symbol` is an integer. {list}"));
    assert_error(
        &rule("symbol = [\"a\", 1.5]"),
        &format!("policy.toml:4:16: `symbol` has a float in its list. {list}"),
    );
    assert_error(
        &rule("symbol = []"),
        "policy.toml:4:10: `symbol` is an empty list, which matches nothing. Name patterns, or leave `symbol` out to match \
         all",
    );
    assert_error(
        &rule("symbol = [\n    \"a\",\n    \"lib[cm]\",\n]"),
        "policy.toml:6:5: bad pattern \"lib[cm]\": `[` has no meaning in a pattern. In patterns `*` stands for any \
         characters and `?` for one; several go into a list; a `\\` (in 'single quotes') takes the next character as it is",
    );
}

#[test]
fn budgets() {
    let help = "It is a number with one of the units ns, us, ms, s, min, as \"5 ms\"";
    let allow = |budget: &str| format!("version = 1\n[[rule]]\naction = \"allow\"\nbudget = {budget}");
    assert_error(&allow("5"), &format!("policy.toml:4:10: `budget` is an integer. {help}"));
    assert_error(&allow("\"5 m\""), &format!("policy.toml:4:10: `budget` cannot be \"5 m\". {help}"));
    assert_error(
        &rule("budget = \"5 ms\""),
        "policy.toml:4:10: `budget` stands in a rule that denies. A budget is for targets that may be called: use `action \
         = \"allow\"`, or leave the budget out",
    );
}

#[test]
fn rules() {
    let brackets = "Each rule begins with a line `[[rule]]`, with two brackets";
    assert_error(
        "version = 1\n[rule]\naction = \"deny\"",
        &format!("policy.toml:2:1: `rule` is not a list of rules. {brackets}"),
    );
    assert_error("version = 1\nrule = [1]", &format!("policy.toml:2:9: a rule is not a table. {brackets}"));
    let order = "The first rule that matches decides: put the narrower rule first, or remove it";
    assert_error(
        &rule("[[rule]]\naction = \"allow\"\nlibrary = \"libm\""),
        &format!(
            "policy.toml:4:1: rule 2 (line 4) can never match: rule 1 (line 2) comes before it and matches all it does. \
             {order}"
        ),
    );
    assert_error(
        &rule(
            "symbol = [\"exec*\", \"s\"]\n[[rule]]\nname = \"exec\"\naction = \"allow\"\nsymbol = \"execv?\"",
        ),
        &format!(
            "policy.toml:5:1: rule \"exec\" (line 5) can never match: rule 1 (line 2) comes before it and matches all it \
             does. {order}"
        ),
    );
    assert_error(
        &rule("name = \"a\"\nsymbol = \"x\"\n[[rule]]\nname = \"a\"\naction = \"deny\""),
        "policy.toml:6:1: rule \"a\" (line 6) has the name of the one on line 2. Messages name rules: give each a name of \
         its own",
    );
}

#[test]
fn other_toml_and_no_file() {
    assert_error(
        "version = 1\nmode = enforce",
        "policy.toml:2:8: string values must be quoted, expected literal string. A policy is written in TOML \
         (https://toml.io)",
    );
    let missing = Policy::read("/nowhere/policy.toml").unwrap_err();
    assert!(matches!(missing, PolicyError::Unreadable { .. }));
    assert_eq!(
        missing.to_string(),
        "/nowhere/policy.toml: the policy cannot be read: No such file or directory (os error 2). Name a readable file in \
         the format of docs/policy.md"
    );
}
