//! The shortest script that still shows the same.

use clrhost_engine_sim::{Callee, Op, Step, TaskNumber, make_valid};

/// Makes the script shorter and plainer as long as `still_shows` says that it shows the same, which is asked at most `budget`
/// times. What is given was always seen to show it.
pub fn shrink(script: &[Step], budget: u32, mut still_shows: impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut best = script.to_vec();
    let mut left = budget;
    let mut attempt = |best: &mut Vec<Step>, steps: &[Step]| {
        let candidate = make_valid(steps);
        let is_better = candidate.len() < best.len()
            || (candidate.len() == best.len() && weight(&candidate) < weight(best));
        if !is_better || left == 0 {
            return false;
        }
        left -= 1;
        let shows = still_shows(&candidate);
        if shows {
            *best = candidate;
        }
        shows
    };
    loop {
        let before = (best.len(), weight(&best));
        // Whole tasks, then ever smaller parts.
        for task in 1..=clrhost_engine_sim::MAX_TASKS {
            let others: Vec<Step> =
                best.iter().copied().filter(|step| !concerns(step, TaskNumber(task))).collect();
            attempt(&mut best, &others);
        }
        let mut size = best.len() / 2;
        while size > 0 {
            let mut start = 0;
            while start < best.len() {
                let end = (start + size).min(best.len());
                let rest = [&best[..start], &best[end..]].concat();
                if !attempt(&mut best, &rest) {
                    start += size;
                }
            }
            size /= 2;
        }
        // An opening step and what closes it go together.
        pairs(&mut best, &mut attempt);
        for index in 0..best.len() {
            if let Some(step) = best.get(index).copied().and_then(plainer) {
                let mut plain = best.clone();
                plain[index] = step;
                attempt(&mut best, &plain);
            }
        }
        if (best.len(), weight(&best)) == before {
            return best;
        }
    }
}

fn pairs(best: &mut Vec<Step>, attempt: &mut impl FnMut(&mut Vec<Step>, &[Step]) -> bool) {
    let mut first = 0;
    while first < best.len() {
        let shorter = (first + 1..best.len()).any(|second| {
            // The removal before may have made it shorter than the range knows.
            if second >= best.len() || best[second].task != best[first].task {
                return false;
            }
            let rest = [&best[..first], &best[first + 1..second], &best[second + 1..]].concat();
            attempt(best, &rest)
        });
        if !shorter {
            first += 1;
        }
    }
}

fn concerns(step: &Step, task: TaskNumber) -> bool {
    step.task == task
        || matches!(step.op, Op::New(other) | Op::Alert(other) | Op::Abort(other) if other == task)
}

/// The same step with a plainer argument.
fn plainer(step: Step) -> Option<Step> {
    let plain = |callee: Callee, all: [Callee; 4]| (callee != all[0]).then_some(all[0]);
    let op = match step.op {
        Op::Leave(callee) => Op::Leave(plain(callee, Callee::FUNCTIONS)?),
        Op::Ask(callee) => Op::Ask(plain(callee, Callee::FUNCTIONS)?),
        Op::ReverseEnter(callee) => Op::ReverseEnter(plain(callee, Callee::METHODS)?),
        Op::Resume(generation) if generation > 0 => Op::Resume(0),
        _ => return None,
    };
    Some(Step { op, ..step })
}

/// How many arguments could be plainer.
fn weight(script: &[Step]) -> usize {
    script.iter().filter(|&&step| plainer(step).is_some()).count()
}
