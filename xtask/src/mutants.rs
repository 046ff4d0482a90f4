//! Ways to break the protocols of `boundary`, and which of its models has to notice. `docs/testing.md` lists them too.

use crate::Failure;

/// A change of one place in the source that must make a model fail.
pub struct Mutant {
    /// Part of the model's name.
    pub model: &'static str,
    /// What is broken.
    pub what: &'static str,
    /// In `crates/boundary/src`.
    pub file: &'static str,
    from: &'static str,
    to: &'static str,
}

/// The file with the mutant in it.
///
/// # Errors
/// What it changes is not there, or more than once: then the list needs care, too.
pub fn apply(mutant: &Mutant, source: &str) -> Result<String, Failure> {
    match source.matches(mutant.from).count() {
        1 => Ok(source.replace(mutant.from, mutant.to)),
        found => Err(format!(
            "{}: {:?} is {found} times in {}; adapt xtask/src/mutants.rs",
            mutant.what, mutant.from, mutant.file
        )),
    }
}

const fn mutant(
    model: &'static str,
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
) -> Mutant {
    Mutant { model, what, file, from, to }
}

#[rustfmt::skip]
pub const MUTANTS: &[Mutant] = &[
    mutant("a_read_that_counts_sees_each_change_whole", "no fence after the beginning of a change", "block.rs",
        "self.busy.store(1, Relaxed);\n        fence(Release);", "self.busy.store(1, Relaxed);"),
    mutant("a_read_that_counts_sees_each_change_whole", "the end of a change is not released", "block.rs",
        "self.busy.store(0, Release);", "self.busy.store(0, Relaxed);"),
    mutant("words_read_between_two_looks_at_the_mark_belong_together", "no fence before the top is looked at", "block.rs",
        "fence(Acquire);\n        let top", "let top"),
    mutant("a_segment_is_seen_with_its_words_in_place", "a new segment is not released", "records.rs",
        "place.store(Self::new_segment()?, Ordering::Release);", "place.store(Self::new_segment()?, Ordering::Relaxed);"),
    mutant("a_slot_in_use_is_never_seen_without_its_tag", "a new slot is not released", "block.rs",
        "used.store(index + 1, Release);", "used.store(index + 1, Relaxed);"),

    mutant("counts_and_open_brackets_of_a_moving_task_add_up", "a call is counted before its place is taken", "block.rs",
        "self.set_kept(depth + 1);\n        fence(Release);\n        write();", "write();\n        self.set_kept(depth + 1);\n        fence(Release);"),
    mutant("counts_and_open_brackets_of_a_moving_task_add_up", "the mark is taken with one look at the counts", "block.rs",
        "self.top.load(Relaxed) == top && self.counts() == (calls, counters)", "self.top.load(Relaxed) == top"),
    mutant("nested_brackets_add_up", "a free place below the top is not looked at", "block.rs",
        "!self.entries[1..=open].iter().any(is_free) &&", "(true || self.entries[1..=open].iter().any(is_free)) &&"),
    mutant("a_timed_call_and_its_time_are_seen_together", "`busy` is looked at before the top", "block.rs",
        "let top = self.top.load(Acquire);\n        let is_free = |place: &Entry| place[entry::STACK_POINTER].load(Acquire) & FREE != 0;\n        let open = ((top - self.bottom()) / ENTRY_BYTES) as usize;\n        let is_resting = !self.entries[1..=open].iter().any(is_free) && self.busy.load(Acquire) == 0;", "let is_idle = self.busy.load(Acquire) == 0;\n        let top = self.top.load(Acquire);\n        let is_free = |place: &Entry| place[entry::STACK_POINTER].load(Acquire) & FREE != 0;\n        let open = ((top - self.bottom()) / ENTRY_BYTES) as usize;\n        let is_resting = !self.entries[1..=open].iter().any(is_free) && is_idle;"),
    mutant("a_timed_call_and_its_time_are_seen_together", "the top is not looked at once more", "block.rs",
        "self.top.load(Relaxed) == top && self.counts()", "self.counts()"),
    mutant("a_timed_call_and_its_time_are_seen_together", "a timed call is closed before its change begins", "owner.rs",
        "self.block.change(|| {\n            self.block.give_back(inside, place);", "self.block.give_back(inside, place);\n        self.block.change(|| {"),
    mutant("a_bracket_that_is_unwound_is_counted_once", "unwinding is no change", "repair.rs",
        "self.block.change(|| {\n            add(self.block.counter(Counter::Unwound), 1);\n            add(&words[slot::UNWOUND], 1);\n            self.block.give_back_unwound(inside, place);\n        });",
        "add(self.block.counter(Counter::Unwound), 1);\n        add(&words[slot::UNWOUND], 1);\n        self.block.give_back_unwound(inside, place);"),
    mutant("what_a_debugger_is_told_of_open_calls", "a bracket's slot is not acquired", "block.rs",
        "[entry::SLOT].load(Acquire);\n        // SAFETY: the owner stores here nothing", "[entry::SLOT].load(Relaxed);\n        // SAFETY: the owner stores here nothing"),

    mutant("a_snapshot_counts_an_ending_task_once", "a row is taken for settled whatever came after it", "registry.rs",
        "row.settled &= task.block.unchanged_since(before);", "let _ = task.block.unchanged_since(before);"),
    mutant("a_task_is_listed_once_at_every_moment_of_its_end", "the list is opened in the midst of an end", "registry.rs",
        "drop(tasks.live.swap_remove(position));", "drop(tasks.live.swap_remove(position));\n        drop(tasks);\n        let mut tasks = lock(&self.tasks);"),
    mutant("two_tasks_that_may_share_a_block", "a block is not scrubbed", "registry.rs",
        "task.block.scrub();\n", "\n"),
    mutant("a_task_that_somebody_holds", "a block serves again while somebody looks at it", "registry.rs",
        "rposition(|spare| Arc::get_mut(&mut spare.block).is_some())", "rposition(|_| true)"),
    mutant("two_tasks_come_and_go_while_a_third", "an ended task is read after its block was given back", "registry.rs",
        "add_block(&mut tasks.ended_targets, &task.block);\n        let mut stats", "task.block.scrub();\n        let mut stats"),

    mutant("a_key_is_bound_once_and_the_host_asked_once", "the table is opened between looking and binding", "target.rs",
        "let id = self.place_next(&mut bound, description);\n        if id", "drop(bound);\n        let mut bound = lock(&self.bound);\n        let id = self.place_next(&mut bound, description);\n        if id"),
    mutant("a_key_is_bound_once_and_the_host_asked_once", "each thread asks the host", "target.rs",
        "*self.needs_hook.get_or_init(|| {", "let fresh = sync::OnceLock::new();\n        *fresh.get_or_init(|| {"),

    mutant("a_thread_that_was_answered_e_fail", "E_FAIL does not shut the layer", "layer.rs",
        "self.state.store(SHUT, Ordering::Relaxed);", ""),
    mutant("when_the_layer_shuts", "a shut layer calls the host", "layer.rs",
        "if self.is_shut() {\n            return false;\n        }", ""),

    mutant("no_abort_strikes_inside_of_a_region", "a region does not wait for an abort that is on its way", "abort.rs",
        "let state = self.wait_for_delivery();\n        state.delays == 1", "self.lock().delays == 1"),
    mutant("no_abort_strikes_while_the_host_prevents_it", "nor does one of the host's", "abort.rs",
        "drop(self.wait_for_delivery());", ""),
    mutant("no_abort_strikes_inside_of_a_region", "what was held is not delivered at the end of the region", "abort.rs",
        "let deliver = state.delays + state.preventions == 0 && state.phase == Phase::Held;", "let deliver = false;"),
    mutant("a_task_that_ends_leaves_nobody_waiting", "who waits is not told of the end of the task", "abort.rs",
        "self.move_to(&mut self.lock(), Phase::Ended);\n    }", "self.lock().phase = Phase::Ended;\n    }"),
    mutant("a_stop_is_made_where_an_abort_may_strike", "a region does not take back what awaits a stop", "abort.rs",
        "self.move_to(&mut state, Phase::Held);", ""),
    mutant("a_stop_is_made_where_an_abort_may_strike", "a task that ends goes on to be awaited", "abort.rs",
        "if !matches!(state.phase, Phase::HandingOver | Phase::Accepted) {", "if false {"),
    mutant("a_stop_is_made_where_an_abort_may_strike", "a task that stops goes on before it was handed the request", "abort.rs",
        "drop(wait_while(&self.moved_on, state, STANDS, is_handed_over));", "drop((state, is_handed_over));"),

    mutant("events_come_out_whole_or_are_counted", "an event is not released", "ring.rs",
        "self.head.store(head + EVENT_BYTES, Release);", "self.head.store(head + EVENT_BYTES, Relaxed);"),
    mutant("events_come_out_whole_or_are_counted", "the reader makes more room than it has read", "ring.rs",
        "self.limit.store(head + RING_BYTES, Release);", "self.limit.store(head + RING_BYTES + EVENT_BYTES, Release);"),
    mutant("what_returned_before_a_recording_ends", "the list is opened between the end and the last look", "registry.rs",
        "tasks.take_recorded()\n    }\n\n    /// The tasks whose", "drop(tasks);\n        self.recorded_tasks()\n    }\n\n    /// The tasks whose"),
    mutant("a_task_that_comes_as_a_recording_begins", "whether calls are recorded is asked too early", "registry.rs",
        "let mut tasks = lock(&self.tasks);\n        task.record(tasks.recording);", "task.record(lock(&self.tasks).recording);\n        let mut tasks = lock(&self.tasks);"),
    mutant("nothing_of_a_recording_is_in_the_next_one", "losses of an earlier recording are not forgotten", "registry.rs",
        "task.forget_events();", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn every_mutant_still_fits_the_source() {
        for mutant in MUTANTS {
            let file = crate::workspace::root().join("crates/boundary/src").join(mutant.file);
            let source = fs::read_to_string(file).expect("a file of boundary");
            assert_ne!(apply(mutant, &source), Ok(source.clone()), "{} changes nothing", mutant.what);
            apply(mutant, &source).expect("it fits");
        }
    }
}
