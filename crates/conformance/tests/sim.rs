//! The simulated runtime gives the calls that the contract wants.

use clrhost::{Hresult, Target, Task};
use clrhost_conformance::HostUnderTest;
use clrhost_conformance::SITUATIONS;
use clrhost_conformance::cases::{
    Call, Case, HostPlan, Model, RecordingHost, Says, Stage, cases_that_shut, cases_with_aborts, difference,
    every_failure, everything, mild_cases, producible,
};
use clrhost_engine_sim::{Callee, Op, Settings, Shape, TaskNumber, make_valid, parse, random_script, run};
use std::cell::Cell;
use std::time::Duration;

thread_local! {
    static TASK: Cell<Option<TaskNumber>> = const { Cell::new(None) };
}

struct Simulated;

impl Stage for Simulated {
    fn current(&self, starting: Option<&Task>) -> Option<TaskNumber> {
        if let Some(task) = starting {
            TASK.set(self.number(task));
        }
        TASK.get()
    }

    fn begins(&self, _: usize) {}

    fn number(&self, task: &Task) -> Option<TaskNumber> {
        u8::try_from(task.runtime_thread_id()).ok().map(TaskNumber)
    }

    fn callee(&self, target: &Target) -> Option<Callee> {
        Callee::named(&target.description().method)
    }
}

#[track_caller]
fn assert_as_the_model_says(case: &Case) {
    let host = RecordingHost::new(Simulated);
    host.begin(case.plan.clone());
    let under_test = HostUnderTest { tasks: Box::new(host.clone()), gc: Some(Box::new(host.clone())) };
    // This host does not poll, and its steps come one after another however busy the machine is.
    let patience = Duration::from_secs(20);
    let settings = Settings { patience, long_step: patience, ..Settings::default() };
    let record = run(&case.script, under_test, &settings);
    assert!(record.stuck.is_empty(), "{}: {:?}", case.name, record.stuck);
    let mut model = Model::default();
    let expected = model.expect(&case.script, &case.plan);
    let text = |calls: Vec<Call>| calls.iter().map(ToString::to_string).collect::<Vec<_>>();
    if let Some(difference) = difference(case, &text(expected), &text(host.calls())) {
        panic!("{difference}");
    }
    assert_eq!(record.is_shut, model.is_shut(), "{}", case.name);
    assert!(host.others().is_empty(), "{:?}", host.others());
}

#[test]
fn cases_of_every_engine() {
    for case in mild_cases(200).into_iter().chain(cases_that_shut()).chain(cases_with_aborts()) {
        assert_as_the_model_says(&case);
    }
}

/// Steps that CoreCLR cannot be made to take, except aborts and what only they end: these may strike at any time.
#[test]
fn random_scripts_with_all_that_a_runtime_may_do() {
    for seed in 0..300 {
        let mut script = random_script(seed, Shape { steps: 50, tasks: 5 });
        script.retain(|step| !matches!(step.op, Op::Abort(_) | Op::Sleep { milliseconds: None, .. }));
        for step in &mut script {
            // A sleep during which other tasks take steps ends in no certain order with them.
            if let Op::Sleep { milliseconds, .. } = &mut step.op {
                *milliseconds = Some(0);
            }
        }
        let script = make_valid(&script);
        let plan = HostPlan { makes_threads: seed % 2 == 0, does_all: seed % 3 == 0, ..HostPlan::default() };
        assert_as_the_model_says(&Case { name: format!("seed {seed}"), script, plan });
    }
}

/// One call in three of each situation, in one of the ways in which a call can fail: each call of the script with everything fails
/// below, in all ways.
#[test]
fn calls_of_every_situation_may_fail() {
    let failures = [Says::Result(Err(Hresult::E_FAIL)), Says::Result(Err(Hresult::S_FALSE)), Says::Panic];
    for (nth, situation) in SITUATIONS.iter().enumerate() {
        let cases = every_failure(&producible(&situation.script()), &failures);
        // There are as many cases for each call as there are failures.
        for (call, cases) in cases.chunks(failures.len()).enumerate().skip(nth % 3).step_by(3) {
            let mut case = cases[(nth + call / 3) % failures.len()].clone();
            case.name = format!("{}: {}", situation.name, case.name);
            assert_as_the_model_says(&case);
        }
    }
}

/// Each call of a script with everything fails, in every way.
#[test]
fn every_call_may_fail() {
    let failures = [
        Says::Result(Err(Hresult::E_FAIL)),
        Says::Result(Err(Hresult::S_FALSE)),
        Says::Result(Err(Hresult::E_OUTOFMEMORY)),
        Says::Panic,
    ];
    every_failure(&everything(), &failures).iter().for_each(assert_as_the_model_says);
}

#[test]
fn a_difference_is_seen() {
    let script = make_valid(&parse("1: reverse-enter m\n1: leave a").unwrap());
    let case = Case { name: "short".to_owned(), script, plan: HostPlan::default() };
    let expected = Model::default().expect(&case.script, &case.plan);
    let text: Vec<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(difference(&case, &text, &text), None);
    let mut other = text.clone();
    other.swap(2, 3);
    let difference = difference(&case, &text, &other).unwrap();
    assert!(difference.contains("call 3"), "{difference}");
    assert!(clrhost_conformance::cases::difference(&case, &text, &text[..4]).is_some());
}
