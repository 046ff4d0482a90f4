//! A test's own process: the test binary starts itself again for one test, and there the test's closure runs.
//!
//! The closure finds out which test it belongs to by its type's name, so a test need not name itself:
//!
//! ```ignore
//! #[test]
//! fn answers_42() {
//!     Child::new().run(|_| 42).assert_code(42);
//! }
//! ```

use clrhost_testkit::{Finished, Run};
use serde_json::Value;
use std::any::type_name;
use std::env;
use std::process;
use std::time::Duration;

/// Set in a child; its value is the closure's argument.
const ARGUMENT: &str = "CLRHOST_TEST_CHILD";
/// Begins the line in which a child tells its facts, to keep it apart from what the application prints.
const FACTS: &str = "facts: ";

/// A child process to be.
pub struct Child {
    run: Run,
    argument: String,
}

impl Child {
    /// A child that does what [`run`](Self::run) says.
    pub fn new() -> Child {
        let test = env::current_exe().expect("the test binary has a path");
        // Panics on purpose are part of some tests; their backtraces would only take time.
        let run = Run::new(test).env("RUST_BACKTRACE", "0");
        Child { run, argument: String::new() }
    }

    /// What the closure gets, for tests that run several children.
    pub fn argument(mut self, argument: &str) -> Child {
        self.argument = argument.to_owned();
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Child {
        self.run = self.run.env(name, value);
        self
    }

    /// How long the child may take; otherwise a minute.
    pub fn time_limit(mut self, limit: Duration) -> Child {
        self.run = self.run.time_limit(limit);
        self
    }

    /// Sends the child a signal once it has printed this line.
    pub fn signal_after_line(mut self, line: &str, signal: i32) -> Child {
        self.run = self.run.signal_after_line(line, signal);
        self
    }

    /// Runs `body` in the child, whose exit code it gives. A panic in it is exit code 101. In the child this does not
    /// return.
    pub fn run<F: FnOnce(&str) -> i32>(self, body: F) -> Finished {
        if let Ok(argument) = env::var(ARGUMENT) {
            process::exit(body(&argument));
        }
        // One thread makes the test run on the process's first one, as a program's Main does. `--quiet` keeps the
        // runner from writing the test's name without a line's end before what the application prints.
        let run = self.run.args([test_name::<F>(), "--exact", "--quiet", "--nocapture", "--test-threads=1"]);
        run.env(ARGUMENT, self.argument).output()
    }
}

/// The test that this closure stands in: `hosting::order::nested::{{closure}}` stands in `order::nested`.
fn test_name<F>() -> &'static str {
    let (_crate, path) = type_name::<F>().split_once("::").expect("a path");
    path.split_once("::{{closure}}").expect("a closure").0
}

/// In the child: hands the facts to the parent.
pub fn tell(facts: &Value) {
    println!("{FACTS}{facts}");
}

/// In the parent: the facts that the child told.
#[track_caller]
pub fn facts(finished: &Finished) -> Value {
    let line = finished.stdout.lines().find_map(|line| line.strip_prefix(FACTS));
    let line = line.unwrap_or_else(|| panic!("no facts\n{finished}"));
    serde_json::from_str(line).unwrap_or_else(|error| panic!("unreadable facts: {error}\n{finished}"))
}
