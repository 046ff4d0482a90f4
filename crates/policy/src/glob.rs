//! Patterns for names: `*` stands for any characters, `?` for one, `\` takes the next one as it is.
//!
//! There is nothing else: a list of patterns says "or". Brackets and braces, which mean something in other pattern
//! languages, are refused rather than taken as they are, so that nobody believes they work.

const SPECIAL: [char; 8] = ['*', '?', '\\', '[', ']', '{', '}', '!'];

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any characters, or none. Never two in a row.
    Any,
}

impl Pattern {
    /// Reads a pattern. The error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let part = match char {
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => match chars.next() {
                    Some(next) if SPECIAL.contains(&next) => Part::Char(next),
                    Some(next) => return Err(format!("`\\{next}` is no escape")),
                    None => return Err("the pattern ends in the middle of an escape".to_owned()),
                },
                '[' | ']' | '{' | '}' => return Err(format!("`{char}` has no meaning in a pattern")),
                '!' if parts.is_empty() => return Err("a pattern cannot be negated".to_owned()),
                char => Part::Char(char),
            };
            if part != Part::Any || parts.last() != Some(&Part::Any) {
                parts.push(part);
            }
        }
        Ok(Pattern { parts })
    }

    /// The pattern, as text, that matches this name and no other.
    pub(crate) fn literally(name: &str) -> String {
        let mut text = String::with_capacity(name.len());
        for char in name.chars() {
            if SPECIAL.contains(&char) {
                text.push('\\');
            }
            text.push(char);
        }
        text
    }

    /// It matches every name, and so also one that is not known.
    pub(crate) fn is_everything(&self) -> bool {
        self.parts == [Part::Any]
    }

    /// It matches the whole of `name`.
    pub(crate) fn matches(&self, name: &str) -> bool {
        fits(&self.parts, name.chars(), |part, char| match part {
            Part::Char(expected) => *expected == char,
            Part::One => true,
            Part::Any => false,
        })
    }

    /// It surely matches every name that `other` matches. The answer "no" may be wrong.
    pub(crate) fn covers(&self, other: &Pattern) -> bool {
        fits(&self.parts, other.parts.iter(), |part, other| match part {
            Part::Char(_) => part == other,
            Part::One => *other != Part::Any,
            Part::Any => false,
        })
    }
}

/// Whether the items, all of them, can be given to the parts in order: to [`Part::Any`] any number, to each other part one
/// that `takes` says it takes. Where that fails, the latest `Any` takes one item more; earlier ones need no second try,
/// since whatever they could give up the latest one can take.
fn fits<I: Iterator + Clone>(parts: &[Part], items: I, takes: impl Fn(&Part, I::Item) -> bool) -> bool {
    let (mut at, mut rest) = (0, items);
    let mut latest: Option<(usize, I)> = None;
    loop {
        if parts.get(at) == Some(&Part::Any) {
            at += 1;
            latest = Some((at, rest.clone()));
            continue;
        }
        let mut after = rest.clone();
        let Some(item) = after.next() else { return at == parts.len() };
        if parts.get(at).is_some_and(|part| takes(part, item)) {
            at += 1;
            rest = after;
            continue;
        }
        let Some((behind_any, given)) = &mut latest else { return false };
        given.next();
        at = *behind_any;
        rest = given.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    /// The definition, without cleverness: try every way.
    fn naive(parts: &[Part], name: &[char]) -> bool {
        match (parts, name) {
            ([], []) => true,
            ([Part::Any, rest @ ..], _) => (0..=name.len()).any(|taken| naive(rest, &name[taken..])),
            ([Part::One, rest @ ..], [_, more @ ..]) => naive(rest, more),
            ([Part::Char(char), rest @ ..], [first, more @ ..]) => char == first && naive(rest, more),
            _ => false,
        }
    }

    #[test]
    fn patterns_match_whole_names() {
        for (text, name, expected) in [
            ("libc", "libc", true),
            ("libc", "libc.so.6", false),
            ("libc*", "libc.so.6", true),
            ("libc*", "libcrypto", true),
            ("libc.so.?", "libc.so.6", true),
            ("*/libc.so*", "/usr/lib/libc.so.6", true),
            ("exec*", "execve", true),
            ("exec?", "exec", false),
            ("*", "", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXbcd", false),
            (r"\*\?\\\[", r"*?\[", true),
            ("SYSTEM", "system", false),
            ("a!b", "a!b", true),
        ] {
            assert_eq!(pattern(text).matches(name), expected, "{text} {name}");
        }
    }

    #[test]
    fn what_other_languages_have_is_refused() {
        for (text, hint) in [
            ("", "empty"),
            ("lib[cm]", "`[`"),
            ("{a,b}", "`{`"),
            ("!libc", "negated"),
            ("a\\n", "no escape"),
            ("a\\", "middle of an escape"),
        ] {
            let problem = Pattern::parse(text).unwrap_err();
            assert!(problem.contains(hint), "{text}: {problem}");
        }
    }

    #[test]
    fn a_pattern_covers_what_is_surely_its_own() {
        for (one, other, expected) in [
            ("*", "?", true),
            ("**", "*", true),
            ("a*", "ab?*", true),
            ("a?", "a*", false),
            ("a?c", "a?c", true),
            ("*b*", "a*b", true),
            ("a", "ab", false),
        ] {
            assert_eq!(pattern(one).covers(&pattern(other)), expected, "{one} {other}");
        }
    }

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!['a', 'b', 'µ', '*', '?']), 1..9)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn matching_is_as_defined(text in text(), name in "[abµ]{0,9}") {
            let pattern = pattern(&text);
            let chars: Vec<char> = name.chars().collect();
            prop_assert_eq!(pattern.matches(&name), naive(&pattern.parts, &chars));
        }

        #[test]
        fn what_is_covered_is_matched(one in text(), other in text(), name in "[abµ]{0,9}") {
            let (one, other) = (pattern(&one), pattern(&other));
            prop_assert!(!(one.covers(&other) && other.matches(&name) && !one.matches(&name)));
        }

        #[test]
        fn a_literal_matches_its_name_alone(name in "\\PC{1,9}", other in "\\PC{0,9}") {
            let literal = pattern(&Pattern::literally(&name));
            prop_assert!(literal.matches(&name));
            prop_assert_eq!(literal.matches(&other), name == other);
        }

        #[test]
        fn any_text_is_a_pattern_or_an_error(text in any::<String>()) {
            let _ = Pattern::parse(&text);
        }
    }
}
