//! The policy of a host: which native functions managed code may call, and for how long.
//!
//! [`Policy::read`] reads a file in the format of `docs/policy.md`, [`Policy::decide`] answers for one target,
//! [`Violations`] keeps what was denied and makes the [`PolicyReport`], and [`learn::write`] writes the policy that allows
//! what a run used.
//!
//! Not for: finding out what is called, or keeping it from running. Whoever binds targets asks [`Violations::at_bind`] and
//! acts on the answer.
//!
//! Invariant: what is not known of a target matches no condition but `"*"`. A policy is a guard-rail against mistakes, not
//! a sandbox: native code that runs at all can call anything.

mod account;
mod error;
mod glob;
pub mod learn;
mod parse;
mod policy;
mod report;
mod rule;
mod value;
mod violations;

pub use account::Called;
pub use error::PolicyError;
pub use policy::{Decision, Mode, Policy, RuleId};
pub use report::{Finding, FindingKind, PolicyReport, PolicyRule};
pub use rule::{Action, Rule, Subject};
pub use violations::{Verdict, Violations};
