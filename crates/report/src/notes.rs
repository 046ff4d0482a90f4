//! What a reader has to know before relying on the numbers, as sentences with a code for programs.
//!
//! A note is there when it says something about this run, and only then. The codes are part of the format: they are
//! listed in `docs/report.md`; a test compares that list with the codes of reports in which everything happened.

use crate::duration::{count, counted, duration};
use crate::model::{Mode, Note, Report, Timing};
use clrhost_policy::PolicyRule;

/// The word for a policy that denies nothing.
const REPORT_ONLY: &str = clrhost_policy::Mode::ReportOnly.as_str();

/// Every code that a report gives by itself, in the order in which notes are given. Whoever makes reports may add others, as
/// `clrhost::RECORDING_FAILED`.
pub(crate) const CODES: [&str; 23] = [
    "no_hooks",
    "early",
    "unverified",
    "mismatches",
    "unsteady_clock",
    "host_shut",
    "host_failed",
    "host_denied",
    "policy_denied",
    "policy_not_enforced",
    "policy_over_budget",
    "policy_report_only",
    "function_pointers",
    "unseen_pointers",
    "unhooked",
    "lost",
    "refused_targets",
    "untimed",
    "unwound",
    "open",
    "unsettled",
    "folded_tasks",
    "counted",
];

impl Report {
    /// Adds the notes that its other fields call for, behind those that are there: for reports that are made elsewhere than from a
    /// snapshot.
    pub fn add_notes(&mut self) {
        let notes = of(self);
        self.notes.extend(notes);
    }
}

/// The notes of a report whose other fields are complete.
pub(crate) fn of(report: &Report) -> Vec<Note> {
    let with_text = |code: &&str| text(code, report).map(|text| Note { code: (*code).to_owned(), text });
    CODES.iter().filter_map(with_text).collect()
}

