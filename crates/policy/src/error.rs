//! What can be wrong with a policy, with the place and what to do.

use std::io;
use std::ops::Range;

/// Why a policy cannot be used. Its text names the file, the place in it, what is wrong and what is allowed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file cannot be read.
    #[error(
        "{file}: the policy cannot be read: {source}. Name a readable file in the format of docs/policy.md"
    )]
    Unreadable {
        /// The file, as it was named.
        file: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is not a policy.
    #[error("{file}:{line}:{column}: {problem}. {help}")]
    Invalid {
        /// The file, as it was named.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in characters.
        column: usize,
        /// What is wrong there.
        problem: String,
        /// What is allowed and what to do, as a sentence.
        help: String,
    },
}

/// Something wrong at a place of the text, before line and column are known.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) problem: String,
    pub(crate) help: String,
}

impl Fault {
    pub(crate) fn new(span: Range<usize>, problem: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault { at: span.start, problem: problem.into(), help: help.into() }
    }

    pub(crate) fn in_text(self, text: &str, file: &str) -> PolicyError {
        let (line, column) = place(text, self.at);
        PolicyError::Invalid { file: file.to_owned(), line, column, problem: self.problem, help: self.help }
    }
}

/// Line and column, from 1, of a byte of the text.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a\nµs x\n";
        assert_eq!(place(text, 0), (1, 1));
        assert_eq!(place(text, text.find('x').unwrap()), (2, 4));
        assert_eq!(place(text, 999), (3, 1));
    }
}
