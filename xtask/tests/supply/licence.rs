//! Expressions of licences: `MIT OR (Apache-2.0 AND Unicode-3.0)`.

use std::collections::BTreeSet;

/// Whether an expression can be satisfied by these licences. One that is not understood cannot.
pub fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // Before SPDX, a slash stood for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    either(&mut words, allowed).is_some_and(|good| good && words.is_empty())
}

/// `words` are in reverse order, so that the next one is the last.
fn either(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut good = both(words, allowed)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        good |= both(words, allowed)?;
    }
    Some(good)
}

fn both(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut good = one(words, allowed)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        good &= one(words, allowed)?;
    }
    Some(good)
}

fn one(words: &mut Vec<&str>, allowed: &BTreeSet<String>) -> Option<bool> {
    match words.pop()? {
        "(" => {
            let good = either(words, allowed)?;
            (words.pop()? == ")").then_some(good)
        }
        ")" | "OR" | "AND" | "WITH" => None,
        licence => {
            // With an exception it is another licence.
            let whole = match words.pop_if(|word| *word == "WITH") {
                Some(_) => format!("{licence} WITH {}", words.pop()?),
                None => licence.to_owned(),
            };
            Some(allowed.contains(&whole))
        }
    }
}

#[test]
fn expressions_are_understood() {
    let good = |expression| satisfied(expression, &["MIT", "Apache-2.0"].map(str::to_owned).into());
    for allowed in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/GPL-3.0",
        "MIT AND Apache-2.0",
        "(GPL-3.0 AND ISC) OR (MIT AND Apache-2.0)",
    ] {
        assert!(good(allowed), "{allowed}");
    }
    for refused in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT OR",
        "(MIT",
        "MIT)",
        "Apache-2.0 WITH LLVM-exception",
        "MIT Apache-2.0",
    ] {
        assert!(!good(refused), "{refused}");
    }
}