fn text(code: &str, report: &Report) -> Option<String> {
    let totals = &report.totals;
    match code {
        "no_hooks" => (report.mode == Mode::RunNoHooks).then(|| {
            "The program ran without hooks: crossings were not watched, so the zeros here say nothing about it.".into()
        }),
        "early" => report.process.unreported_ns.map(|ns| {
            format!(
                "The process ended without making a report, as after SIGKILL or _exit, or when it became another program by exec. \
                 This is the last one that it made while it ran; of its last {} at most nothing is in it.",
                duration(ns as f64)
            )
        }),
        "unverified" => report.runtime.unverified.as_ref().map(|text| format!("{}.", capitalised(text))),
        "mismatches" => some(totals.mismatches).map(|n| {
            format!(
                "{} fitted no open bracket. This is a defect, of the source of crossings or of code that bends the \
                 stack, not a property of the program's calls; times around it cannot be trusted. They are counted \
                 among the closing crossings.",
                counted(n, "closing crossing")
            )
        }),
        "unsteady_clock" => drift(report).map(|ppm| {
            format!(
                "The processor's counter, which timed the calls, changed its rate by {:.1} % in the course of the run. Times \
                 may be wrong by as much; counts are not concerned.",
                ppm / 1e4
            )
        }),
        "host_shut" => report.host.as_ref().filter(|host| host.shut).map(|_| {
            "The host answered E_FAIL or panicked: the hosting layer was shut and the host not called again. The \
             application went on and its crossings were counted to the end."
                .into()
        }),
        "host_failed" => report.host.as_ref().and_then(|host| some(host.failures)).map(|n| {
            format!(
                "{} to the host did not end with S_OK. A host cannot refuse a call that is being made, so the calls went \
                 ahead.",
                counted(n, "call")
            )
        }),
        "host_denied" => report.host.as_ref().and_then(|host| {
            let listed = host.denied_targets.iter().map(|denied| denied.attempts).sum::<u64>();
            some(listed + host.denied_left_out).map(|n| {
                format!(
                    "The host denied {}: the managed caller got an EntryPointNotFoundException each time.",
                    counted(n, "binding")
                )
            })
        }),
        "policy_denied" => rules(report, |rule| rule.denied).map(|n| {
            format!(
                "The policy denied {}: the managed caller got an EntryPointNotFoundException each time.",
                counted(n, "binding")
            )
        }),
        "policy_not_enforced" => {
            let enforced = report.policy.as_ref().filter(|policy| policy.mode != REPORT_ONLY);
            enforced.and_then(|_| rules(report, |rule| rule.let_through)).map(|n| {
                format!("{} called although the policy denies it: it could not be kept from being called.", was(n, "target"))
            })
        }
        "policy_over_budget" => rules(report, |rule| rule.over_budget).map(|n| {
            format!(
                "The longest call of {} took longer than the policy's budget. Budgets are reported and not enforced.",
                counted(n, "target")
            )
        }),
        "policy_report_only" => {
            let policy = report.policy.as_ref().filter(|policy| policy.mode == REPORT_ONLY);
            policy.map(|_| {
                let denied = rules(report, |rule| rule.let_through).unwrap_or(0);
                format!(
                    "The policy only reported and denied nothing. Enforced, it would have denied {}.",
                    counted(denied, "target")
                )
            })
        }
        "function_pointers" => totals.lower_bound.then(|| {
            "Calls through function pointers are a lower bound: CoreCLR reports them without their target and may \
             miss some in optimised code. The totals of calls out of managed code (leave, enter) are a lower bound \
             for the same reason. Callbacks are not concerned."
                .into()
        }),
        "unseen_pointers" => (!report.pointer_callers.is_empty()).then(|| {
            format!(
                "Code in {} calls native functions through pointers (calli). Such a call is seen if managed code got the \
                 pointer by its name, from NativeLibrary or dlsym; calls through other pointers, if there were any, are \
                 in no number here. --source flag sees them, though not all, and not where they go.",
                listed(&report.pointer_callers)
            )
        }),
        "unhooked" => (!report.unhooked.is_empty()).then(|| {
            format!(
                "Some of the runtime could not be changed, and what happens only there is not told: {}.",
                report.unhooked.join("; ")
            )
        }),
        "lost" => some(totals.lost).map(|n| {
            format!(
                "{} not counted, because they came where the source could keep no record, as on a thread past its \
                 end. Totals are too low by that number.",
                was(n, "crossing")
            )
        }),
        "refused_targets" => some(totals.refused_targets).map(|n| {
            format!(
                "There were more targets than clrhost keeps apart: {} share one row of kind overflow, callbacks among \
                 them.",
                counted(n, "binding")
            )
        }),
        "untimed" => some(totals.untimed).map(|n| {
            format!(
                "{} nested too deep to be kept: counted as calls, not as completed and not timed.",
                was(n, "call")
            )
        }),
        "unwound" => some(totals.unwound).map(|n| {
            format!(
                "{} closed without their closing crossing, after longjmp or pthread_exit, or because the thread \
                 ended inside. They count as calls, not as completed, and their time is not known.",
                was(n, "bracket")
            )
        }),
        "open" => some(totals.open).map(|n| {
            format!(
                "{} open when the report was made. A thread that waits in native code at exit is normal. An open call \
                 is counted in calls; it is not in completed nor in any time but its own.",
                was(n, "bracket")
            )
        }),
        "unsettled" => some(report.tasks.iter().filter(|task| !task.settled).count() as u64).map(|n| {
            format!(
                "{} crossed the border while being read: numbers of that moment may differ between the tables.",
                counted(n, "thread")
            )
        }),
        "folded_tasks" => report.folded_tasks.as_ref().map(|folded| {
            format!("{} beyond those listed one by one are added up in one row.", counted(folded.tasks, "ended thread"))
        }),
        "counted" => (report.timing == Timing::Counted && report.mode != Mode::RunNoHooks)
            .then(|| "Crossings were counted and not timed: there are no times of calls.".into()),
        _ => None,
    }
}

/// The drift of the clock, where it is more than clocks have: crystals change by some tens of millionths.
fn drift(report: &Report) -> Option<f64> {
    const STEADY_PPM: f64 = 1000.0;
    report.clock.and_then(|clock| clock.drift_ppm).filter(|&ppm| ppm > STEADY_PPM)
}

/// A number of the policy's rules, added up.
fn rules(report: &Report, number: fn(&PolicyRule) -> u64) -> Option<u64> {
    let policy = report.policy.as_ref()?;
    some(policy.rules.iter().map(number).sum())
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The first few, and how many more there are.
fn listed(names: &[String]) -> String {
    const NAMED: usize = 3;
    let (first, more) = names.split_at(names.len().min(NAMED));
    let more =
        if more.is_empty() { String::new() } else { format!(" and {} more", count(more.len() as u64)) };
    format!("{}{more}", first.join(", "))
}

fn some(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn was(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun} was") } else { format!("{} {noun}s were", count(number)) }
}
