//! Hosts that answer something else than `S_OK`, short of `E_FAIL`: the application does not notice.

use crate::child::{Child, facts, tell};
use crate::recorder::this_thread;
use crate::scripted::Scripted;
use clrhost::report::{Exit, Report, TextOptions};
use clrhost::{Application, Host, Hresult, ProbeSnapshot};
use clrhost_testkit::{Expected, ExpectedRow, Finished, Run, fixture};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What hosts answer here instead of `S_OK`. The contract names all four.
const ANSWERS: [&str; 4] = ["S_FALSE", "E_OUTOFMEMORY", "E_NOTIMPL", "HOST_E_TIMEOUT"];

/// How often the host was called, by method.
type Counts = BTreeMap<&'static str, u64>;

fn code_named(name: &str) -> Hresult {
    Hresult::TABLE.iter().find(|row| row.0 == name).expect("a code of the table").1
}

/// In the child: runs `Delegates` under a host that gives this answer in this method to each call about a function of
/// the application's.
fn run_answering(method: &'static str, answer: Hresult) -> (i32, Counts, ProbeSnapshot, Report) {
    let counts = Arc::new(Mutex::new(Counts::new()));
    let counter = Arc::clone(&counts);
    let host = Scripted::new(move |scene| {
        if !scene.is_users() {
            return Ok(());
        }
        *counter.lock().unwrap().entry(scene.method).or_default() += 1;
        if scene.method == method { Err(answer) } else { Ok(()) }
    });
    let application = Application::new(fixture("Delegates"));
    let prepared = Host::builder().task_manager(host).prepare(application).expect("it is prepared");
    let (crossings, reporter) = (prepared.crossings().unwrap(), prepared.reporter().unwrap());
    let code = prepared.run().expect("it runs");
    assert!(!crossings.is_shut());
    let counts = counts.lock().unwrap().clone();
    (code, counts, crossings.snapshot(), reporter.report(Exit::Code { code }, false))
}

/// In the child: every failure is in the snapshot, and in both forms of the report.
fn assert_recorded(method: &str, answer: Hresult, failures: u64, read: &ProbeSnapshot, report: &Report) {
    let host = read.host.as_ref().expect("there is a host");
    assert_eq!((host.failures, host.shut), (failures, false));
    assert_eq!(host.kept.len() as u64, failures.min(64));
    assert!(
        host.kept.iter().all(|kept| kept.method == method && kept.hresult == answer && kept.panic.is_none())
    );

    let mut json = Vec::new();
    report.to_json(&mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["host"]["failures"], failures);
    assert_eq!(json["host"]["failed_calls"][0]["method"], method);
    assert_eq!(json["host"]["failed_calls"][0]["name"].as_str(), answer.name());
    let text = report.render_text(&TextOptions::default());
    assert!(text.contains(method) && text.contains(answer.name().unwrap()), "{text}");
}

/// In the parent: what the application printed is what it prints under `dotnet`.
#[track_caller]
pub fn assert_undisturbed(finished: &Finished, name: &str) {
    let plain = Run::dotnet().arg(fixture(name)).output();
    finished.assert_code(plain.assert_code(0).code.unwrap());
    assert!(finished.stdout.contains(&plain.stdout), "other output than under dotnet\n{finished}\n{plain}");
}

/// In the child: refuses all openings of one kind of bracket, and tells how many there were.
fn refuse(opening: &'static str, closing: &'static str, answer: &str) -> i32 {
    let answer = code_named(answer);
    let (code, counts, read, report) = run_answering(opening, answer);
    assert_eq!(counts.get(closing), None);
    assert_recorded(opening, answer, counts[opening], &read, &report);
    tell(&json!({ "refused": counts[opening] }));
    code
}

/// In the child: fails all closings of one kind of bracket.
fn fail(opening: &'static str, closing: &'static str, answer: &str) -> i32 {
    let answer = code_named(answer);
    let (code, counts, read, report) = run_answering(closing, answer);
    assert_eq!(counts[opening], counts[closing]);
    assert_recorded(closing, answer, counts[closing], &read, &report);
    tell(&json!({ "refused": counts[closing] }));
    code
}

