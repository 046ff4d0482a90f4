//! The bracket machine crossing by crossing: exact sequences and the numbers they have to leave behind.
//!
//! Stack pointers fall from [`SP`] as calls nest, as they do on a real stack. Each sequence runs the short
//! way, the long way and the one with a host's call in it, since these take different ways through the code.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::{
    Bracket, Callers, Crossing, CrossingCounts, Hresult, MAX_ENDED_TASKS, Mismatch, OpenBracket, TargetId,
    TargetKind, TargetStats, TaskIdentity, TaskOwner, TaskStats,
};
use support::{
    Answer, Border, CALLI, COMPARE, Callee, FORMS, Form, HOST_TICKS, PROGRESS, Recorder, SORT, SQRT, STACK,
    call,
};

/// Where the outermost call is made.
const SP: usize = 0x80_0000;

/// Far enough above a bracket to be taken for outside of it.
const FAR: usize = 4096;

/// How many open brackets a task keeps.
const KEPT: u64 = if cfg!(miri) { 1 << 8 } else { 1 << 16 };

fn in_all_forms(sequence: impl Fn(&Border, TaskOwner)) {
    for form in FORMS {
        let border = Border::new(true, form);
        let owner = border.start();
        sequence(&border, owner);
    }
}

fn row(border: &Border) -> TaskStats {
    let mut snapshot = border.boundary.snapshot();
    assert_eq!(snapshot.tasks.len(), 1);
    snapshot.tasks.remove(0)
}

fn counts(leave: u64, enter: u64, reverse_enter: u64, reverse_leave: u64) -> CrossingCounts {
    CrossingCounts { leave, enter, reverse_enter, reverse_leave }
}

fn stats(border: &Border, callee: Callee) -> TargetStats {
    let id = border.bind(callee);
    border
        .boundary
        .snapshot()
        .targets
        .into_iter()
        .find(|stats| stats.target == id)
        .expect("a call was counted")
}

/// Calls, completed and unwound ones of a target.
fn calls(border: &Border, callee: Callee) -> (u64, u64, u64) {
    let stats = stats(border, callee);
    (stats.calls, stats.completed, stats.unwound)
}

fn open_names(border: &Border) -> Vec<String> {
    let snapshot = border.boundary.snapshot();
    snapshot.tasks[0].open.iter().map(|open| snapshot.bound[&open.target].method.clone()).collect()
}

#[test]
fn the_nested_example_of_the_contract() {
    in_all_forms(|border, owner| {
        let tick = || border.clock.advance(100);
        border.open(&owner, SORT, SP);
        tick();
        border.open(&owner, COMPARE, SP - 300);
        tick();
        border.open(&owner, SQRT, SP - 600);
        tick();
        assert_eq!(owner.task().depth(), 3);
        assert_eq!(open_names(border), ["sort", "compare", "sqrt"]);
        let ticks: Vec<_> = row(border).open.iter().map(|open| (open.bracket, open.ticks)).collect();
        assert_eq!(ticks, [(Bracket::Leave, 300), (Bracket::ReverseEnter, 200), (Bracket::Leave, 100)]);
        border.close(&owner, SQRT);
        tick();
        border.close(&owner, COMPARE);
        tick();
        border.close(&owner, SORT);

        let row = row(border);
        assert_eq!(row.counts, counts(2, 2, 1, 1));
        assert_eq!((row.mismatches, row.unwound, row.max_depth, row.lost), (0, 0, 3, 0));
        assert_eq!((row.open.len(), row.settled, row.ended), (0, true, false));
        assert_eq!(row.native_ticks, 300, "200 in sort itself, 100 in sqrt");
        let times = [SORT, COMPARE, SQRT].map(|callee| {
            let stats = stats(border, callee);
            (stats.total_ticks, stats.self_ticks, stats.max_ticks, stats.histogram.count())
        });
        assert_eq!(times, [(500, 200, 500, 1), (300, 200, 300, 1), (100, 100, 100, 1)]);
    });
}

