//! Words to the person at the terminal.

use std::fmt;
use std::io::{self, Write};

/// Says something on stderr, on a line of its own. Where that is a pipe which nobody reads any more, or on a full disk, nobody is left
/// to tell, and the application goes on: `eprintln!` would panic.
pub fn say(words: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "clrhost: {words}");
}
