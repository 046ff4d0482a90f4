//! Values of the file, with errors that say what is allowed in their place.

use crate::error::Fault;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One value of a table.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    value: &'a Spanned<DeValue<'a>>,
}

/// The value under a key.
pub(crate) fn entry<'a>(table: &'a DeTable<'a>, key: &'static str) -> Option<Entry<'a>> {
    table.get(key).map(|value| Entry { key, value })
}

/// An error at the first key, as the file has them, that is none of those allowed.
pub(crate) fn check_keys(table: &DeTable, whose: &str, allowed: &[&str]) -> Result<(), Fault> {
    let unknown = table.keys().filter(|key| !allowed.contains(&key.get_ref().as_ref()));
    match unknown.min_by_key(|key| key.span().start) {
        None => Ok(()),
        Some(key) => Err(Fault::new(
            key.span(),
            format!("unknown key `{}`", key.get_ref()),
            format!("{whose} has {}", listed(allowed)),
        )),
    }
}

impl<'a> Entry<'a> {
    pub(crate) fn span(self) -> Range<usize> {
        self.value.span()
    }

    pub(crate) fn value(self) -> &'a DeValue<'a> {
        self.value.get_ref()
    }

    /// An error about this value.
    pub(crate) fn fault(self, problem: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault::new(self.span(), problem, help)
    }

    fn wrong_type(self, help: String) -> Fault {
        self.fault(format!("`{}` is {}", self.key, with_article(self.value().type_str())), help)
    }

    pub(crate) fn string(self, help: &str) -> Result<&'a str, Fault> {
        self.value().as_str().ok_or_else(|| self.wrong_type(help.to_owned()))
    }

    /// One of these words, by its position.
    pub(crate) fn word(self, words: &[&str]) -> Result<usize, Fault> {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let help = format!("It is {}", quoted.join(" or "));
        let text = self.string(&help)?;
        let position = words.iter().position(|word| *word == text);
        position.ok_or_else(|| self.fault(format!("`{}` cannot be {text:?}", self.key), help))
    }

    /// One string or a list of them, each with its place.
    pub(crate) fn strings(self) -> Result<Vec<(&'a str, Range<usize>)>, Fault> {
        let help =
            || format!("It is a pattern, as `{0} = \"a*\"`, or a list, as `{0} = [\"a*\", \"b\"]`", self.key);
        if let Some(text) = self.value().as_str() {
            return Ok(vec![(text, self.span())]);
        }
        let Some(list) = self.value().as_array() else { return Err(self.wrong_type(help())) };
        if list.is_empty() {
            let problem = format!("`{}` is an empty list, which matches nothing", self.key);
            return Err(
                self.fault(problem, format!("Name patterns, or leave `{}` out to match all", self.key))
            );
        }
        let one = |item: &'a Spanned<DeValue<'a>>| match item.get_ref().as_str() {
            Some(text) => Ok((text, item.span())),
            None => {
                let what = with_article(item.get_ref().type_str());
                Err(Fault::new(item.span(), format!("`{}` has {what} in its list", self.key), help()))
            }
        };
        list.iter().map(one).collect()
    }

    /// A length of time, as "5 ms".
    pub(crate) fn duration(self) -> Result<Duration, Fault> {
        let help = "It is a number with one of the units ns, us, ms, s, min, as \"5 ms\"";
        let text = self.string(help)?;
        duration(text).ok_or_else(|| self.fault(format!("`{}` cannot be {text:?}", self.key), help))
    }
}

/// More than no time, and less than some centuries.
fn duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|char: char| !char.is_ascii_digit() && char != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit.trim() {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "min" => 60.0,
        _ => return None,
    };
    let duration = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
    (!duration.is_zero() && u64::try_from(duration.as_nanos()).is_ok()).then_some(duration)
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// "`a`, `b` and `c`".
fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match &*quoted {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (text, ns) in [
            ("5 ms", 5_000_000),
            ("5ms", 5_000_000),
            ("1.5 s", 1_500_000_000),
            ("250 us", 250_000),
            ("250 µs", 250_000),
            ("20ns", 20),
            ("2 min", 120_000_000_000),
        ] {
            assert_eq!(duration(text), Some(Duration::from_nanos(ns)), "{text}");
        }
        for text in [
            "",
            "5",
            "ms",
            "-5 ms",
            "5 hours",
            "0 ms",
            "1..2 s",
            "5 m s",
            "99999999999999 min",
            " 5 ms",
            "1e3 s",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(listed(&["a"]), "`a`");
    }
}
