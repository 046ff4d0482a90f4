//! Rules, and what they are asked about.

use crate::glob::Pattern;
use std::path::Path;
use std::time::Duration;

/// What a rule says of the targets it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// They may be called.
    Allow,
    /// They may not.
    Deny,
}

impl Action {
    /// The word used in policies and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::Deny => "deny",
        }
    }
}

/// A native target, as far as it is known. An empty text counts as not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Native library as the declaration names it, as `libc`.
    pub library: Option<&'a str>,
    /// The library that was found, as `/usr/lib/libc.so.6`.
    pub file: Option<&'a Path>,
    /// Entry point.
    pub symbol: Option<&'a str>,
    /// The managed method, `Type.Method`, that declares it.
    pub method: Option<&'a str>,
    /// File name of the assembly that declares it.
    pub assembly: Option<&'a str>,
}

/// One rule of a policy.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) name: Option<String>,
    pub(crate) number: usize,
    pub(crate) line: usize,
    pub(crate) action: Action,
    pub(crate) budget: Option<Duration>,
    pub(crate) conditions: Conditions,
}

impl Rule {
    /// The name it was given, else its number, as `rule 3`.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("rule {}", self.number))
    }

    /// How messages call it: `rule "no shells" (line 12)`, or `rule 3 (line 17)`.
    pub fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("rule {name:?} (line {})", self.line),
            None => format!("rule {} (line {})", self.number, self.line),
        }
    }

    /// The line on which it begins, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What it says of the targets it matches.
    pub fn action(&self) -> Action {
        self.action
    }

    /// How long a call of its targets should take at most.
    pub fn budget(&self) -> Option<Duration> {
        self.budget
    }
}

/// Whether conditions hold for a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    /// Everything that is known fits, and something that a condition is about is not known.
    Unknown,
}

/// All conditions of a rule. One without patterns holds for everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) library: Vec<Pattern>,
    pub(crate) symbol: Vec<Pattern>,
    pub(crate) method: Vec<Pattern>,
    pub(crate) assembly: Vec<Pattern>,
}

impl Conditions {
    pub(crate) fn fit(&self, subject: &Subject) -> Fit {
        let file = subject.file.map(|file| file.to_string_lossy());
        let file_name = subject.file.and_then(Path::file_name).map(|name| name.to_string_lossy());
        let library = [subject.library, file_name.as_deref(), file.as_deref()];
        let fits = [
            fit(&self.library, &library),
            fit(&self.symbol, &[subject.symbol]),
            fit(&self.method, &[subject.method]),
            fit(&self.assembly, &[subject.assembly]),
        ];
        if fits.contains(&Fit::No) {
            Fit::No
        } else if fits.contains(&Fit::Unknown) {
            Fit::Unknown
        } else {
            Fit::Yes
        }
    }

    /// They surely hold wherever `other` holds. The answer "no" may be wrong.
    pub(crate) fn cover(&self, other: &Conditions) -> bool {
        cover(&self.library, &other.library)
            && cover(&self.symbol, &other.symbol)
            && cover(&self.method, &other.method)
            && cover(&self.assembly, &other.assembly)
    }
}

/// Whether one of the patterns matches one of the names.
fn fit(patterns: &[Pattern], names: &[Option<&str>]) -> Fit {
    if patterns.is_empty() || patterns.iter().any(Pattern::is_everything) {
        return Fit::Yes;
    }
    let mut known = names.iter().flatten().filter(|name| !name.is_empty()).peekable();
    if known.peek().is_none() {
        return Fit::Unknown;
    }
    let matched = known.any(|name| patterns.iter().any(|pattern| pattern.matches(name)));
    if matched { Fit::Yes } else { Fit::No }
}

fn cover(one: &[Pattern], other: &[Pattern]) -> bool {
    if one.is_empty() || one.iter().any(Pattern::is_everything) {
        return true;
    }
    let covered = |pattern: &Pattern| one.iter().any(|wider| wider.covers(pattern));
    !other.is_empty() && other.iter().all(covered)
}
