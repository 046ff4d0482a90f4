//! Where reports, pages and comparisons go: a file, which is whole or not there, or stdout.

use crate::render;
use crate::sink::Sink;
use clrhost::report::TextOptions;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The place for one of them.
pub enum Output {
    Stdout,
    File { path: PathBuf, sink: Sink },
}

impl Output {
    /// A file, which is tried out before the work is done, or stdout where there is none. The error is a message for people.
    pub fn open(path: Option<&Path>) -> Result<Output, String> {
        let Some(path) = path else { return Ok(Output::Stdout) };
        match Sink::open(Some(path)) {
            Ok(sink) => Ok(Output::File { path: path.to_owned(), sink }),
            Err(error) => Err(format!("cannot write to {}: {error}; name another file", path.display())),
        }
    }

    /// Writes it whole. The outer error is that of stdout, the inner one a message for people.
    pub fn write(self, make: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<Result<(), String>> {
        let mut bytes = Vec::new();
        make(&mut bytes)?;
        match self {
            Output::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(&bytes).and_then(|()| stdout.flush()).map(Ok)
            }
            Output::File { path, sink } => {
                Ok(sink.write(&bytes).map_err(|error| format!("cannot write to {}: {error}", path.display())))
            }
        }
    }

    /// The same, of text.
    pub fn write_text(self, text: &str) -> io::Result<Result<(), String>> {
        self.write(|bytes| bytes.write_all(text.as_bytes()))
    }
}

/// A line on stderr for work that takes seconds, where that is a terminal; gone when dropped.
pub struct Notice(());

impl Notice {
    pub fn new(what: &str) -> Option<Notice> {
        let shown = io::stderr().is_terminal() && write!(io::stderr(), "clrhost: {what} ...").is_ok();
        shown.then_some(Notice(()))
    }
}

impl Drop for Notice {
    fn drop(&mut self) {
        // Where it cannot be taken away, nobody sees it.
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

/// Text for this place: as wide as the terminal, and coloured only there.
pub fn text_options(top: usize, output: &Output) -> TextOptions {
    render::text_options(matches!(output, Output::Stdout).then(io::stdout), top)
}

/// Nothing is written over what is read, nor two things into one file. The error is a message for people.
pub fn check_distinct(input: &Path, outputs: [Option<&Path>; 2]) -> Result<(), String> {
    let place = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok();
    let [first, second] = outputs.map(|output| output.and_then(place));
    if first.is_some() && first == second {
        return Err("two outputs are to go into one file; name another".to_owned());
    }
    let read = place(input);
    match [first, second].into_iter().flatten().find(|output| Some(output) == read.as_ref()) {
        Some(_) => {
            Err(format!("{}: the file that is read would be written over; name another", input.display()))
        }
        None => Ok(()),
    }
}
