//! The bracket machine against the reference in `support/reference.rs`.
//!
//! Random programs run on random frames: calls nest, return, are made in place of returning, are jumped over by `longjmp` (frames
//! vanish without a crossing), are left by exceptions, closing crossings come that fit an outer bracket or none, threads end
//! with brackets open, calls are recorded for a while, and the host answers what it likes. Brackets are opened and closed in the
//! four ways in which sources do it, that of thunks included.

#![cfg(not(loom))]

mod support;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::collections::BTreeMap;
use support::program::{Program, Step, THREADS};
use support::{Answer, CALLEES, Call, Form, Recorder};

const ALL_FORMS: [Form; 4] = [Form::Short, Form::Long, Form::Hosted, Form::Exact];

fn any_step() -> impl Strategy<Value = Step> {
    // Frames of the size of the margin and above, ordinary ones, and calls from the very same place.
    let frame = prop_oneof![3 => 16..700usize, 1 => 4000..9000usize, 1 => Just(256usize)];
    prop_oneof![
        10 => (0..CALLEES.len(), frame).prop_map(|(callee, frame)| Step::Call { callee, frame }),
        6 => Just(Step::Return),
        2 => (1..5usize).prop_map(|frames| Step::Jump { frames }),
        1 => (0..CALLEES.len()).prop_map(|callee| Step::StrayReturn { callee }),
        2 => (0..CALLEES.len()).prop_map(|callee| Step::TailCall { callee }),
        1 => (1..4usize).prop_map(|frames| Step::Throw { frames }),
        1 => Just(Step::End),
        1 => Just(Step::Exit),
        1 => any::<bool>().prop_map(|on| Step::Record { on }),
        1 => Just(Step::Take),
        1 => Just(Step::SwitchStack),
        6 => (1..5000u64).prop_map(|ticks| Step::Work { ticks }),
    ]
}

fn any_program() -> impl Strategy<Value = Vec<(usize, Step)>> {
    prop::collection::vec((0..THREADS, any_step()), 1..150)
}

fn any_answers() -> impl Strategy<Value = Vec<Answer>> {
    let answer = prop_oneof![
        60 => Just(Answer::Ok),
        5 => Just(Answer::SFalse),
        5 => Just(Answer::OutOfMemory),
        1 => Just(Answer::Fail),
        1 => Just(Answer::Panic),
    ];
    prop::collection::vec(answer, 0..200)
}

/// The rules of `src/host.rs`, checked on nothing but what the host saw and answered.
fn assert_lawful(calls: &[Call], answers: &[Answer]) {
    let answers = answers.iter().copied().chain(std::iter::repeat(Answer::Ok));
    let mut accepted = BTreeMap::<u64, Vec<(&str, &str)>>::new();
    let (mut asked, mut shut) = (Vec::new(), false);
    for ((method, task, name), answer) in calls.iter().zip(answers) {
        assert!(!shut, "{method} after E_FAIL");
        shut = matches!(answer, Answer::Fail | Answer::Panic);
        let open = accepted.get_mut(task);
        match *method {
            "SetCLRTask" => {
                assert!(open.is_none());
                if answer == Answer::Ok {
                    accepted.insert(*task, Vec::new());
                }
            }
            "CallNeedsHostHook" => {
                assert!(!asked.contains(name), "asked twice about {name}");
                asked.push(name.clone());
            }
            "ExitTask" => {
                assert_eq!(open.expect("the task was accepted").len(), 0);
                accepted.remove(task);
            }
            "LeaveRuntime" | "ReverseEnterRuntime" => {
                let open = open.expect("the task was accepted");
                assert!(*method != "LeaveRuntime" || asked.contains(name), "not asked about {name}");
                if answer == Answer::Ok {
                    open.push((method, name));
                }
            }
            "EnterRuntime" => {
                assert_eq!(open.expect("the task was accepted").pop(), Some(("LeaveRuntime", &**name)));
            }
            "ReverseLeaveRuntime" => {
                assert_eq!(
                    open.expect("the task was accepted").pop(),
                    Some(("ReverseEnterRuntime", &**name))
                );
            }
            other => panic!("unknown call {other}"),
        }
    }
    if !shut {
        let open: Vec<_> = accepted.values().flatten().collect();
        assert!(open.is_empty() && accepted.is_empty(), "never closed: {open:?}");
    }
}

