//! Which rules a run shows to be broken.

use crate::rule::*;
use clrhost::Hresult;
use clrhost_engine_sim::{Answer, Argument, Callee, HostCall, Lapse, Op, Record, Step, Stuck, TaskNumber};
use std::collections::{BTreeMap, BTreeSet};

/// A rule that a run shows to be broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name: [`Rule::id`].
    pub rule: &'static str,
    /// What happened, in one sentence.
    pub what: String,
}

/// Everything that this run shows, the gravest rule first, one finding a rule.
pub fn judge(script: &[Step], record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut broken = |rule: Rule, what: String| found.push(Finding { rule: rule.id, what });
    // A host that is not called any more cannot be told of what its tasks wait for.
    if !record.is_shut {
        stuck(record, &mut broken);
        waits(record, &mut broken);
    }
    lapses(record, &mut broken);
    let created: BTreeSet<TaskNumber> = script
        .iter()
        .filter_map(|step| match step.op {
            Op::New(task) => Some(task),
            _ => None,
        })
        .collect();
    for call in &record.calls {
        answer(call, &created, &mut broken);
    }
    hooks(record, &mut broken);
    sleeps(record, &mut broken);
    let place = |finding: &Finding| RULES.iter().position(|rule| rule.id == finding.rule);
    found.sort_by_key(place);
    found.dedup_by_key(|finding| finding.rule);
    found
}

fn stuck(record: &Record, broken: &mut impl FnMut(Rule, String)) {
    // Others may be stuck behind it.
    let rank = |stuck: &&Stuck| match stuck.inside {
        Some("Alert") => 0,
        Some("SuspensionStarting" | "SuspensionEnding") => 1,
        Some("Sleep") => 2,
        Some(_) => 3,
        None => 4,
    };
    let Some(first) = record.stuck.iter().min_by_key(rank) else { return };
    let Stuck { step, inside } = first;
    let beside = record.stuck.len() - 1;
    let others = match beside {
        0 => String::new(),
        1 => ", and another task waits too".to_owned(),
        _ => format!(", and {beside} other tasks wait too"),
    };
    match (inside, step.op) {
        (Some("Alert"), _) => {
            broken(ALERT_RETURNS, format!("{} does not come back{others}", calling(record, first)))
        }
        (Some(method @ ("SuspensionStarting" | "SuspensionEnding")), _) => {
            broken(SUSPENSIONS_PASS, format!("{method} does not come back{others}"));
        }
        (Some("Sleep"), Op::Sleep { milliseconds: None, .. }) => {
            broken(
                ALERT_WAKES,
                format!("task {} was alerted, and its Sleep does not come back{others}", step.task),
            );
        }
        (Some(method), _) => {
            broken(
                RETURNS,
                format!(
                    "{method}, called by task {} at `{}`, does not come back{others}",
                    step.task, step.op
                ),
            );
        }
        (None, Op::New(task)) => broken(CREATES_TASKS, format!("task {task} was created and never ran")),
        (None, _) => broken(RETURNS, format!("`{step}` does not come to its end{others}")),
    }
}

/// Calls that must not wait for other tasks, and did.
fn waits(record: &Record, broken: &mut impl FnMut(Rule, String)) {
    for waited in &record.waited {
        match waited.inside {
            Some("Alert") => {
                broken(
                    ALERT_RETURNS,
                    format!("Alert, at `{}`, waited until other tasks had gone on", waited.step),
                );
            }
            Some(method @ ("SuspensionStarting" | "SuspensionEnding")) => {
                broken(
                    SUSPENSIONS_PASS,
                    format!("{method}, on task {}, waited until other tasks had gone on", waited.step.task),
                );
            }
            _ => {}
        }
    }
}

fn calling(record: &Record, stuck: &Stuck) -> String {
    let open = |call: &&HostCall| call.task == stuck.step.task && call.ended.is_none();
    match record.calls.iter().rfind(open) {
        Some(call) => format!("{}({})", call.method, call.argument),
        None => stuck.step.to_string(),
    }
}

fn lapses(record: &Record, broken: &mut impl FnMut(Rule, String)) {
    for lapse in &record.lapses {
        match lapse {
            Lapse::ThreadDropped(task) => {
                broken(CREATES_TASKS, format!("CreateTask succeeded for task {task}, which never ran"));
            }
            Lapse::ThreadShared(task) => {
                broken(CREATES_TASKS, format!("task {task} was run on the thread of another task"));
            }
            Lapse::StackTooSmall { task, asked, has } => {
                broken(
                    STACK_AS_ASKED,
                    format!("task {task} has {has} bytes of stack, {asked} were asked for"),
                );
            }
        }
    }
}

