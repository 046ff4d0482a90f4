//! From the text of a policy to its rules.

use crate::error::{Fault, place};
use crate::glob::Pattern;
use crate::policy::{Mode, Policy};
use crate::rule::{Action, Conditions, Rule};
use crate::value::{Entry, check_keys, entry};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

const VERSION: &str = "1";
const KEYS: [&str; 4] = ["version", "mode", "default", "rule"];
const KEYS_OF_RULE: [&str; 7] = ["name", "action", "library", "symbol", "method", "assembly", "budget"];

pub(crate) fn policy(text: &str, file: &str) -> Result<Policy, Fault> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        Fault::new(error.span().unwrap_or(0..0), message, "A policy is written in TOML (https://toml.io)")
    })?;
    let table = parsed.get_ref();
    // Before the keys are looked at: those of a later version may be others.
    check_version(table)?;
    check_keys(table, "A policy", &KEYS)?;
    let mode = match entry(table, "mode").map(|mode| mode.word(&["enforce", "report-only"])).transpose()? {
        Some(1) => Mode::ReportOnly,
        _ => Mode::Enforce,
    };
    let default = entry(table, "default").map_or(Ok(Action::Allow), action)?;
    let rules = entry(table, "rule").map_or(Ok(Vec::new()), |entry| rules(text, entry))?;
    Ok(Policy { file: file.to_owned(), mode, default, rules })
}

fn check_version(table: &DeTable) -> Result<(), Fault> {
    let Some(version) = entry(table, "version") else {
        let help = format!("Begin the file with `version = {VERSION}`");
        return Err(Fault::new(0..0, "`version` is missing", help));
    };
    let help = format!(
        "This clrhost reads version {VERSION}: write `version = {VERSION}`, or use a clrhost that knows the other"
    );
    match version.value() {
        DeValue::Integer(number) if number.as_str() == VERSION => Ok(()),
        DeValue::Integer(number) => Err(version.fault(format!("version {number} is not supported"), help)),
        other => Err(version.fault(format!("`version` is of the type {}", other.type_str()), help)),
    }
}

fn action(entry: Entry) -> Result<Action, Fault> {
    Ok(if entry.word(&["allow", "deny"])? == 0 { Action::Allow } else { Action::Deny })
}

fn rules(text: &str, entry: Entry) -> Result<Vec<Rule>, Fault> {
    let help = "Each rule begins with a line `[[rule]]`, with two brackets";
    let Some(list) = entry.value().as_array() else {
        return Err(entry.fault("`rule` is not a list of rules", help));
    };
    let mut rules: Vec<Rule> = Vec::new();
    for item in list {
        let Some(table) = item.get_ref().as_table() else {
            return Err(Fault::new(item.span(), "a rule is not a table", help));
        };
        let rule = rule(text, table, item.span(), rules.len() + 1)?;
        if let Some(earlier) = rules.iter().find(|earlier| earlier.conditions.cover(&rule.conditions)) {
            let problem = format!(
                "{} can never match: {} comes before it and matches all it does",
                rule.label(),
                earlier.label()
            );
            let help = "The first rule that matches decides: put the narrower rule first, or remove it";
            return Err(Fault::new(item.span(), problem, help));
        }
        let same_name = |earlier: &&Rule| earlier.name.is_some() && earlier.name == rule.name;
        if let Some(earlier) = rules.iter().find(same_name) {
            let problem = format!("{} has the name of the one on line {}", rule.label(), earlier.line);
            return Err(Fault::new(item.span(), problem, "Messages name rules: give each a name of its own"));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn rule(text: &str, table: &DeTable, span: Range<usize>, number: usize) -> Result<Rule, Fault> {
    check_keys(table, "A rule", &KEYS_OF_RULE)?;
    let Some(action_entry) = entry(table, "action") else {
        let problem = format!("rule {number} has no `action`");
        return Err(Fault::new(span, problem, "Write `action = \"allow\"` or `action = \"deny\"`"));
    };
    let action = action(action_entry)?;
    let budget = entry(table, "budget");
    if let (Some(budget), Action::Deny) = (budget, action) {
        let help =
            "A budget is for targets that may be called: use `action = \"allow\"`, or leave the budget out";
        return Err(budget.fault("`budget` stands in a rule that denies", help));
    }
    Ok(Rule {
        name: entry(table, "name").map(name).transpose()?,
        number,
        line: place(text, span.start).0,
        action,
        budget: budget.map(Entry::duration).transpose()?,
        conditions: Conditions {
            library: patterns(table, "library")?,
            symbol: patterns(table, "symbol")?,
            method: patterns(table, "method")?,
            assembly: patterns(table, "assembly")?,
        },
    })
}

fn name(entry: Entry) -> Result<String, Fault> {
    let help = "It is one line of text that messages show, as `name = \"no shells\"`";
    let name = entry.string(help)?;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(entry.fault("`name` is empty or has control characters", help));
    }
    Ok(name.to_owned())
}

fn patterns(table: &DeTable, key: &'static str) -> Result<Vec<Pattern>, Fault> {
    let Some(entry) = entry(table, key) else { return Ok(Vec::new()) };
    let one = |(text, span): (&str, Range<usize>)| {
        let help = "In patterns `*` stands for any characters and `?` for one; several go into a list; \
                    a `\\` (in 'single quotes') takes the next character as it is";
        Pattern::parse(text)
            .map_err(|problem| Fault::new(span, format!("bad pattern {text:?}: {problem}"), help))
    };
    entry.strings()?.into_iter().map(one).collect()
}
