//! Hosts that fail at everything, with every code there is and some that there are not, and with both sources: the application ends as if
//! no host were there, and its calls are counted as exactly.

use crate::child::{Child, facts, tell};
use crate::whole::{Call, NOTIFICATIONS, Whole};
use clrhost::report::{Exit, Report, TargetRow};
use clrhost::{Application, Crossings, Host, Hresult, Source};
use clrhost_testkit::{Finished, Run, fixture, needs, scratch};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Goes through everything that a host is told of.
const APPLICATION: &str = "Everything";

/// All but the one that shuts the layer, and codes that nobody has defined.
fn codes() -> Vec<Hresult> {
    let nonsense = [0x1234_5678, 0x7FFF_FFFF, -1, i32::MIN, 0x8FFF_0000_u32 as i32].map(Hresult);
    let defined = Hresult::TABLE.iter().map(|row| row.1);
    defined.filter(|code| ![Hresult::S_OK, Hresult::E_FAIL].contains(code)).chain(nonsense).collect()
}

fn source(name: &str) -> Source {
    if name == "flag" { Source::Flag } else { Source::Thunks }
}

/// The calls of the application's own rows, by method.
fn calls(report: &Report) -> BTreeMap<String, u64> {
    let own = |row: &&TargetRow| row.origin == "user";
    let rows = report.targets.iter().chain(&report.callbacks).filter(own);
    rows.map(|row| (row.method.clone(), row.calls)).collect()
}

/// In the child: runs the application to its end under this host, and tells what was counted.
fn run(host: Whole, source: Source) -> (i32, Crossings) {
    static CROSSINGS: OnceLock<Crossings> = OnceLock::new();
    let builder = Host::builder().task_manager(host.clone()).gc_manager(host).source(source);
    let prepared = builder.prepare(Application::new(fixture(APPLICATION))).expect("it is prepared");
    let crossings = *CROSSINGS.get_or_init(|| prepared.crossings().unwrap());
    let reporter = prepared.reporter().unwrap();
    let code = prepared.run().expect("it runs");
    let report = reporter.report(Exit::Code { code }, false);
    let totals = &report.totals;
    assert_eq!((totals.mismatches, totals.lost, totals.untimed), (0, 0, 0));
    tell(&json!({ "calls": calls(&report) }));
    (code, crossings)
}

/// In the parent: how the application ends without a host, and what is counted then.
fn without_a_host(source: &str) -> &'static (Finished, BTreeMap<String, u64>) {
    static RUNS: [OnceLock<(Finished, BTreeMap<String, u64>)>; 2] = [const { OnceLock::new() }; 2];
    RUNS[usize::from(source == "flag")].get_or_init(|| {
        let report = scratch("no-host").join("report.json");
        let options = ["run", "--source", source, "--report"];
        let plain = Run::clrhost().args(options).arg(&report).arg(fixture(APPLICATION)).output();
        plain.assert_code(0);
        let text = std::fs::read(&report).expect("a report");
        let expected = calls(&Report::from_json(&text).expect("one of ours"));
        assert!(expected.len() >= 4, "{expected:?}");
        (plain, expected)
    })
}

/// In the parent: the application printed and ended as under `dotnet`, and was counted as without a host.
#[track_caller]
fn assert_as_without_a_host(finished: &Finished, source: &str) {
    let (plain, expected) = without_a_host(source);
    finished.assert_code(plain.code.unwrap());
    assert!(finished.stdout.contains(&plain.stdout), "other output than without a host\n{finished}\n{plain}");
    assert_eq!(facts(finished)["calls"], json!(expected), "{finished}");
}

/// In the child: each call of these methods is answered with the next code.
fn fail_at(fails: impl Fn(&Call<'_>) -> bool + Send + Sync + 'static, source: Source) -> i32 {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    static FAILED: AtomicU64 = AtomicU64::new(0);
    let codes = codes();
    let count = codes.len();
    let host = Whole::new(move |call| {
        if !fails(call) {
            return None;
        }
        let mut code = codes[NEXT.fetch_add(1, Relaxed) % count];
        // Of sleeps these are no failures, but answers.
        if call.method == "Sleep" && code == Hresult::HOST_E_INTERRUPTED {
            code = Hresult::HOST_E_TIMEOUT;
        }
        let may_decline = ["Sleep", "SwitchToTask"].contains(&call.method) && code == Hresult::E_NOTIMPL;
        FAILED.fetch_add(u64::from(!may_decline), Relaxed);
        Some(Err(code))
    });
    let (code, crossings) = run(host, source);
    let host = crossings.snapshot().host.expect("there is a host");
    assert!(!host.shut && host.failures > count as u64, "each code was answered: {}", host.failures);
    // Threads of the runtime's own may fail once more meanwhile.
    assert!(FAILED.load(Relaxed) >= host.failures && host.failures + 8 >= FAILED.load(Relaxed));
    code
}

#[test]
fn openings_and_notifications_fail_with_every_code() {
    for name in ["thunks", "flag"] {
        let finished = Child::new().argument(name).run(|name| {
            let openings = ["LeaveRuntime", "ReverseEnterRuntime", "CallNeedsHostHook", "ExitTask"];
            let is_one = move |call: &Call<'_>| {
                openings.contains(&call.method) || NOTIFICATIONS.contains(&call.method)
            };
            fail_at(is_one, source(name))
        });
        assert_as_without_a_host(&finished, name);
    }
}

