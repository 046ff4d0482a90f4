//! What a runtime could do: makes any list of steps into a script whose every step makes sense where it stands.
//!
//! Steps that make none are left out, and what is open at the end is closed. So a script may be cut anywhere, and what is left is
//! a script again: that is what shrinking needs.

use crate::script::{Callee, Op, Step, TaskNumber};
use clrhost_boundary::Bracket;
use std::collections::BTreeMap;

/// The most tasks of a script.
pub const MAX_TASKS: u8 = 8;

/// The steps that make sense, in their order, and those that close what they leave open.
pub fn make_valid(steps: &[Step]) -> Vec<Step> {
    let mut state = State::default();
    let mut script: Vec<Step> = steps.iter().copied().filter(|&step| state.take(step)).collect();
    while let Some(step) = state.closing_step() {
        let taken = state.take(step);
        debug_assert!(taken, "{step}");
        script.push(step);
    }
    script
}

/// Where the tasks of a script are.
#[derive(Clone, Debug, Default)]
pub struct State {
    tasks: BTreeMap<TaskNumber, TaskState>,
    suspender: Option<TaskNumber>,
}

#[derive(Clone, Debug, Default)]
struct TaskState {
    /// Made by the runtime; else a thread that native code made.
    is_created: bool,
    has_ended: bool,
    brackets: Vec<Bracket>,
    delays_aborts: bool,
    affinity: u32,
}

impl TaskState {
    fn is_managed(&self) -> bool {
        self.brackets.last().map_or(self.is_created, |&bracket| bracket == Bracket::ReverseEnter)
    }

    fn has_open_regions(&self) -> bool {
        self.delays_aborts || self.affinity > 0
    }
}

impl State {
    /// Does the step if it makes sense here; else false, and nothing is done.
    pub fn take(&mut self, step: Step) -> bool {
        let makes_sense = self.makes_sense(step);
        if makes_sense {
            self.go(step);
        }
        makes_sense
    }

    /// Tasks that live.
    pub fn live(&self) -> impl Iterator<Item = TaskNumber> + '_ {
        self.tasks.iter().filter(|(_, task)| !task.has_ended).map(|(&number, _)| number)
    }

    /// The task on whose thread a collection suspends the others, if one does.
    pub fn suspender(&self) -> Option<TaskNumber> {
        self.suspender
    }

    /// True if no task of this number has been there yet.
    pub fn is_new(&self, task: TaskNumber) -> bool {
        (1..=MAX_TASKS).contains(&task.0) && !self.tasks.contains_key(&task)
    }

    fn makes_sense(&self, step: Step) -> bool {
        let foreign = TaskState::default();
        let task = match self.tasks.get(&step.task) {
            Some(task) if task.has_ended => return false,
            Some(task) => task,
            None if step.task == TaskNumber::RUNTIME => {
                return match step.op {
                    Op::Alert(other) => self.live().any(|live| live == other),
                    // A foreign thread cannot be aborted outside managed code.
                    Op::Abort(other) => self.tasks.get(&other).is_some_and(|task| {
                        !task.has_ended && (task.is_created || !task.brackets.is_empty())
                    }),
                    _ => false,
                };
            }
            // A thread that native code made: it comes to be seen when it calls managed code.
            None if self.is_new(step.task) => &foreign,
            None => return false,
        };
        if let Some(suspender) = self.suspender {
            let goes_on = step.task == suspender || !task.is_managed();
            let is_resume = matches!(step.op, Op::Resume(_));
            if !goes_on || (step.task == suspender) != is_resume {
                return false;
            }
        }
        let is_known = self.tasks.contains_key(&step.task);
        let top = task.brackets.last().copied();
        match step.op {
            Op::New(other) => task.is_managed() && self.is_new(other),
            Op::Leave(callee) => task.is_managed() && callee.kind().is_native(),
            Op::Enter => top == Some(Bracket::Leave),
            Op::StrayEnter => task.is_managed() && !task.brackets.contains(&Bracket::Leave),
            Op::ReverseEnter(callee) => {
                !task.is_managed() && !callee.kind().is_native() && callee != Callee::THREAD_START
            }
            Op::ReverseLeave => top == Some(Bracket::ReverseEnter) && !task.has_open_regions(),
            Op::Sleep { milliseconds, alertable } => {
                task.is_managed() && (milliseconds.is_some() || alertable)
            }
            Op::Switch | Op::SetLocale(_) | Op::SetUiLocale(_) | Op::BeginThreadAffinity => task.is_managed(),
            Op::BeginDelayAbort => task.is_managed() && !task.delays_aborts,
            Op::EndDelayAbort => task.is_managed() && task.delays_aborts,
            Op::EndThreadAffinity => task.is_managed() && task.affinity > 0,
            Op::Ask(callee) => is_known && callee.kind().is_native(),
            Op::Suspend => task.is_managed() && self.suspender.is_none(),
            Op::Resume(_) => self.suspender == Some(step.task),
            Op::End => {
                let is_at_base = task.brackets.is_empty();
                is_known && (is_at_base || top == Some(Bracket::Leave)) && !task.has_open_regions()
            }
            Op::Alert(_) | Op::Abort(_) => false,
        }
    }

    fn go(&mut self, step: Step) {
        if step.task == TaskNumber::RUNTIME {
            return;
        }
        let task = self.tasks.entry(step.task).or_default();
        match step.op {
            Op::New(other) => {
                self.tasks.insert(other, TaskState { is_created: true, ..TaskState::default() });
            }
            Op::Leave(_) => task.brackets.push(Bracket::Leave),
            Op::ReverseEnter(_) => task.brackets.push(Bracket::ReverseEnter),
            Op::Enter | Op::ReverseLeave => drop(task.brackets.pop()),
            Op::BeginDelayAbort => task.delays_aborts = true,
            Op::EndDelayAbort => task.delays_aborts = false,
            Op::BeginThreadAffinity => task.affinity += 1,
            Op::EndThreadAffinity => task.affinity -= 1,
            Op::Suspend => self.suspender = Some(step.task),
            Op::Resume(_) => self.suspender = None,
            Op::End => task.has_ended = true,
            _ => {}
        }
    }

    /// The next step towards a state in which nothing is open.
    fn closing_step(&self) -> Option<Step> {
        if let Some(task) = self.suspender {
            return Some(Step { task, op: Op::Resume(0) });
        }
        let (&number, task) = self.tasks.iter().find(|(_, task)| !task.has_ended)?;
        let op = match task.brackets.last() {
            _ if task.is_managed() && task.delays_aborts => Op::EndDelayAbort,
            _ if task.is_managed() && task.affinity > 0 => Op::EndThreadAffinity,
            Some(Bracket::Leave) => Op::Enter,
            Some(Bracket::ReverseEnter) => Op::ReverseLeave,
            None => Op::End,
        };
        Some(Step { task: number, op })
    }
}
