//! `cargo xtask sanitize`: tests of the crates under AddressSanitizer or ThreadSanitizer.

use std::process::Command;

use crate::workspace::{progress, run, target, words};
use crate::{Failure, nightly, setup};

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sanitizer {
    Address,
    Thread,
}

impl Sanitizer {
    fn of(word: &str) -> Result<Sanitizer, Failure> {
        match word {
            "address" => Ok(Sanitizer::Address),
            "thread" => Ok(Sanitizer::Thread),
            other => Err(format!("no sanitizer {other:?}; there are: address, thread")),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Sanitizer::Address => "address",
            Sanitizer::Thread => "thread",
        }
    }

    /// What is tested where nothing is named. Assembly (thunks) and C are not instrumented, whatever crate they are in.
    fn packages(self) -> &'static [&'static str] {
        match self {
            // Those in which threads of ours meet.
            Sanitizer::Thread => &["boundary", "trace", "control"],
            Sanitizer::Address => {
                &["boundary", "trace", "control", "report", "policy", "analysis", "export", "unwind", "probe"]
            }
        }
    }

    /// What the nightly toolchain must have: the source of the standard library where that is compiled anew.
    fn components(self) -> &'static [&'static str] {
        match self {
            Sanitizer::Address => &[],
            Sanitizer::Thread => &["rust-src"],
        }
    }

    /// How the process that is tested is to be watched.
    fn options(self) -> (&'static str, &'static str) {
        match self {
            // CoreCLR makes NullReferenceExceptions out of SIGSEGV and has its own stacks for signals. It never gives back what
            // it has when its process ends.
            Sanitizer::Address => (
                "ASAN_OPTIONS",
                "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:allow_user_segv_handler=1:use_sigaltstack=0:\
                 detect_leaks=0:detect_stack_use_after_return=0",
            ),
            Sanitizer::Thread => ("TSAN_OPTIONS", "halt_on_error=0:exitcode=66:second_deadlock_stack=1"),
        }
    }
}

/// Runs them. The first argument is the sanitizer; those up to `--` are packages, without `clrhost-`; what follows goes to the
/// tests.
pub fn test(args: &[String]) -> Result<u8, Failure> {
    let [sanitizer, rest @ ..] = args else {
        return Err("say which: cargo xtask sanitize address|thread [PACKAGE...] [-- ARGS...]".to_owned());
    };
    let sanitizer = Sanitizer::of(sanitizer)?;
    let end = rest.iter().position(|word| word == "--").unwrap_or(rest.len());
    let (packages, of_tests) = rest.split_at(end);
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    let packages = if packages.is_empty() { sanitizer.packages() } else { &packages };
    nightly::ensure(sanitizer.components())?;
    let dotnet = setup()?;
    let mut tests = command(sanitizer, packages, &of_tests[of_tests.len().min(1)..]);
    tests.env("CLRHOST_TEST_DOTNET_ROOT", &dotnet.root);
    progress(sanitizer.word(), &words(&tests));
    run(&mut tests)?;
    Ok(0)
}

fn command(sanitizer: Sanitizer, packages: &[&str], of_tests: &[String]) -> Command {
    let mut tests = nightly::cargo();
    // A target that is named keeps build scripts and macros out of it.
    tests.args(["test", "--target", TRIPLE, "--no-fail-fast", "--lib", "--tests"]);
    if sanitizer == Sanitizer::Thread {
        // Or the locks and channels of the standard library would look like races.
        tests.arg("-Zbuild-std");
    }
    for package in packages {
        tests.args(["--package".to_owned(), format!("clrhost-{package}")]);
    }
    tests.arg("--target-dir").arg(target().join("sanitized").join(sanitizer.word()));
    tests.arg("--").args(of_tests);
    tests.env("RUSTFLAGS", format!("-Zsanitizer={}", sanitizer.word()));
    let (name, options) = sanitizer.options();
    tests.env(name, options);
    // They take this long already without our time.
    tests.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only").env("PROPTEST_CASES", "50");
    tests
}