#[test]
fn recursion_of_one_function_counts_every_level() {
    in_all_forms(|border, owner| {
        for level in 0..5 {
            border.open(&owner, SORT, SP - level * 600);
            border.clock.advance(10);
            border.open(&owner, COMPARE, SP - level * 600 - 300);
            border.clock.advance(10);
        }
        for _ in 0..5 {
            border.close(&owner, COMPARE);
            border.close(&owner, SORT);
        }
        assert_eq!(row(border).counts, counts(5, 5, 5, 5));
        assert_eq!((row(border).unwound, row(border).max_depth), (0, 10));
        assert_eq!((calls(border, SORT), calls(border, COMPARE)), ((5, 5, 0), (5, 5, 0)));
        let sort = stats(border, SORT);
        assert_eq!((sort.total_ticks, sort.self_ticks, sort.max_ticks), (20 + 40 + 60 + 80 + 100, 50, 100));
    });
}

#[test]
fn function_pointers_share_one_target() {
    in_all_forms(|border, owner| {
        // Two call sites one inside the other, then a third one from a higher frame.
        border.open(&owner, CALLI, SP - 500);
        border.open(&owner, PROGRESS, SP - 600);
        border.open(&owner, CALLI, SP - 900);
        border.close(&owner, CALLI);
        border.close(&owner, PROGRESS);
        border.close(&owner, CALLI);
        border.open(&owner, CALLI, SP);
        border.close(&owner, CALLI);
        assert_eq!((calls(border, CALLI), calls(border, PROGRESS)), ((3, 3, 0), (1, 1, 0)));
        assert_eq!((row(border).unwound, row(border).mismatches), (0, 0));
    });
}

#[test]
fn an_enter_without_leave_is_a_mismatch() {
    in_all_forms(|border, owner| {
        border.close(&owner, SQRT);
        let row = row(border);
        assert_eq!((row.counts, row.mismatches, row.max_depth), (counts(0, 1, 0, 0), 1, 0));
        let snapshot = border.boundary.snapshot();
        let expected = Mismatch { task: 1, crossing: Crossing::Enter, target: border.bind(SQRT), open: None };
        assert_eq!(snapshot.mismatches, [expected]);
        assert_eq!(snapshot.targets.len(), 0, "nothing was called");
    });
}

#[test]
fn a_closing_crossing_that_fits_nothing_leaves_what_is_open() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, SP);
        border.close(&owner, SQRT);
        border.close(&owner, COMPARE);
        assert_eq!(open_names(border), ["sort"]);
        border.close(&owner, SORT);
        let row = row(border);
        assert_eq!((row.counts, row.mismatches, row.unwound), (counts(1, 2, 0, 1), 2, 0));
        let open = Some((Bracket::Leave, border.bind(SORT)));
        assert_eq!(
            border.boundary.snapshot().mismatches,
            [
                Mismatch { task: 1, crossing: Crossing::Enter, target: border.bind(SQRT), open },
                Mismatch { task: 1, crossing: Crossing::ReverseLeave, target: border.bind(COMPARE), open },
            ]
        );
    });
}

#[test]
fn the_first_sixty_four_mismatches_are_kept_and_all_are_counted() {
    in_all_forms(|border, owner| {
        (0..100).for_each(|_| border.close(&owner, SQRT));
        assert_eq!((row(border).mismatches, border.boundary.snapshot().mismatches.len()), (100, 64));
    });
}

#[test]
fn the_end_of_an_outer_bracket_unwinds_those_inside() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, SP);
        border.clock.advance(10);
        border.open(&owner, COMPARE, SP - 300);
        border.clock.advance(10);
        border.open(&owner, SQRT, SP - 600);
        border.clock.advance(10);
        border.close(&owner, SORT);
        let row = row(border);
        assert_eq!((row.counts, row.unwound, row.mismatches), (counts(2, 1, 1, 0), 2, 0));
        assert_eq!(row.open.len(), 0);
        assert_eq!(
            [SORT, COMPARE, SQRT].map(|callee| calls(border, callee)),
            [(1, 1, 0), (1, 0, 1), (1, 0, 1)]
        );
        assert_eq!(row.native_ticks, 30, "nobody saw when the inner brackets ended");
        assert_eq!(stats(border, SQRT).histogram.count(), 0);
    });
}

