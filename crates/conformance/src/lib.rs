//! Does a host keep the contract? Puts it through everything a runtime may do, on the simulated runtime, and says which rules
//! it breaks, with the shortest sequence of events that shows it.
//!
//! For a host in Rust: [`check`], in a test. For a host in a shared library: `clrhost check HOST.so`. The rules are [`RULES`];
//! `docs/conformance.md` explains them.

pub mod cases;
mod check;
mod judge;
mod rule;
mod shrink;
mod situations;
mod text;

pub use check::{
    Breach, InProcess, Options, Origin, Outcome, Progress, Subject, Verdict, check, check_script,
    check_subject,
};
pub use judge::{Finding, judge};
pub use rule::{RULES, Rule, SAME_TASK, STARTS_WHEN_TOLD, SURVIVES};
pub use shrink::shrink;
pub use situations::{SITUATIONS, Situation};

pub use clrhost_engine_sim::{
    HostUnderTest, MAX_TASKS, ScriptError, Settings, Shape, Step, make_valid, parse, print, run,
};