/// All that the host was called for is the reference's, and lawful.
fn assert_calls(run: &Program, host: &Recorder, answers: &[Answer]) {
    let expected = run.reference.host.as_ref().unwrap();
    assert_eq!(&host.calls(), &expected.calls);
    assert_lawful(&host.calls(), answers);
    let layer = run.border.boundary.layer().unwrap();
    let (count, kept) = layer.failures();
    assert_eq!(layer.is_shut(), expected.shut);
    assert_eq!(count, expected.failures.len() as u64);
    assert_eq!(&kept, &expected.failures[..expected.failures.len().min(64)]);
    assert_eq!(&*run.border.told.lock().unwrap(), &kept);
}

/// Two threads, and all that can become of a call.
fn whole_program() -> Vec<(usize, Step)> {
    let call = |callee, frame| Step::Call { callee, frame };
    let on =
        |thread: usize, steps: &[Step]| steps.iter().map(|step| (thread, step.clone())).collect::<Vec<_>>();
    [
        on(0, &[Step::Record { on: true }, call(1, 600), call(3, 300), call(0, 300), Step::Return]),
        on(1, &[call(2, 500), call(4, 200), Step::TailCall { callee: 3 }]),
        on(0, &[Step::Return, Step::Return, call(1, 600), call(3, 300), call(0, 300)]),
        // Jumped over, and seen in a call from further up.
        on(0, &[Step::Jump { frames: 2 }, call(3, 300), Step::Return, Step::StrayReturn { callee: 2 }]),
        on(1, &[Step::Return, Step::Throw { frames: 1 }, Step::Take, call(0, 900)]),
        on(0, &[call(4, 100), Step::End]),
        on(1, &[Step::Exit]),
        // Further tasks.
        on(0, &[call(3, 100), Step::Return, Step::Record { on: false }, Step::End]),
    ]
    .concat()
}

/// Runs that with a host that gives this answer to its `nth` call. How often the host was called.
fn run_whole_program(form: Form, nth: usize, answer: Answer) -> usize {
    let mut answers = vec![Answer::Ok; nth];
    answers.push(answer);
    let host = Recorder::answering(answers.iter().copied());
    let mut run = Program::new(true, form, Some((&host, answers.clone(), Vec::new())));
    for (thread, step) in &whole_program() {
        run.step(*thread, step);
        run.compare();
    }
    run.end_all();
    run.compare();
    assert_calls(&run, &host, &answers);
    host.calls().len()
}

#[test]
fn a_host_may_fail_in_every_way_at_every_point() {
    for form in [Form::Hosted, Form::Exact] {
        let calls = run_whole_program(form, 0, Answer::Ok);
        assert!(calls > 30, "{calls} calls");
        for nth in 0..calls {
            for answer in [Answer::SFalse, Answer::OutOfMemory, Answer::Fail, Answer::Panic] {
                let made = run_whole_program(form, nth, answer);
                let shuts = matches!(answer, Answer::Fail | Answer::Panic);
                assert!(!shuts || made == nth + 1, "{made} calls after {answer:?} to call {nth}");
            }
        }
    }
}

/// Of a failure the seed is kept in a file beside this one, and tried first from then on: to be checked in.
fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 400 },
        failure_persistence: Some(Box::new(kept)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_number_and_every_recorded_call_is_the_references(
        program in any_program(),
        timed: bool,
        form in prop::sample::select(&ALL_FORMS),
    ) {
        let mut run = Program::new(timed, form, None);
        for (thread, step) in &program {
            run.step(*thread, step);
        }
        run.compare();
        run.end_all();
        run.compare();
    }

    #[test]
    fn every_call_to_the_host_is_the_references(
        program in any_program(),
        answers in any_answers(),
        timed: bool,
        form in prop::sample::select(&[Form::Hosted, Form::Exact]),
        unwanted in prop::sample::subsequence(vec!["sqrt", "sort", "calli", "compare"], 0..=4),
    ) {
        let host = Recorder::answering(answers.iter().copied()).without_calls_of(&unwanted);
        let mut run = Program::new(timed, form, Some((&host, answers.clone(), unwanted)));
        for (thread, step) in &program {
            run.step(*thread, step);
        }
        run.compare();
        run.end_all();
        run.compare();
        assert_calls(&run, &host, &answers);
    }

    #[test]
    fn no_bracket_is_dropped_while_its_call_is_on_the_stack(
        program in any_program(),
        form in prop::sample::select(&ALL_FORMS),
    ) {
        let mut run = Program::new(false, form, None);
        for (thread, step) in &program {
            if !matches!(step, Step::StrayReturn { .. }) {
                run.step(*thread, step);
                run.assert_nothing_open_was_dropped();
            }
        }
        run.compare();
    }
}