#[test]
fn the_end_of_a_recursive_bracket_closes_the_youngest_of_its_name() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, SP);
        border.open(&owner, COMPARE, SP - 300);
        border.open(&owner, SORT, SP - 600);
        border.open(&owner, PROGRESS, SP - 900);
        border.close(&owner, SORT);
        assert_eq!(open_names(border), ["sort", "compare"]);
        assert_eq!((calls(border, SORT), calls(border, PROGRESS)), ((2, 1, 0), (1, 0, 1)));
    });
}

#[test]
fn a_longjmp_is_seen_at_the_same_call_with_an_equal_stack_pointer() {
    in_all_forms(|border, owner| {
        for _ in 0..3 {
            border.open(&owner, SQRT, SP);
        }
        assert_eq!(open_names(border), ["sqrt"]);
        assert_eq!((row(border).unwound, calls(border, SQRT)), (2, (3, 0, 2)));
        assert_eq!(row(border).max_depth, 1);
    });
}

#[test]
fn a_call_from_one_word_further_down_is_inside() {
    in_all_forms(|border, owner| {
        border.open(&owner, SQRT, SP);
        border.open(&owner, SQRT, SP - 8);
        assert_eq!((open_names(border).len(), row(border).unwound), (2, 0));
    });
}

#[test]
fn another_function_has_to_be_well_above_before_the_top_counts_as_jumped_over() {
    in_all_forms(|border, owner| {
        border.open(&owner, SQRT, SP);
        border.open(&owner, COMPARE, SP + FAR - 1);
        assert_eq!(open_names(border), ["sqrt", "compare"]);
        border.open(&owner, PROGRESS, SP + FAR - 1 + FAR);
        assert_eq!(open_names(border), ["progress"]);
        assert_eq!(row(border).unwound, 2);
    });
}

#[test]
fn a_loop_of_callbacks_left_by_longjmp_leaves_nothing_behind() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, SP);
        for _ in 0..1000 {
            // compare calls sqrt, which jumps back into sort.
            border.open(&owner, COMPARE, SP - 300);
            border.open(&owner, SQRT, SP - 600);
        }
        assert_eq!(open_names(border), ["sort", "compare", "sqrt"]);
        border.close(&owner, SORT);
        assert_eq!((row(border).unwound, row(border).max_depth), (2000, 3));
        assert_eq!((calls(border, COMPARE), calls(border, SQRT)), ((1000, 0, 1000), (1000, 0, 1000)));
    });
}

#[test]
fn stack_pointers_of_other_stacks_never_unwind() {
    for form in FORMS {
        let border = Border::new(true, form);
        let owner = border.start();
        // The bracket below lies outside of the thread's stack, then the new one does.
        for (below, above) in [(STACK.start - 8, STACK.start - 8), (SP, STACK.end), (STACK.start - 8, SP)] {
            border.open(&owner, SORT, below);
            border.open(&owner, SORT, above);
            border.open(&owner, SORT, above + 2 * FAR + STACK.end);
            assert_eq!((row(&border).unwound, owner.task().depth()), (0, 3));
            (0..3).for_each(|_| border.close(&owner, SORT));
        }
    }
}

#[test]
fn a_call_on_another_stack_is_not_the_one_that_was_jumped_over() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, STACK.start - 8);
        border.open(&owner, COMPARE, SP);
        border.open(&owner, SORT, SP + 8);
        assert_eq!((open_names(border).len(), row(border).unwound), (3, 0));
    });
}

#[test]
fn the_short_way_is_taken_for_known_keys_inside_what_is_open_and_for_the_bracket_on_top() {
    for timed in [false, true] {
        let border = Border::new(timed, Form::Long);
        let owner = border.start();
        assert!(!border.try_open(&owner, SORT, SP), "the key is not known yet");
        assert!(!border.try_close(&owner, SORT), "nothing is open");
        border.open(&owner, SORT, SP);
        border.open(&owner, COMPARE, SP - 300);
        assert!(!border.try_open(&owner, COMPARE, SP - 300), "compare was jumped over");
        assert!(!border.try_close(&owner, SORT), "sort is not on top");
        assert_eq!(open_names(&border), ["sort", "compare"], "a refusal changes nothing");
        // Inside of compare, whose own stack pointer is about.
        for inside in [SP - 300, SP - 301] {
            assert!(border.try_open(&owner, SORT, inside));
            assert!(border.try_close(&owner, SORT));
        }
        assert!(border.try_close(&owner, COMPARE));
        assert_eq!((open_names(&border), calls(&border, SORT)), (vec!["sort".to_owned()], (3, 2, 0)));
        border.boundary.forget_keys(&[SORT.key].into());
        assert!(!border.try_open(&owner, SORT, SP - 300), "the key lost its meaning");
    }
}

