//! Writing the policy that allows what a run used.

use crate::glob::Pattern;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Libraries of the shared framework begin so. What it calls in them depends on the path a run takes.
const OF_DOTNET: &str = "libSystem.";
const OF_DOTNET_NAME: &str = ".NET itself";

/// A target that a run used.
#[derive(Clone, Copy, Debug)]
pub struct Used<'a> {
    /// Native library as the declaration names it; `None` where the target is not reached by name.
    pub library: Option<&'a str>,
    /// Entry point; `None` likewise, and where the library does not name the function.
    pub symbol: Option<&'a str>,
    /// The managed method, or the delegate's `Invoke`.
    pub method: Option<&'a str>,
    /// It is declared by .NET itself and not by the program or its packages.
    pub of_dotnet: bool,
    /// Calls of it.
    pub calls: u64,
    /// The longest one, where calls were timed.
    pub longest: Option<Duration>,
}

/// What the policy was learned from, for the comment at its beginning.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The program, as it was given.
    pub program: &'a str,
    /// Version of the clrhost that learned.
    pub clrhost_version: &'a str,
    /// When the run ended.
    pub when: SystemTime,
}

#[derive(Default)]
struct Sum {
    calls: u64,
    longest: Option<Duration>,
}

/// The text of a policy, in report-only mode, that allows exactly these targets, by library and entry point, and denies all
/// others. Targets given in another order give the same text.
///
/// Two things are not exact, and the text says so. Of what .NET itself declares in its own native libraries,
/// `libSystem.*`, all is allowed, because a run shows only part of what the next one needs, and what is missing ends the
/// runtime. Targets of which nothing is known cannot be named; a policy is not asked about them. A function that its library
/// does not name is allowed by library and method.
pub fn write<'a>(run: &Run, used: impl IntoIterator<Item = Used<'a>>) -> String {
    let mut libraries: BTreeMap<&str, BTreeMap<&str, Sum>> = BTreeMap::new();
    let mut unnamed: BTreeMap<&str, BTreeMap<&str, Sum>> = BTreeMap::new();
    let mut dotnets: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut nameless = Sum::default();
    let mut named = Sum::default();
    let mut functions = BTreeSet::new();
    for target in used {
        let known = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
        let (library, symbol) = match (known(target.library), known(target.symbol), known(target.method)) {
            (Some(library), Some(symbol), _) => (library, symbol),
            (Some(library), None, Some(method)) => {
                unnamed.entry(library).or_default().entry(method).or_default().add(&target);
                named.add(&target);
                functions.insert((library, method));
                continue;
            }
            _ => {
                nameless.add(&target);
                continue;
            }
        };
        named.add(&target);
        functions.insert((library, symbol));
        let sum = if target.of_dotnet && library.starts_with(OF_DOTNET) {
            dotnets.entry(library).or_default()
        } else {
            libraries.entry(library).or_default().entry(symbol).or_default()
        };
        sum.add(&target);
    }
    let mut text = heading(run, functions.len(), named.calls);
    if nameless.calls > 0 {
        let calls = counted(nameless.calls, "call");
        let _ = writeln!(
            text,
            "#\n# Not here: {calls} that no name led to, as through function pointers. No policy applies to them."
        );
    }
    text += "\nversion = 1\nmode = \"report-only\"    # \"enforce\" denies what it now only reports\ndefault = \"deny\"\n";
    if !dotnets.is_empty() {
        text += "\n# What .NET's own assemblies call in its own libraries. Any of it: a run shows only part of what the next one\n\
                 # needs, and without it the runtime does not work.\n";
        let _ = writeln!(text, "[[rule]]\nname = {OF_DOTNET_NAME:?}\naction = \"allow\"\nlibrary = [");
        for (library, sum) in &dotnets {
            let _ = writeln!(text, "    {},  # {sum}", quoted(library));
        }
        text += "]\nassembly = [\"System.*\", \"Microsoft.*\"]\n";
    }
    for (library, symbols) in &libraries {
        text += "\n[[rule]]\n";
        // A name has to be one line, and no other rule's.
        if one_line(library) == *library && *library != OF_DOTNET_NAME {
            let _ = writeln!(text, "name = {}", toml_string(library));
        }
        allow(&mut text, library, "symbol", symbols);
    }
    for (library, methods) in &unnamed {
        text += "\n# Delegates made from functions that the library has no name for.\n[[rule]]\n";
        allow(&mut text, library, "method", methods);
    }
    text
}

fn allow(text: &mut String, library: &str, key: &str, patterns: &BTreeMap<&str, Sum>) {
    let _ = writeln!(text, "action = \"allow\"\nlibrary = {}\n{key} = [", quoted(library));
    for (pattern, sum) in patterns {
        let _ = writeln!(text, "    {},  # {sum}", quoted(pattern));
    }
    *text += "]\n";
}

fn heading(run: &Run, functions: usize, calls: u64) -> String {
    format!(
        "# What {} used, learned by clrhost {} on {}:\n# {} of {}.\n#\n\
         # Everything else is denied. A run shows only the paths it took, so run with this policy as it is, in report-only\n\
         # mode, add what is missing, and enforce it then: docs/policy.md.\n",
        one_line(run.program),
        one_line(run.clrhost_version),
        date(run.when),
        counted(calls, "call"),
        counted(functions as u64, "native function"),
    )
}

impl Sum {
    fn add(&mut self, target: &Used) {
        self.calls += target.calls;
        self.longest = self.longest.max(target.longest);
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&counted(self.calls, "call"))?;
        match self.longest {
            Some(longest) => write!(f, ", longest {longest:.1?}"),
            None => Ok(()),
        }
    }
}

fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The pattern for this name alone, as a string of TOML.
fn quoted(name: &str) -> String {
    toml_string(&Pattern::literally(name))
}

fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if char.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(char));
            }
            char => quoted.push(char),
        }
    }
    quoted + "\""
}

/// Fit for a comment and for the name of a rule: nothing that ends a line.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|char| if char.is_control() { '\u{FFFD}' } else { char }).collect();
    if line.trim().is_empty() { "(blank)".to_owned() } else { line }
}

/// As "2026-11-22 18:41 UTC".
fn date(when: SystemTime) -> String {
    let seconds = when.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March, so that the leap day is their last: see Howard Hinnant, "chrono-compatible low-level date
    // algorithms", civil_from_days. Days are counted from 0000-03-01.
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", second / 3_600, second / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_340, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn strings_are_quoted() {
        assert_eq!(toml_string("a\"b\\c\n\u{7f}"), r#""a\"b\\c\u000A\u007F""#);
        assert_eq!(quoted("a*b"), r#""a\\*b""#);
        assert_eq!(one_line("a\nb"), "a\u{FFFD}b");
    }
}