#[test]
fn closings_and_suspensions_fail_with_every_code() {
    needs!(HostedThreads);
    for name in ["thunks", "flag"] {
        let finished = Child::new().argument(name).run(|name| {
            let closings = ["EnterRuntime", "ReverseLeaveRuntime", "SuspensionStarting", "SuspensionEnding"];
            fail_at(move |call| closings.contains(&call.method), source(name))
        });
        assert_as_without_a_host(&finished, name);
    }
}

/// Each task is refused with another code: nothing is reported of any, and all is counted.
#[test]
fn every_task_is_refused() {
    for name in ["thunks", "flag"] {
        let finished = Child::new().argument(name).run(|name| {
            static NEXT: AtomicUsize = AtomicUsize::new(0);
            static TOLD: AtomicBool = AtomicBool::new(false);
            let codes = codes();
            let host = Whole::new(move |call| match call.method {
                "SetCLRTask" => Some(Err(codes[NEXT.fetch_add(1, Relaxed) % codes.len()])),
                "LeaveRuntime" | "EnterRuntime" | "ReverseEnterRuntime" | "ReverseLeaveRuntime" => {
                    TOLD.store(true, Relaxed);
                    None
                }
                _ => None,
            });
            let (code, crossings) = run(host, source(name));
            assert!(NEXT.load(Relaxed) > 3 && !TOLD.load(Relaxed) && !crossings.is_shut());
            code
        });
        assert_as_without_a_host(&finished, name);
    }
}

/// In the child: the method fails once, and the layer is shut.
fn shut_in(method: &str, source: Source, panics: bool) -> i32 {
    static FAILED: AtomicBool = AtomicBool::new(false);
    let wanted = method.to_owned();
    let host = Whole::new(move |call| {
        let about_user = call.target.is_none_or(|target| target.method.starts_with("Everything."));
        let about_callback = call.method.starts_with("Reverse");
        if call.method != wanted || !(about_user || about_callback) || FAILED.swap(true, Relaxed) {
            return None;
        }
        if panics { panic!("at its wits' end") } else { Some(Err(Hresult::E_FAIL)) }
    });
    let (code, crossings) = run(host, source);
    let host = crossings.snapshot().host.unwrap();
    assert!(FAILED.load(Relaxed), "{method} was never called");
    assert_eq!((host.shut, host.failures, host.kept[0].method), (true, 1, method));
    code
}

/// `shut.rs` has the crossings, by thunks, in an application in which threads of native code's own call in.
#[test]
fn crossings_shut_the_layer_with_the_flag() {
    let methods = ["SetCLRTask", "CallNeedsHostHook", "LeaveRuntime", "EnterRuntime", "ReverseEnterRuntime"];
    for (method, panics) in
        methods.into_iter().chain(["ReverseLeaveRuntime", "ExitTask"]).zip([true, false].into_iter().cycle())
    {
        let child = Child::new().argument(&format!("{method} {panics}"));
        let finished = child.run(|argument| {
            let (method, panics) = argument.split_once(' ').expect("two words");
            shut_in(method, Source::Flag, panics == "true")
        });
        assert_as_without_a_host(&finished, "flag");
        assert_eq!(finished.stderr.matches("the hosting layer is shut").count(), 1, "{finished}");
    }
}

#[test]
fn every_notification_shuts_the_layer() {
    let more = ["CreateTask", "SetLocale", "SetUILocale", "SuspensionStarting", "SuspensionEnding"];
    for method in NOTIFICATIONS.into_iter().chain(more) {
        for panics in [false, true] {
            let child = Child::new().argument(&format!("{method} {panics}"));
            let finished = child.run(|argument| {
                let (method, panics) = argument.split_once(' ').expect("two words");
                shut_in(method, Source::Thunks, panics == "true")
            });
            assert_as_without_a_host(&finished, "thunks");
            assert_eq!(finished.stderr.matches("the hosting layer is shut").count(), 1, "{finished}");
        }
    }
}