/// In the parent: the host was called for all that the application says it does.
#[track_caller]
fn assert_all_refused(finished: &Finished, rows: fn(&Expected) -> &Vec<ExpectedRow>) {
    assert_undisturbed(finished, "Delegates");
    let calls: u64 = rows(&Expected::from_stdout(&finished.stdout)).iter().map(|row| row.calls).sum();
    assert_eq!(facts(finished)["refused"], calls, "{finished}");
}

#[test]
fn a_refused_leave_gets_no_enter() {
    for answer in ANSWERS {
        let child = Child::new().argument(answer);
        let finished = child.run(|answer| refuse("LeaveRuntime", "EnterRuntime", answer));
        assert_all_refused(&finished, |expected| &expected.targets);
    }
}

#[test]
fn a_refused_reverse_enter_gets_no_reverse_leave() {
    for answer in ANSWERS {
        let child = Child::new().argument(answer);
        let finished = child.run(|answer| refuse("ReverseEnterRuntime", "ReverseLeaveRuntime", answer));
        assert_all_refused(&finished, |expected| &expected.callbacks);
    }
}

#[test]
fn a_failed_closing_call_is_recorded() {
    let finished = Child::new().run(|_| fail("LeaveRuntime", "EnterRuntime", "E_OUTOFMEMORY"));
    assert_all_refused(&finished, |expected| &expected.targets);
}

#[test]
fn a_failed_reverse_closing_call_is_recorded() {
    let finished = Child::new().run(|_| fail("ReverseEnterRuntime", "ReverseLeaveRuntime", "S_FALSE"));
    assert_all_refused(&finished, |expected| &expected.callbacks);
}

#[test]
fn a_host_that_gives_no_answer_about_a_hook_gets_it() {
    let finished = Child::new().run(|_| {
        let (code, counts, read, report) = run_answering("CallNeedsHostHook", Hresult::E_NOTIMPL);
        assert_eq!(counts["LeaveRuntime"], counts["EnterRuntime"]);
        assert_recorded("CallNeedsHostHook", Hresult::E_NOTIMPL, counts["CallNeedsHostHook"], &read, &report);
        tell(&json!({ "refused": counts["LeaveRuntime"] }));
        code
    });
    assert_all_refused(&finished, |expected| &expected.targets);
}

#[test]
fn a_refused_task_is_left_alone_and_others_are_not() {
    let finished = Child::new().run(|_| {
        let first = this_thread();
        let record = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&record);
        let host = Scripted::new(move |scene| {
            let Some(task) = scene.task else { return Ok(()) };
            recorded.lock().unwrap().push((scene.method, task.os_thread_id()));
            let refused = scene.method == "SetCLRTask" && task.os_thread_id() != first;
            if refused { Err(Hresult::HOST_E_INVALIDOPERATION) } else { Ok(()) }
        });
        let application = Application::new(fixture("NativeThreads"));
        let prepared = Host::builder().task_manager(host).prepare(application).expect("it is prepared");
        let crossings = prepared.crossings().unwrap();
        let code = prepared.run().expect("it runs");
        let record = record.lock().unwrap();
        let others = record.iter().filter(|(_, thread)| *thread != first);
        assert!(others.clone().count() >= 8, "eight threads of C's and perhaps some of .NET's");
        assert!(
            others.clone().all(|(method, _)| *method == "SetCLRTask"),
            "{:?}",
            others.collect::<Vec<_>>()
        );
        let called = |method| record.iter().filter(|call| **call == (method, first)).count();
        assert!(called("LeaveRuntime") > 0 && called("LeaveRuntime") == called("EnterRuntime"));
        // What the host does not see is counted all the same.
        let counts = crossings.snapshot().snapshot.counts();
        assert!(counts.reverse_enter >= 4000 && counts.reverse_enter == counts.reverse_leave);
        code
    });
    assert_undisturbed(&finished, "NativeThreads");
}
