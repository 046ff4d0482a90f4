//! Puts a host through everything.

use crate::judge::{Finding, judge};
use crate::rule::{RULES, Rule};
use crate::shrink::shrink;
use crate::situations::SITUATIONS;
use clrhost_engine_sim::{HostUnderTest, Settings, Shape, Step, random_script};
use std::collections::BTreeSet;
use std::time::Duration;

/// How a host is checked.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where random scripts begin: the same seed gives the same scripts.
    pub seed: u64,
    /// How many random scripts, after the [situations](SITUATIONS).
    pub runs: u32,
    /// How they look.
    pub shape: Shape,
    /// How long nothing may move before open calls count as stuck.
    pub patience: Duration,
    /// How many attempts there are to find a shorter script for each broken rule.
    pub attempts: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            runs: 100,
            shape: Shape::default(),
            patience: Duration::from_secs(2),
            attempts: 300,
        }
    }
}

/// How long a stuck call is waited for while shorter scripts are looked for. What is found is run again with full patience.
const LITTLE_PATIENCE: Duration = Duration::from_millis(300);

/// Which script it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A situation, by its name.
    Situation(&'static str),
    /// A random script, by its seed.
    Seed(u64),
    /// A script that somebody gave.
    Replay,
}

/// What a run of a script shows.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Broken rules, the gravest first.
    pub findings: Vec<Finding>,
    /// The calls to the host and its answers, one a line.
    pub calls: Vec<String>,
    /// Some calls did not come back.
    pub is_stuck: bool,
}

/// A rule that the host breaks.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The rule.
    pub rule: Rule,
    /// What happened in the shortest script.
    pub what: String,
    /// The shortest script found that shows it.
    pub script: Vec<Step>,
    /// What the host was called for in it, and what it answered.
    pub calls: Vec<String>,
    /// The script in which it was seen first.
    pub origin: Origin,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Broken rules, the gravest first, each once.
    pub breaches: Vec<Breach>,
    /// Scripts that were run, those for shrinking aside.
    pub scripts: u32,
    /// The seed of the random ones.
    pub seed: u64,
}

/// Runs one script with a new host: in this process, or elsewhere.
pub trait Subject {
    /// Runs it and says what it showed.
    fn run(&mut self, script: &[Step], patience: Duration) -> Outcome;
}

/// A host in this process, made anew for each script.
pub struct InProcess<Make>(pub Make);

impl<Make: FnMut() -> HostUnderTest> Subject for InProcess<Make> {
    fn run(&mut self, script: &[Step], patience: Duration) -> Outcome {
        let record =
            clrhost_engine_sim::run(script, (self.0)(), &Settings { patience, ..Settings::default() });
        let calls = record.calls.iter().map(ToString::to_string).collect();
        Outcome { findings: judge(script, &record), calls, is_stuck: !record.stuck.is_empty() }
    }
}

/// What is told while a check goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many scripts of all were run.
    Ran(u32, u32),
    /// A rule is broken; a shorter script is being looked for.
    Shrinking(Rule),
}

/// Checks a host in Rust: `make` makes it anew for each script.
///
/// ```
/// use clrhost::{HostResult, Target, Task, TaskManager};
/// use clrhost_conformance::{HostUnderTest, Options, check};
///
/// struct Counter;
/// impl TaskManager for Counter {}
///
/// let verdict = check(|| HostUnderTest { tasks: Box::new(Counter), gc: None }, &Options { runs: 5, ..Options::default() });
/// assert!(verdict.is_kept(), "{verdict}");
/// ```
pub fn check(make: impl FnMut() -> HostUnderTest, options: &Options) -> Verdict {
    check_subject(&mut InProcess(make), options, |_| {})
}

/// Checks whatever runs scripts. `progress` is told how far it is.
pub fn check_subject(
    subject: &mut dyn Subject,
    options: &Options,
    mut progress: impl FnMut(Progress),
) -> Verdict {
    let total = SITUATIONS.len() as u32 + options.runs;
    let situations =
        SITUATIONS.iter().map(|situation| (Origin::Situation(situation.name), situation.script()));
    let seeds = (0..options.runs).map(|nth| options.seed.wrapping_add(nth.into()));
    let random = seeds.map(|seed| (Origin::Seed(seed), random_script(seed, options.shape)));
    let mut breaches: Vec<Breach> = Vec::new();
    let mut patience = options.patience;
    for (nth, (origin, script)) in situations.chain(random).enumerate() {
        let outcome = subject.run(&script, patience);
        if outcome.is_stuck {
            // It may be so in every script from here on.
            patience = patience.min(LITTLE_PATIENCE);
        }
        let known: BTreeSet<&str> = breaches.iter().map(|breach| breach.rule.id).collect();
        let Some(finding) = outcome.findings.iter().find(|finding| !known.contains(finding.rule)) else {
            progress(Progress::Ran(nth as u32 + 1, total));
            continue;
        };
        let Some(rule) = RULES.iter().find(|rule| rule.id == finding.rule) else { continue };
        progress(Progress::Shrinking(*rule));
        breaches.push(shortest(subject, options, *rule, (origin, script), &outcome));
        progress(Progress::Ran(nth as u32 + 1, total));
    }
    breaches.sort_by_key(|breach| RULES.iter().position(|rule| rule.id == breach.rule.id));
    Verdict { breaches, scripts: total, seed: options.seed }
}

/// Runs one script, and gives every rule that it shows to be broken, the script shortened for each.
pub fn check_script(
    subject: &mut dyn Subject,
    script: &[Step],
    options: &Options,
    origin: Origin,
) -> Verdict {
    let outcome = subject.run(script, options.patience);
    let rules =
        outcome.findings.iter().filter_map(|finding| RULES.iter().find(|rule| rule.id == finding.rule));
    let breaches =
        rules.map(|rule| shortest(subject, options, *rule, (origin, script.to_vec()), &outcome)).collect();
    Verdict { breaches, scripts: 1, seed: options.seed }
}

fn shortest(
    subject: &mut dyn Subject,
    options: &Options,
    rule: Rule,
    (origin, script): (Origin, Vec<Step>),
    seen: &Outcome,
) -> Breach {
    let shows = |outcome: &Outcome| outcome.findings.iter().any(|finding| finding.rule == rule.id);
    let patience = options.patience.min(LITTLE_PATIENCE);
    let short = shrink(&script, options.attempts, |candidate| shows(&subject.run(candidate, patience)));
    let outcome = subject.run(&short, options.patience);
    // With full patience it may not show: then the long one is the truth.
    let (script, outcome) = if shows(&outcome) { (short, outcome) } else { (script, seen.clone()) };
    let finding = outcome.findings.iter().find(|finding| finding.rule == rule.id);
    let what = finding.map_or_else(String::new, |finding| finding.what.clone());
    Breach { rule, what, script, calls: outcome.calls, origin }
}

impl Verdict {
    /// True if no rule was seen to be broken.
    pub fn is_kept(&self) -> bool {
        self.breaches.is_empty()
    }
}
