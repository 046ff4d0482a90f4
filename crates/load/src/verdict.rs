//! What has to hold of a run.

use crate::flat::{Limits, course};
use crate::messages::{Checkpoint, Sample};
use crate::options::{Options, Way};
use crate::watch::Told;
use std::process::ExitStatus;

/// The last line if all did.
pub const HELD: &str = "All held: every crossing was counted by both, memory is flat, no more crossings were slow without a reason \
                        than may be.";

/// So many slow crossings may have no reason: a hypervisor that takes the processor for a while shows as the thread's own work.
const UNEXPLAINED: u64 = 3;

/// A number that has to be flat.
pub struct Series {
    pub name: &'static str,
    pub limits: Limits,
    pub of: Of,
}

/// When it is looked at.
pub enum Of {
    /// Each second, while the program is at work.
    Work(fn(&Sample) -> u64),
    /// When all threads rest and nothing waits for finalizers, for example the runtime's part of a thread that has ended. How much that is
    /// goes up and down by more than what is there at rest.
    Rest(fn(&Checkpoint) -> u64),
}

/// Memory in KiB, and pieces. Blocks and thunks are used again, so their numbers follow the most that were needed at once.
pub const SERIES: &[Series] = &[
    Series {
        name: "managed heap, committed (KiB)",
        limits: Limits { per_minute: 128.0, margin: 16_384.0 },
        of: Of::Work(|sample| sample.heap),
    },
    Series {
        name: "the rest of it, at rest (KiB)",
        limits: Limits { per_minute: 128.0, margin: 16_384.0 },
        of: Of::Rest(|checkpoint| checkpoint.rest),
    },
    Series {
        name: "allocated by malloc, at rest (KiB)",
        limits: Limits { per_minute: 16.0, margin: 1_024.0 },
        of: Of::Rest(|checkpoint| checkpoint.allocated),
    },
    Series {
        name: "file descriptors",
        limits: Limits { per_minute: 0.2, margin: 8.0 },
        of: Of::Work(|sample| sample.files),
    },
    Series {
        name: "threads",
        limits: Limits { per_minute: 1.0, margin: 64.0 },
        of: Of::Work(|sample| sample.threads),
    },
    Series {
        name: "tasks",
        limits: Limits { per_minute: 1.0, margin: 64.0 },
        of: Of::Work(|sample| sample.tasks),
    },
    Series {
        name: "blocks of tasks",
        limits: Limits { per_minute: 1.0, margin: 64.0 },
        of: Of::Work(|sample| sample.blocks),
    },
    Series {
        name: "thunks",
        limits: Limits { per_minute: 20.0, margin: 1_000.0 },
        of: Of::Work(|sample| sample.thunks),
    },
    Series {
        name: "thunks' code (KiB)",
        limits: Limits { per_minute: 8.0, margin: 256.0 },
        of: Of::Work(|sample| sample.thunk_memory),
    },
];

/// Everything that did not hold, in words.
pub fn judge(options: &Options, told: &Told, status: ExitStatus) -> Vec<String> {
    let mut wrong = Vec::new();
    if !status.success() {
        wrong.push(format!("the process that hosts the program ended with {status}"));
    }
    match &told.ended {
        None => wrong.push("it ended before it had compared".to_owned()),
        Some(ended) => wrong.extend(ended.last.differences.iter().map(|what| format!("in the end: {what}"))),
    }
    for checkpoint in &told.checkpoints {
        let at = checkpoint.seconds;
        wrong.extend(checkpoint.differences.iter().map(|what| format!("after {at:.0} s: {what}")));
    }
    if options.way == Way::Plain {
        // Nothing of clrhost was there. What it shows is what .NET does by itself.
        return wrong;
    }
    for series in SERIES {
        // What is not written yet is kept, with the blocks of tasks that have ended, and how much that is is up to the machine.
        let waits_for_writer = series.name.starts_with("the rest") || series.name.starts_with("blocks");
        if options.recording && waits_for_writer {
            continue;
        }
        let Some(course) = course(&moments(told, &series.of)) else { continue };
        if !course.is_flat(series.limits) {
            wrong.push(format!(
                "{} grew: from {:.0} to {:.0}, by {:.1} a minute; at most {:.0} in all and {} a minute count as flat",
                series.name, course.begin, course.end, course.per_minute, series.limits.margin, series.limits.per_minute
            ));
        }
    }
    let last = told.samples.last().copied().unwrap_or_default();
    if last.slow.unexplained > UNEXPLAINED {
        wrong.push(format!(
            "{} crossings took longer than {} µs, and nothing explains it; at most {UNEXPLAINED} may",
            last.slow.unexplained, options.bound_us
        ));
    }
    if last.slow.missed > 0 {
        wrong
            .push(format!("of {} slow crossings nothing is known, as there were too many", last.slow.missed));
    }
    if last.measured == 0 {
        wrong.push("no crossing was measured".to_owned());
    }
    if options.way == Way::Hosted && options.abort_every > 0 && last.aborted == 0 {
        wrong.push("no thread was aborted".to_owned());
    }
    wrong
}

/// One number over the time.
pub fn moments(told: &Told, of: &Of) -> Vec<(f64, f64)> {
    match of {
        Of::Work(of) => {
            let works = told.samples.iter().filter(|sample| sample.works);
            works.map(|sample| (sample.seconds, of(sample) as f64)).collect()
        }
        Of::Rest(of) => {
            let rests = told.checkpoints.iter();
            rests.map(|checkpoint| (checkpoint.seconds, of(checkpoint) as f64)).collect()
        }
    }
}
