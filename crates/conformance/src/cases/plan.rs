//! What a host of a case answers.

use clrhost::{HostResult, Hresult};
use clrhost_engine_sim::{Answer, Argument, Callee};
use std::collections::BTreeMap;

/// What the host does instead of what it does otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It answers this.
    Result(HostResult),
    /// It panics.
    Panic,
}

/// The `nth` call (from 1) of a method is answered so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The contract's name of the method.
    pub method: &'static str,
    /// Which call of it.
    pub nth: u32,
    /// What the host does in it.
    pub says: Says,
}

/// What the host of a case answers: `S_OK`, or `E_NOTIMPL` to what it may leave to the runtime, unless it says otherwise here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostPlan {
    /// It makes the threads that it is asked for.
    pub makes_threads: bool,
    /// It sleeps and switches itself, and takes cultures. A sleep for ever ends with an alert.
    pub does_all: bool,
    /// Functions of whose calls it does not want to hear.
    pub unhooked: Vec<Callee>,
    /// Single calls.
    pub replies: Vec<Reply>,
}

/// The answers of a plan, one call after another.
#[derive(Clone, Debug)]
pub struct Answers {
    plan: HostPlan,
    calls: BTreeMap<&'static str, u32>,
}

impl Answers {
    /// From the first call on.
    pub fn new(plan: HostPlan) -> Answers {
        Answers { plan, calls: BTreeMap::new() }
    }

    /// What is answered to this call.
    pub fn to(&mut self, method: &'static str, argument: Argument) -> Answer {
        let nth = self.calls.entry(method).or_default();
        *nth += 1;
        let fits = |reply: &&Reply| reply.method == method && reply.nth == *nth;
        match self.plan.replies.iter().find(fits).map(|reply| reply.says) {
            Some(Says::Panic) => Answer::Panicked,
            Some(Says::Result(Ok(()))) | None if method == "CallNeedsHostHook" => {
                let is_unhooked = |callee| self.plan.unhooked.contains(&callee);
                Answer::Needed(!matches!(argument, Argument::Callee(callee) if is_unhooked(callee)))
            }
            Some(Says::Result(result)) => Answer::Result(result),
            None => Answer::Result(self.usual(method, argument)),
        }
    }

    fn usual(&self, method: &str, argument: Argument) -> HostResult {
        if self.plan.does_all && matches!(argument, Argument::Sleep(None, _)) {
            return Err(Hresult::HOST_E_INTERRUPTED);
        }
        let does = match method {
            "CreateTask" => self.plan.makes_threads,
            "Sleep" | "SwitchToTask" | "SetLocale" | "SetUILocale" => self.plan.does_all,
            _ => true,
        };
        if does { Ok(()) } else { Err(Hresult::E_NOTIMPL) }
    }
}
