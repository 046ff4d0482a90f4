//! CoreCLR gives the calls that the contract wants, for the same cases as the simulated runtime.
//!
//! A process takes some cases one after another, and then one whose host answers `E_FAIL` or panics, after which there is nothing
//! more to see in it.

#[allow(dead_code, reason = "the tests of clrhost use all of it")]
#[path = "../../../clrhost/tests/hosting/child.rs"]
mod child;
mod shared;
mod stage;

use child::{Child, facts, tell};
use clrhost::{Host, Source};
use clrhost_conformance::SITUATIONS;
use clrhost_conformance::cases::{
    Case, Model, RecordingHost, cases_that_shut, cases_with_aborts, difference, mild_cases, unproducible,
};
use clrhost_testkit::fixture;
use serde_json::json;
use shared::Shared;
use stage::{Attendant, Threads};
use std::thread;
use std::time::Duration;

/// What a process may take, on a machine that does much else.
const TIME_LIMIT: Duration = Duration::from_secs(240);
/// Random scripts in all.
const RANDOM: u64 = 150;

/// The cases of each process.
fn batches() -> Vec<Vec<Case>> {
    let mut batches: Vec<Vec<Case>> = cases_that_shut().into_iter().map(|case| vec![case]).collect();
    let count = batches.len();
    for (nth, case) in mild_cases(RANDOM).into_iter().enumerate() {
        batches[nth % count].insert(0, case);
    }
    batches.push(cases_with_aborts());
    batches
}

/// In the child: takes the cases, and tells what the host was called for in each.
fn take(cases: &[Case], source: Source) -> i32 {
    let shared = Shared::leak();
    let host = RecordingHost::new(Threads(shared));
    let config = fixture("Script").with_extension("runtimeconfig.json");
    let builder = Host::builder().task_manager(host.clone()).gc_manager(host.clone()).source(source);
    let runtime = builder.start(config).expect("the runtime starts");
    let tasks = runtime.tasks().expect("it is hooked");
    let mut told = Vec::new();
    for case in cases {
        shared.set(&case.script);
        host.begin(case.plan.clone());
        let attendant = Attendant { shared, host: host.clone(), tasks };
        let (script, name) = (case.script.clone(), case.name.clone());
        let looked_after = thread::spawn(move || attendant.look_after(&script, &name));
        let ran = runtime.execute(&fixture("Script"), "Script", "Run", Some(&shared.address()));
        assert_eq!(ran, Ok(0), "{}", case.name);
        looked_after.join().expect("it does not panic");
        let calls: Vec<String> = host.calls().iter().map(ToString::to_string).collect();
        told.push(json!({ "calls": calls, "others": host.others() }));
    }
    tell(&json!(told));
    0
}

/// All calls but `Alert`, which comes on a thread of its own, so in no certain order with the others; and these.
fn apart(calls: Vec<String>) -> [Vec<String>; 2] {
    let (alerts, others) = calls.into_iter().partition(|call| call.contains(": Alert("));
    [others, alerts]
}

/// In the parent: all cases gave the calls that the model says.
fn assert_all(run: impl Fn(usize) -> clrhost_testkit::Finished) {
    let mut differences = Vec::new();
    let mut others = std::collections::BTreeMap::<String, u64>::new();
    for (nth, cases) in batches().iter().enumerate() {
        let finished = run(nth);
        let told = facts(finished.assert_code(0));
        let mut model = Model::default();
        for (case, told) in cases.iter().zip(told.as_array().expect("a list")) {
            let expected = model.expect(&case.script, &case.plan);
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            let found: Vec<String> = serde_json::from_value(told["calls"].clone()).expect("texts");
            let ([expected, alerts], [found, found_alerts]) = (apart(expected), apart(found));
            differences.extend(difference(case, &expected, &found));
            // There may be none, if the abort is quicker.
            assert!(alerts.starts_with(&found_alerts), "{}: {found_alerts:?}", case.name);
            for (what, count) in told["others"].as_object().expect("counts") {
                *others.entry(what.clone()).or_default() += count.as_u64().expect("a count");
            }
        }
    }
    println!("calls about other targets on threads of scripts: {others:?}");
    let hidden: Vec<&String> = others.keys().filter(|what| what.ends_with("User")).collect();
    assert!(hidden.is_empty(), "calls about the program's own targets are none of the script's: {hidden:?}");
    let shown: Vec<&str> = differences.iter().take(5).map(String::as_str).collect();
    assert!(
        differences.is_empty(),
        "{} differences, the first of them:\n{}",
        differences.len(),
        shown.join("\n")
    );
}

/// A process for a batch. What is compiled anew in the background would take threads that no script asks for.
fn child(nth: usize) -> Child {
    Child::new().argument(&nth.to_string()).env("DOTNET_TieredCompilation", "0").time_limit(TIME_LIMIT)
}

#[test]
fn cases_of_every_engine_with_thunks() {
    assert_all(|nth| child(nth).run(|nth| take(&batches()[nth.parse::<usize>().unwrap()], Source::Thunks)));
}

#[test]
fn cases_of_every_engine_with_the_flag() {
    assert_all(|nth| child(nth).run(|nth| take(&batches()[nth.parse::<usize>().unwrap()], Source::Flag)));
}

/// What is not run here is said.
#[test]
fn situations_that_coreclr_cannot_be_put_into() {
    let mut whole = 0;
    for situation in SITUATIONS {
        match unproducible(&situation.script()) {
            None => whole += 1,
            Some((step, limit)) => {
                println!("{}: without `{step}` and the like: {}", situation.name, limit.reason)
            }
        }
    }
    println!("{whole} of {} situations as they are", SITUATIONS.len());
    assert!(whole >= 5);
}
