//! Which steps CoreCLR can be made to take.

use clrhost_engine_sim::{Callee, Op, Step, TaskNumber, make_valid};
use std::collections::BTreeMap;

/// A kind of step that CoreCLR cannot be made to take.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Which steps.
    pub steps: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// All of them.
pub const LIMITS: &[Limit] =
    &[STRAY, ASK, ALERT, ABORT, TIMED, NOT_ALERTABLE, CULTURE, COLLECTION, CALL_FROM_WAIT, END_IN_WAIT];

const STRAY: Limit =
    Limit { steps: "stray-enter", reason: "no call over the border ends that did not begin" };
const ASK: Limit = Limit { steps: "ask", reason: "a function is bound once, and nobody asks about it again" };
const ALERT: Limit = Limit { steps: "alert", reason: "tasks are alerted only when they are aborted" };
const ABORT: Limit = Limit {
    steps: "abort",
    reason: "CoreCLR decides when an abort strikes, and an abort must not leave a method that native code called",
};
const TIMED: Limit = Limit {
    steps: "sleep for longer than 0 ms",
    reason: "what other tasks do meanwhile is in no certain order with its end",
};
const NOT_ALERTABLE: Limit =
    Limit { steps: "sleep, not alertable", reason: "each Thread.Sleep can be interrupted" };
const CULTURE: Limit = Limit {
    steps: "set-locale and set-ui-locale, except of 127",
    reason: "without libicu .NET has one culture, the invariant one",
};
const COLLECTION: Limit = Limit {
    steps: "suspend without resume right after it",
    reason: "a collection cannot be held up while other threads take steps",
};
const CALL_FROM_WAIT: Limit =
    Limit { steps: "reverse-enter inside wait", reason: "a wait of the runtime's own calls nobody" };
const END_IN_WAIT: Limit =
    Limit { steps: "end inside wait", reason: "a wait of the runtime's own does not end its thread" };

/// The first step that CoreCLR cannot be made to take, and why; `None` if it can take all.
pub fn unproducible(script: &[Step]) -> Option<(Step, Limit)> {
    let mut place = Place::default();
    script.iter().enumerate().find_map(|(index, &step)| {
        let limit = place.limit(step, script.get(index + 1));
        place.go(step);
        limit.map(|limit| (step, limit))
    })
}

/// A script that CoreCLR can be made to take, as close to this one as can be: arguments that it cannot have are others, a collection
/// ends right after its beginning, and other steps are left out.
pub fn producible(script: &[Step]) -> Vec<Step> {
    let mut steps: Vec<Step> = (0..script.len()).flat_map(|index| nearest(&script[index..])).collect();
    // What is left out can make other steps senseless, and what closes those is added: until it fits.
    loop {
        steps = make_valid(&steps);
        let mut place = Place::default();
        let mut fitting = Vec::new();
        for (index, &step) in steps.iter().enumerate() {
            if place.limit(step, steps.get(index + 1)).is_none() {
                place.go(step);
                fitting.push(step);
            }
        }
        if fitting.len() == steps.len() {
            return steps;
        }
        steps = fitting;
    }
}

/// What comes nearest to the first of these steps.
fn nearest(script: &[Step]) -> Vec<Step> {
    let step = script[0];
    let op = match step.op {
        Op::SetLocale(_) => Op::SetLocale(INVARIANT),
        Op::SetUiLocale(_) => Op::SetUiLocale(INVARIANT),
        Op::Sleep { .. } => Op::Sleep { milliseconds: Some(0), alertable: true },
        Op::Suspend => {
            // The end that it has later is left out.
            let is_end = |later: &&Step| later.task == step.task && matches!(later.op, Op::Resume(_));
            return vec![step].into_iter().chain(script.iter().find(is_end).copied()).collect();
        }
        op => op,
    };
    vec![Step { op, ..step }]
}

/// The LCID of the invariant culture.
const INVARIANT: u32 = 127;

/// Where the tasks of a script are, as far as it matters here.
#[derive(Default)]
struct Place {
    open: BTreeMap<TaskNumber, Vec<Callee>>,
}

impl Place {
    fn limit(&self, step: Step, next: Option<&Step>) -> Option<Limit> {
        let waits = self.open.get(&step.task).and_then(|open| open.last()) == Some(&Callee::WAIT);
        match step.op {
            Op::StrayEnter => Some(STRAY),
            Op::Ask(_) => Some(ASK),
            Op::Alert(_) => Some(ALERT),
            Op::Abort(_) => Some(ABORT),
            Op::Sleep { milliseconds, .. } if milliseconds != Some(0) => Some(TIMED),
            Op::Sleep { alertable: false, .. } => Some(NOT_ALERTABLE),
            Op::SetLocale(lcid) | Op::SetUiLocale(lcid) if lcid != INVARIANT => Some(CULTURE),
            Op::Suspend => {
                let is_end = |next: &Step| next.task == step.task && matches!(next.op, Op::Resume(_));
                (!next.is_some_and(is_end)).then_some(COLLECTION)
            }
            Op::ReverseEnter(_) if waits => Some(CALL_FROM_WAIT),
            Op::End if waits => Some(END_IN_WAIT),
            _ => None,
        }
    }

    fn go(&mut self, step: Step) {
        let open = self.open.entry(step.task).or_default();
        match step.op {
            Op::Leave(callee) | Op::ReverseEnter(callee) => open.push(callee),
            Op::Enter | Op::ReverseLeave => drop(open.pop()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SITUATIONS;
    use clrhost_engine_sim::{Shape, parse, print, random_script};

    #[test]
    fn what_is_made_producible_is() {
        let random = (0..300).map(|seed| random_script(seed, Shape::default()));
        for script in random.chain(SITUATIONS.iter().map(|situation| situation.script())) {
            let made = producible(&script);
            assert!(unproducible(&made).is_none(), "{}", print(&made));
            assert_eq!(make_valid(&made), made);
            assert_eq!(producible(&made), made, "it is left as it is");
        }
    }

    #[test]
    fn each_limit_is_met() {
        let scripts = [
            ("1: reverse-enter m\n1: stray-enter", STRAY),
            ("1: reverse-enter m\n1: ask a", ASK),
            ("1: reverse-enter m\nruntime: alert 1", ALERT),
            ("1: reverse-enter m\nruntime: abort 1", ABORT),
            ("1: reverse-enter m\n1: sleep forever alertable", TIMED),
            ("1: reverse-enter m\n1: sleep 0", NOT_ALERTABLE),
            ("1: reverse-enter m\n1: set-ui-locale 1033", CULTURE),
            (
                "1: reverse-enter m\n1: leave a\n2: reverse-enter m\n2: suspend\n1: enter\n2: resume 0",
                COLLECTION,
            ),
            ("1: reverse-enter m\n1: leave wait\n1: reverse-enter n", CALL_FROM_WAIT),
            ("1: reverse-enter m\n1: leave wait\n1: end", END_IN_WAIT),
        ];
        assert_eq!(scripts.len(), LIMITS.len());
        for (text, limit) in scripts {
            let script = make_valid(&parse(text).expect(text));
            assert_eq!(unproducible(&script).map(|found| found.1.steps), Some(limit.steps), "{text}");
        }
    }
}
