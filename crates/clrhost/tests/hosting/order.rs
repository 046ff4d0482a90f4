//! The order in which a host is called, on which thread, and how often.

use crate::child::{Child, facts, tell};
use crate::recorder::{Call, Event, Recorder, check_contract, count, sequence};
use clrhost_testkit::{Expected, Finished};
use serde_json::json;
use std::collections::BTreeSet;
use std::iter::repeat_n;

/// `L name`, then what happens inside, then `E name`.
fn call(method: &str, inside: Vec<String>) -> Vec<String> {
    [vec![format!("L {method}")], inside, vec![format!("E {method}")]].concat()
}

/// A callback in which nothing of interest happens, this many times.
fn callbacks(method: &str, times: usize) -> Vec<String> {
    repeat_n([format!("RE {method}"), format!("RL {method}")], times).flatten().collect()
}

fn times(times: usize, sequence: Vec<String>) -> Vec<String> {
    repeat_n(sequence, times).flatten().collect()
}

/// In the child: runs the fixture under a recorder and tells its counts; `check` looks at the record.
fn record(name: &str, check: impl FnOnce(&[Event])) -> i32 {
    let recorder = Recorder::default();
    let code = recorder.run(name);
    let events = recorder.events();
    check_contract(&events);
    check(&events);
    tell(&json!({
        "leave": count(&events, Call::Leave),
        "enter": count(&events, Call::Enter),
        "reverse_enter": count(&events, Call::ReverseEnter),
        "reverse_leave": count(&events, Call::ReverseLeave),
    }));
    code
}

/// In the parent: the host was called as often as the fixture says.
#[track_caller]
fn assert_expected_counts(finished: &Finished) {
    let expected = Expected::from_stdout(&finished.assert_code(0).stdout);
    let told = facts(finished);
    for (rows, pair) in
        [(&expected.targets, ["leave", "enter"]), (&expected.callbacks, ["reverse_enter", "reverse_leave"])]
    {
        for row in rows {
            for crossing in pair {
                assert_eq!(told[crossing][&row.method], row.calls, "{crossing} {}\n{finished}", row.method);
            }
        }
    }
}

#[test]
fn nested_brackets_open_and_close_like_brackets() {
    let finished = Child::new().run(|_| {
        record("Nested", |events| {
            let (native, managed) = ("Nested.fx_call", "Level.Invoke");
            let opening = times(100, vec![format!("L {native}"), format!("RE {managed}")]);
            let closing = times(100, vec![format!("RL {managed}"), format!("E {native}")]);
            let expected = times(3, [opening, closing].concat());
            assert_eq!(sequence(events, &[native, managed]), expected);
        })
    });
    assert_expected_counts(&finished);
}

#[test]
fn callbacks_come_inside_the_call_that_makes_them() {
    let finished = Child::new().run(|_| {
        record("Delegates", |events| {
            let expected = [
                times(100, call("Delegates.fx_call", callbacks("ArgumentCallback.Invoke", 1))),
                call("Delegates.fx_call_many", callbacks("ArgumentCallback.Invoke", 1000)),
                times(50, call("Delegates.fx_call_field", callbacks("FieldCallback.Invoke", 10))),
                call("Delegates.fx_keep", Vec::new()),
                call("Delegates.fx_call_kept", callbacks("KeptCallback.Invoke", 1000)),
                call("Delegates.fx_call_wide", callbacks("WideCallback.Invoke", 1)),
            ]
            .concat();
            let all = [
                "Delegates.fx_call",
                "Delegates.fx_call_many",
                "Delegates.fx_call_field",
                "Delegates.fx_keep",
                "Delegates.fx_call_kept",
                "Delegates.fx_call_wide",
                "ArgumentCallback.Invoke",
                "FieldCallback.Invoke",
                "KeptCallback.Invoke",
                "WideCallback.Invoke",
            ];
            assert_eq!(sequence(events, &all), expected);
        })
    });
    assert_expected_counts(&finished);
}

#[test]
fn a_thread_that_natively_calls_in_is_a_task_of_its_own() {
    let finished = Child::new().run(|_| {
        record("NativeThreads", |events| {
            let callers: BTreeSet<u64> = events
                .iter()
                .filter(|event| event.method == "CallIn.Invoke")
                .map(|event| event.task)
                .collect();
            assert_eq!(callers.len(), 8);
            let ended = |task: &u64| events.iter().any(|e| e.call == Call::TaskEnded && e.task == *task);
            assert!(callers.iter().all(ended), "C has joined them all");
        })
    });
    assert_expected_counts(&finished);
}

#[test]
fn threads_that_cross_while_others_collect_keep_the_order() {
    assert_expected_counts(&Child::new().run(|_| record("Collecting", |_| {})));
}

#[test]
fn tasks_that_come_and_go_start_and_end_once() {
    let finished = Child::new().run(|_| {
        record("ManyThreads", |events| {
            let ended = events.iter().filter(|event| event.call == Call::TaskEnded).count();
            assert!(ended >= 200, "{ended} tasks ended");
        })
    });
    assert_expected_counts(&finished);
}

#[test]
fn brackets_that_a_thread_leaves_open_are_closed_before_its_end() {
    clrhost_testkit::needs!(ThreadExit);
    let finished = Child::new().run(|_| {
        record("ThreadEnds", |events| {
            let inside =
                |event: &&Event| event.call == Call::Leave && event.method == "ThreadEnds.fx_end_thread";
            let task = events.iter().find(inside).expect("it was called").task;
            let last: Vec<Call> =
                events.iter().filter(|event| event.task == task).map(|event| event.call).collect();
            // Youngest first: the call, then the body of the thread.
            let end = [Call::Leave, Call::Enter, Call::ReverseLeave, Call::TaskEnded];
            assert!(last.ends_with(&end), "{last:?}");
        })
    });
    // The bracket is closed for the host's sake, so the counts agree although the call never returned.
    assert_expected_counts(&finished);
}

#[test]
fn brackets_jumped_over_are_closed_youngest_first() {
    let finished = Child::new().run(|_| {
        record("LongJump", |events| {
            let [outer, inner, callback] =
                ["LongJump.fx_call_with_jump_target", "LongJump.fx_jump", "Jumping.Invoke"];
            let expected = [
                format!("L {outer}"),
                format!("RE {callback}"),
                format!("L {inner}"),
                format!("E {inner}"),
                format!("RL {callback}"),
                format!("E {outer}"),
            ];
            assert_eq!(sequence(events, &[outer, inner, callback]), expected);
        })
    });
    assert_expected_counts(&finished);
}

#[test]
fn a_target_without_hooks_is_not_reported_but_its_callbacks_are() {
    let finished = Child::new().run(|_| {
        let recorder = Recorder::without_hooks_for("Delegates.fx_call");
        let code = recorder.run("Delegates");
        let events = recorder.events();
        check_contract(&events);
        let about = |call| count(&events, call);
        assert_eq!(about(Call::NeedsHook).get("Delegates.fx_call"), Some(&1));
        for call in [Call::Leave, Call::Enter] {
            assert_eq!(about(call).get("Delegates.fx_call"), None);
            assert_eq!(about(call).get("Delegates.fx_call_field"), Some(&50), "others are reported");
        }
        for call in [Call::ReverseEnter, Call::ReverseLeave] {
            assert_eq!(about(call).get("ArgumentCallback.Invoke"), Some(&1100));
        }
        code
    });
    finished.assert_code(0);
}
