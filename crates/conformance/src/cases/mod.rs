//! Cases that every engine has to give the same calls for, and what the contract says these are.
//!
//! A [`Case`] is a script and what the host answers in it. [`Model`] says, from the contract alone, which calls of the host
//! come of it in which order; it shares no code with what makes them. The engine under test runs the script with a
//! [`RecordingHost`], and what that wrote down must be what the model says, call by call.
//!
//! The scripts are those that CoreCLR [can be made to produce](crate::cases::LIMITS): the simulated runtime and CoreCLR run the same ones.

mod difference;
mod host;
mod list;
mod model;
mod plan;
mod producible;

pub use difference::difference;
pub use host::{RecordingHost, Stage};
pub use list::{Case, cases_that_shut, cases_with_aborts, every_failure, everything, mild_cases};
pub use model::Model;
pub use plan::{Answers, HostPlan, Reply, Says};
pub use producible::{LIMITS, Limit, producible, unproducible};

use clrhost_engine_sim::{Answer, Argument, TaskNumber};
use std::fmt;

/// One call to the host, and what it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// On whose thread; [`TaskNumber::RUNTIME`] for a thread of the runtime's own.
    pub task: TaskNumber,
    /// The contract's name.
    pub method: &'static str,
    /// What it was about. Of `CreateTask` nothing, as the contract leaves it open how much stack is asked for.
    pub argument: Argument,
    /// What the host answered.
    pub answer: Answer,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}({}) = {}", self.task, self.method, self.argument, self.answer)
    }
}
