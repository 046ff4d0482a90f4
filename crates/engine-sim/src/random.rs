//! Scripts by chance, the same ones for the same seed.

use crate::script::{Callee, Op, Step, TaskNumber};
use crate::valid::{State, make_valid};

/// How a random script looks.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Steps, before what is open at the end is closed.
    pub steps: usize,
    /// Most tasks that live at a time, up to [`MAX_TASKS`](crate::MAX_TASKS).
    pub tasks: u8,
}

impl Default for Shape {
    fn default() -> Shape {
        Shape { steps: 60, tasks: 4 }
    }
}

/// A script for this seed.
pub fn random_script(seed: u64, shape: Shape) -> Vec<Step> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut state = State::default();
    let mut script = Vec::with_capacity(shape.steps);
    // Most guesses make sense somewhere; the bound is for shapes in which none does.
    for _ in 0..shape.steps * 50 {
        if script.len() == shape.steps {
            break;
        }
        let step = guess(&mut chance, &state, shape);
        if state.take(step) {
            script.push(step);
        }
    }
    make_valid(&script)
}

fn guess(chance: &mut fastrand::Rng, state: &State, shape: Shape) -> Step {
    let live: Vec<TaskNumber> = state.live().collect();
    let unborn = (1..=crate::MAX_TASKS).map(TaskNumber).find(|&task| state.is_new(task));
    let can_grow = live.len() < usize::from(shape.tasks);
    let Some(&task) = (!live.is_empty()).then(|| &live[chance.usize(..live.len())]) else {
        return Step { task: unborn.unwrap_or(TaskNumber(1)), op: Op::ReverseEnter(method(chance)) };
    };
    if let Some(suspender) = state.suspender().filter(|_| chance.u32(..3) == 0) {
        return Step { task: suspender, op: Op::Resume(chance.u32(..3)) };
    }
    let op = match chance.u32(..100) {
        0..25 => Op::Leave(function(chance)),
        25..45 => Op::Enter,
        45..55 => Op::ReverseEnter(method(chance)),
        55..63 => Op::ReverseLeave,
        63..68 => match unborn.filter(|_| can_grow) {
            Some(unborn) if chance.bool() => Op::New(unborn),
            Some(unborn) => return Step { task: unborn, op: Op::ReverseEnter(method(chance)) },
            None => Op::Switch,
        },
        68..72 => Op::Sleep { milliseconds: Some(chance.u32(..3)), alertable: chance.bool() },
        72 => Op::Sleep { milliseconds: None, alertable: true },
        73..77 => Op::Switch,
        77 => Op::SetLocale(if chance.bool() { 1033 } else { 1031 }),
        78 => Op::SetUiLocale(1036),
        79..81 => Op::BeginDelayAbort,
        81..83 => Op::EndDelayAbort,
        83..85 => Op::BeginThreadAffinity,
        85..87 => Op::EndThreadAffinity,
        87..89 => Op::Ask(function(chance)),
        89..91 => return Step::of_runtime(Op::Alert(task)),
        91..93 => return Step::of_runtime(Op::Abort(task)),
        93..96 => Op::Suspend,
        96..98 => Op::StrayEnter,
        _ => Op::End,
    };
    Step { task, op }
}

fn function(chance: &mut fastrand::Rng) -> Callee {
    match chance.usize(..5) {
        4 => Callee::WAIT,
        n => Callee::FUNCTIONS[n],
    }
}

fn method(chance: &mut fastrand::Rng) -> Callee {
    Callee::METHODS[chance.usize(..4)]
}