#[test]
fn without_known_stack_bounds_only_closing_crossings_unwind() {
    for form in FORMS {
        let border = Border::new(true, form);
        let owner = border.boundary.start_task(TaskIdentity::default(), true);
        border.open(&owner, SORT, SP);
        border.open(&owner, SQRT, SP - 300);
        border.open(&owner, SQRT, SP - 300);
        border.open(&owner, SQRT, SP + FAR);
        assert_eq!((row(&border).unwound, owner.task().depth()), (0, 4));
        border.close(&owner, SORT);
        assert_eq!((row(&border).unwound, owner.task().depth()), (3, 0));
    }
}

#[test]
fn the_end_of_a_thread_closes_youngest_first_and_keeps_the_names() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, SP);
        border.open(&owner, COMPARE, SP - 300);
        border.open(&owner, SQRT, SP - 600);
        let left_open = border.boundary.end_task(owner);
        assert_eq!(left_open, [SQRT, COMPARE, SORT].map(|callee| border.bind(callee)));
        let row = row(border);
        assert_eq!((row.ended, row.unwound, row.open.len(), row.counts), (true, 3, 0, counts(2, 0, 1, 0)));
        assert_eq!(row.left_open, left_open);
        assert_eq!(border.boundary.registry().live_tasks().len(), 0);
    });
}