/// What a single answer breaks.
fn answer(call: &HostCall, created: &BTreeSet<TaskNumber>, broken: &mut impl FnMut(Rule, String)) {
    let Some(answer) = call.answer else { return };
    let what = || call.to_string();
    if answer == Answer::Panicked {
        return broken(NO_PANIC, format!("{}: {} panicked", call.task, call.method));
    }
    let hresult = answer.hresult();
    let may_fail = ["CreateTask", "SetCLRTask"].contains(&call.method);
    if hresult == Hresult::E_FAIL && !may_fail {
        return broken(NO_E_FAIL, what());
    }
    if hresult == Hresult::S_OK {
        return;
    }
    match call.method {
        "LeaveRuntime" | "EnterRuntime" | "ReverseEnterRuntime" | "ReverseLeaveRuntime" => {
            broken(CROSSINGS_SUCCEED, what());
        }
        "BeginDelayAbort" | "EndDelayAbort" | "BeginThreadAffinity" | "EndThreadAffinity" => {
            broken(REGIONS_SUCCEED, what());
        }
        "CallNeedsHostHook" => broken(HOOK_IS_STABLE, what()),
        "SuspensionStarting" | "SuspensionEnding" | "ThreadIsBlockingForSuspension" => {
            broken(SUSPENSIONS_PASS, what());
        }
        "Alert" => broken(ALERT_SUCCEEDS, what()),
        "SetCLRTask" if created.contains(&call.task) => broken(KNOWS_ITS_TASKS, what()),
        "CreateTask" if !hresult.is_failure() => {
            broken(CREATES_TASKS, format!("{}, which is no failure", what()))
        }
        "Sleep" if ![Hresult::HOST_E_INTERRUPTED, Hresult::E_NOTIMPL].contains(&hresult) => {
            broken(SLEEP_ANSWERS, what());
        }
        _ => {}
    }
}

fn hooks(record: &Record, broken: &mut impl FnMut(Rule, String)) {
    let mut answers: BTreeMap<Callee, bool> = BTreeMap::new();
    for call in &record.calls {
        let (Argument::Callee(callee), Some(Answer::Needed(needed))) = (call.argument, call.answer) else {
            continue;
        };
        let before = *answers.entry(callee).or_insert(needed);
        if before != needed {
            let words = |needed: bool| if needed { "TRUE" } else { "FALSE" };
            let what = format!(
                "CallNeedsHostHook({}) answered {} and then, to task {}, {}",
                callee.name(),
                words(before),
                call.task,
                words(needed)
            );
            broken(HOOK_IS_STABLE, what);
        }
    }
}

/// What the sleeps and alerts of each task show together.
fn sleeps(record: &Record, broken: &mut impl FnMut(Rule, String)) {
    let sleeps = record.calls.iter().filter(|call| call.method == "Sleep");
    for sleep in sleeps {
        let (Argument::Sleep(milliseconds, alertable), Some(answer), Some(ended)) =
            (sleep.argument, sleep.answer, sleep.ended)
        else {
            continue;
        };
        let hresult = answer.hresult();
        if hresult == Hresult::E_NOTIMPL {
            continue;
        }
        let of_task =
            |call: &&HostCall| call.argument == Argument::Task(sleep.task) && call.method == "Alert";
        let alerts = || record.calls.iter().filter(of_task);
        // An alertable sleep takes the alerts that came before its end.
        let taken = record.calls.iter().filter(|call| {
            call.method == "Sleep"
                && call.task == sleep.task
                && matches!(call.argument, Argument::Sleep(_, true))
        });
        let since = taken.filter_map(|call| call.ended.filter(|&end| end < sleep.began)).max().unwrap_or(0);
        // Of one that overlaps the earlier sleep's end nobody can tell which of the two it was for.
        let is_waiting =
            |alert: &&HostCall| alert.began > since && alert.ended.is_some_and(|end| end < sleep.began);
        let may_be_waiting =
            |alert: &HostCall| alert.began < ended && alert.ended.is_none_or(|end| end > since);
        let was_interrupted = hresult == Hresult::HOST_E_INTERRUPTED;
        if was_interrupted && !alertable {
            broken(ALERT_ONLY_ALERTABLE, format!("{sleep}, without WAIT_ALERTABLE"));
        } else if was_interrupted && !alerts().any(may_be_waiting) {
            broken(ALERT_ONLY_ALERTABLE, format!("{sleep}, without an alert"));
        }
        let waiting = alerts().find(is_waiting);
        if let (Some(alert), true, Hresult::S_OK) = (waiting, alertable, hresult) {
            let is_alert_ok = alert.answer.is_some_and(Answer::is_ok);
            if is_alert_ok {
                broken(ALERT_WAKES, format!("{alert}, then {sleep}"));
            }
        }
        let short = milliseconds
            .filter(|&time| sleep.took.as_millis() < u128::from(time) && hresult == Hresult::S_OK);
        if let Some(time) = short {
            let what = format!("{sleep} after {:.1} of {time} ms", sleep.took.as_secs_f64() * 1000.0);
            broken(SLEEP_LASTS, what);
        }
    }
}