#[test]
fn a_task_that_somebody_still_holds_keeps_its_numbers_to_itself() {
    in_all_forms(|border, owner| {
        let held = border.boundary.registry().live_tasks().remove(0);
        border.boundary.end_task(owner);
        let next = border.start();
        border.open(&next, SORT, SP);
        assert_eq!((held.id(), held.depth()), (1, 0));
        assert_eq!((next.task().id(), next.task().depth()), (2, 1));
    });
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes")]
fn the_first_folded_row_is_one_without_a_name_or_a_list() {
    let border = Border::new(false, Form::Short);
    for _ in 0..=MAX_ENDED_TASKS {
        let owner = border
            .boundary
            .start_task(TaskIdentity { name: Some("one".into()), ..TaskIdentity::default() }, true);
        border.open(&owner, SORT, 1);
        border.boundary.end_task(owner);
    }
    let snapshot = border.boundary.snapshot();
    let folded = snapshot.folded_tasks.as_ref().unwrap();
    assert_eq!((folded.tasks, folded.counts.leave, folded.unwound), (1, 1, 1));
    assert_eq!((&folded.name, folded.left_open.len()), (&None, 0));
    assert_eq!(snapshot.counts().leave, MAX_ENDED_TASKS as u64 + 1);
}

#[test]
fn times_are_left_out_where_the_source_does_not_take_them() {
    for form in FORMS {
        let border = Border::new(false, form);
        let owner = border.start();
        border.open(&owner, SORT, SP);
        border.clock.advance(100);
        border.close(&owner, SORT);
        assert_eq!((calls(&border, SORT), row(&border).native_ticks), ((1, 1, 0), 0));
        assert_eq!((stats(&border, SORT).total_ticks, stats(&border, SORT).histogram.count()), (0, 0));
    }
}

#[test]
fn a_key_is_bound_by_the_first_thread_that_meets_it_and_known_to_the_others() {
    let border = Border::new(true, Form::Short);
    let (first, second) = (border.start(), border.start());
    border.open(&first, SORT, SP);
    let mut asked = false;
    border.boundary.leave::<true, false>(&second, SORT.key, SP, || {
        asked = true;
        border.bind(SORT)
    });
    assert!(!asked, "to describe a target again costs the source a lot");
    assert_eq!((calls(&border, SORT), stats(&border, SORT).tasks), ((2, 0, 0), 2));
}

#[test]
fn a_target_reached_in_both_directions_is_one_target_of_one_task() {
    // As the one is that stands for all that found no room.
    let border = Border::new(true, Form::Short);
    let owner = border.start();
    border.boundary.leave::<true, false>(&owner, SORT.key, SP, || TargetId::OVERFLOW);
    border.boundary.reverse_enter::<true, false>(&owner, COMPARE.key, SP - 300, || TargetId::OVERFLOW);
    border.boundary.reverse_leave::<true, false>(&owner, COMPARE.key, || TargetId::OVERFLOW);
    assert_eq!(row(&border).counts, counts(1, 0, 1, 1));
    let snapshot = border.boundary.snapshot();
    let [stats] = &snapshot.targets[..] else { panic!("more than one target: {snapshot:?}") };
    assert_eq!((stats.target, stats.tasks), (TargetId::OVERFLOW, 1));
    assert_eq!((stats.calls, stats.completed, stats.unwound), (2, 1, 0));
}

#[test]
fn a_forgotten_key_is_bound_anew_on_threads_that_knew_it() {
    in_all_forms(|border, owner| {
        border.open(&owner, SORT, SP);
        border.close(&owner, SORT);
        let old = border.bind(SORT);
        border.boundary.forget_keys(&[SORT.key].into());
        let successor = Callee { name: "its successor", kind: TargetKind::PInvoke, ..SORT };
        border.open(&owner, successor, SP);
        border.close(&owner, successor);
        let new = border.bind(successor);
        assert_ne!(old, new);
        let snapshot = border.boundary.snapshot();
        let found: Vec<_> = snapshot.targets.iter().map(|stats| (stats.target, stats.calls)).collect();
        assert_eq!(found, [(old, 1), (new, 1)]);
        assert_eq!((&*snapshot.bound[&old].method, &*snapshot.bound[&new].method), ("sort", "its successor"));
    });
}

#[test]
fn a_callback_remembers_its_first_caller_and_counts_the_others() {
    in_all_forms(|border, owner| {
        let under = |callers: &[Callee]| {
            let calls = callers.iter().chain(&[COMPARE]);
            calls
                .clone()
                .enumerate()
                .for_each(|(level, &callee)| border.open(&owner, callee, SP - 300 * level));
            calls.rev().for_each(|&callee| border.close(&owner, callee));
        };
        under(&[SORT]);
        under(&[SORT]);
        under(&[SQRT]);
        under(&[]);
        let known = [(border.bind(SORT), 2)].into();
        assert_eq!(stats(border, COMPARE).callers, Callers { known, outside: 0, other: 2 });
        assert_eq!(stats(border, SORT).callers, Callers::default());
        // Another task has its own first caller.
        let second = border.start();
        border.open(&second, COMPARE, SP);
        border.close(&second, COMPARE);
        let known = [(border.bind(SORT), 2)].into();
        assert_eq!(stats(border, COMPARE).callers, Callers { known, outside: 1, other: 2 });
    });
}

#[test]
fn brackets_too_deep_to_be_kept_are_counted_and_nothing_else() {
    // One function inside itself, on a stack whose bounds say nothing.
    const BEYOND: u64 = 3;
    let border = Border::new(true, Form::Short);
    let owner = border.start();
    for level in 0..KEPT + BEYOND {
        border.open(&owner, SORT, usize::MAX - 8 * level as usize);
    }
    let deep = row(&border);
    assert_eq!((deep.lost, deep.max_depth, owner.task().depth()), (BEYOND, KEPT + BEYOND, KEPT + BEYOND));
    assert_eq!(deep.open.len() as u64, KEPT);
    for _ in 0..KEPT + BEYOND {
        border.close(&owner, SORT);
    }
    let row = row(&border);
    assert_eq!((row.counts, row.mismatches), (counts(KEPT + BEYOND, KEPT + BEYOND, 0, 0), 0));
    assert_eq!((row.unwound, row.open.len(), owner.task().depth()), (0, 0, 0));
    assert_eq!(calls(&border, SORT), (KEPT + BEYOND, KEPT, 0));
}

#[test]
fn the_host_does_not_hear_of_brackets_too_deep_to_be_kept() {
    let host = Recorder::default();
    let border = Border::with_host(false, Form::Hosted, &host);
    let owner = border.start();
    (0..KEPT).for_each(|level| border.open(&owner, COMPARE, usize::MAX - 8 * level as usize));
    host.take_calls();
    border.open(&owner, SORT, usize::MAX - 8 * KEPT as usize);
    border.close(&owner, SORT);
    assert_eq!(host.take_calls(), [call("CallNeedsHostHook", 0, "sort")]);
    border.close(&owner, COMPARE);
    assert_eq!(host.take_calls(), [call("ReverseLeaveRuntime", 1, "compare")]);
}

#[test]
fn the_host_hears_the_nested_example_in_order() {
    let host = Recorder::default();
    let border = Border::with_host(true, Form::Hosted, &host);
    let owner = border.start();
    border.open(&owner, SORT, SP);
    border.open(&owner, COMPARE, SP - 300);
    border.open(&owner, SQRT, SP - 600);
    border.close(&owner, SQRT);
    border.close(&owner, COMPARE);
    border.close(&owner, SORT);
    border.boundary.end_task(owner);
    assert_eq!(
        host.calls(),
        [
            call("SetCLRTask", 1, ""),
            call("CallNeedsHostHook", 0, "sort"),
            call("LeaveRuntime", 1, "sort"),
            call("ReverseEnterRuntime", 1, "compare"),
            call("CallNeedsHostHook", 0, "sqrt"),
            call("LeaveRuntime", 1, "sqrt"),
            call("EnterRuntime", 1, "sqrt"),
            call("ReverseLeaveRuntime", 1, "compare"),
            call("EnterRuntime", 1, "sort"),
            call("ExitTask", 1, ""),
        ]
    );
}

#[test]
fn calls_the_host_does_not_want_are_counted_and_callbacks_still_reported() {
    let host = Recorder::default().without_calls_of(&["sort"]);
    let border = Border::with_host(true, Form::Hosted, &host);
    let owner = border.start();
    for _ in 0..2 {
        border.open(&owner, SORT, SP);
        border.open(&owner, COMPARE, SP - 300);
        border.close(&owner, COMPARE);
        border.close(&owner, SORT);
    }
    let reverse = [call("ReverseEnterRuntime", 1, "compare"), call("ReverseLeaveRuntime", 1, "compare")];
    let start = [call("SetCLRTask", 1, ""), call("CallNeedsHostHook", 0, "sort")];
    assert_eq!(host.calls(), [&start[..], &reverse, &reverse].concat());
    assert_eq!(row(&border).counts, counts(2, 2, 2, 2));
}

#[test]
fn a_host_that_cannot_answer_the_question_gets_the_calls() {
    for answer in [Answer::SFalse, Answer::OutOfMemory] {
        let host = Recorder::answering([Answer::Ok, answer]).without_calls_of(&["sort"]);
        let border = Border::with_host(true, Form::Hosted, &host);
        let owner = border.start();
        border.open(&owner, SORT, SP);
        assert_eq!(
            host.calls()[1..],
            [call("CallNeedsHostHook", 0, "sort"), call("LeaveRuntime", 1, "sort")]
        );
    }
}

#[test]
fn an_opening_call_that_failed_has_no_closing_call() {
    for answer in [Answer::SFalse, Answer::OutOfMemory] {
        let host = Recorder::default();
        let border = Border::with_host(true, Form::Hosted, &host);
        let owner = border.start();
        border.bind(SORT);
        host.take_calls();
        host.answer([answer, answer]);
        border.open(&owner, SORT, SP);
        border.open(&owner, COMPARE, SP - 300);
        border.close(&owner, COMPARE);
        border.close(&owner, SORT);
        assert_eq!(
            host.calls(),
            [call("LeaveRuntime", 1, "sort"), call("ReverseEnterRuntime", 1, "compare")]
        );
        let (count, kept) = border.boundary.layer().unwrap().failures();
        let named: Vec<_> = kept.iter().map(|failure| failure.method).collect();
        assert_eq!((count, named), (2, vec!["LeaveRuntime", "ReverseEnterRuntime"]));
        assert_eq!(*border.told.lock().unwrap(), kept);
    }
}

#[test]
fn after_e_fail_or_a_panic_nobody_is_called_and_counting_goes_on() {
    for answer in [Answer::Fail, Answer::Panic] {
        let host = Recorder::default();
        let border = Border::with_host(true, Form::Hosted, &host);
        let owner = border.start();
        border.open(&owner, SORT, SP);
        host.take_calls();
        host.answer([answer]);
        border.open(&owner, COMPARE, SP - 300);
        border.close(&owner, COMPARE);
        border.close(&owner, SORT);
        border.open(&owner, SQRT, SP);
        border.boundary.end_task(owner);
        border.boundary.end_task(border.start());
        assert_eq!(host.calls(), [call("ReverseEnterRuntime", 1, "compare")]);
        assert!(border.boundary.layer().unwrap().is_shut());
        let failure = border.told.lock().unwrap().remove(0);
        assert_eq!(failure.hresult, Hresult::E_FAIL);
        assert_eq!(failure.panic.is_some(), answer == Answer::Panic);
        assert_eq!(border.boundary.snapshot().counts(), counts(2, 1, 1, 1));
    }
}

#[test]
fn a_task_the_host_refuses_is_counted_and_not_reported() {
    let host = Recorder::answering([Answer::OutOfMemory]);
    let border = Border::with_host(true, Form::Hosted, &host);
    let (refused, accepted) = (border.start(), border.start());
    border.bind(SORT);
    host.take_calls();
    for owner in [&refused, &accepted] {
        border.open(owner, SORT, SP);
        border.close(owner, SORT);
    }
    border.boundary.end_task(refused);
    assert_eq!(host.calls(), [call("LeaveRuntime", 2, "sort"), call("EnterRuntime", 2, "sort")]);
    assert_eq!(border.boundary.snapshot().counts(), counts(2, 2, 0, 0));
}

#[test]
fn closing_calls_of_jumped_over_brackets_come_late_and_youngest_first() {
    let host = Recorder::default();
    let border = Border::with_host(true, Form::Hosted, &host);
    let owner = border.start();
    let jumped_over = |owner: &TaskOwner| {
        border.open(owner, SORT, SP);
        border.open(owner, COMPARE, SP - 300);
        border.open(owner, SQRT, SP - 600);
        host.take_calls();
    };
    let late = [call("EnterRuntime", 1, "sqrt"), call("ReverseLeaveRuntime", 1, "compare")];

    jumped_over(&owner);
    border.close(&owner, SORT);
    assert_eq!(host.take_calls(), [&late[..], &[call("EnterRuntime", 1, "sort")]].concat());

    jumped_over(&owner);
    border.open(&owner, COMPARE, SP - 300);
    assert_eq!(host.take_calls(), [&late[..], &[call("ReverseEnterRuntime", 1, "compare")]].concat());
    border.close(&owner, COMPARE);
    border.close(&owner, SORT);

    jumped_over(&owner);
    border.boundary.end_task(owner);
    let end = [call("EnterRuntime", 1, "sort"), call("ExitTask", 1, "")];
    assert_eq!(host.take_calls(), [&late[..], &end].concat());
}

#[test]
fn the_hosts_time_is_not_the_callees_whatever_the_host_answers() {
    for answer in [Answer::Ok, Answer::SFalse] {
        let host = Recorder::default();
        let border = Border::with_host(true, Form::Hosted, &host);
        let owner = border.start();
        border.bind(SORT);
        host.answer([answer]);
        border.open(&owner, SORT, SP);
        border.clock.advance(100);
        let id = border.bind(SORT);
        assert_eq!(row(&border).open, [OpenBracket { bracket: Bracket::Leave, target: id, ticks: 100 }]);
        border.close(&owner, SORT);
        assert_eq!((stats(&border, SORT).total_ticks, row(&border).native_ticks), (100, 100));
        const { assert!(HOST_TICKS > 100) };
    }
}
