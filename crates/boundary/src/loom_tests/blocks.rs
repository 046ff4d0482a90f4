//! The words of a block: changes, segments, slots.

use super::{Seen, check, write_and_read};
use crate::block::{Block, Counter, add, slot, tag};
use crate::records::Records;
use crate::sync::Ordering::*;
use crate::{Bracket, TargetId};
use std::sync::Arc;

#[test]
fn a_read_that_counts_sees_each_change_whole() {
    let (whole, torn) = (Seen::default(), Seen::default());
    let (seen_whole, seen_torn) = (whole.clone(), torn.clone());
    check(3, move || {
        let block = Arc::new(Block::new());
        let words = |block: &Block| {
            [Counter::Mismatches, Counter::Unwound].map(|counter| block.counter(counter).load(Relaxed))
        };
        let write = {
            let block = block.clone();
            move || {
                for _ in 0..2 {
                    block.change(|| {
                        add(block.counter(Counter::Mismatches), 1);
                        add(block.counter(Counter::Unwound), 1);
                    });
                }
            }
        };
        let read = {
            let (block, seen_whole, seen_torn) = (block.clone(), seen_whole.clone(), seen_torn.clone());
            move || {
                let ([first, second], settled) = block.read(1, || words(&block));
                assert!(!settled || first == second, "settled, but {first} and {second}");
                seen_whole.note(settled && first == 1);
                seen_torn.note(first != second);
            }
        };
        write_and_read(write, read);
        assert_eq!(block.read(1, || words(&block)), ([2, 2], true));
    });
    whole.assert_some("a settled read between the two changes");
    torn.assert_some("a read in the middle of a change");
}

#[test]
fn words_read_between_two_looks_at_the_mark_belong_together() {
    let (moved, stayed) = (Seen::default(), Seen::default());
    let (seen_moved, seen_stayed) = (moved.clone(), stayed.clone());
    check(3, move || {
        let block = Arc::new(Block::new());
        let write = {
            let block = block.clone();
            move || {
                block.change(|| {
                    add(block.counter(Counter::Mismatches), 1);
                    add(block.counter(Counter::Unwound), 1);
                });
            }
        };
        let read = {
            let (block, seen_moved, seen_stayed) = (block.clone(), seen_moved.clone(), seen_stayed.clone());
            move || {
                // The two parts of a snapshot: a consistent read, then more words one by one.
                let before = block.mark();
                let (first, settled) = block.read(1, || block.counter(Counter::Mismatches).load(Relaxed));
                let second = block.counter(Counter::Unwound).load(Relaxed);
                let unchanged = block.unchanged_since(before);
                assert!(!(settled && unchanged) || first == second, "unchanged, but {first} and {second}");
                seen_moved.note(settled && first != second);
                seen_stayed.note(unchanged && first == 1);
            }
        };
        write_and_read(write, read);
    });
    moved.assert_some("a change between the two parts");
    stayed.assert_some("both parts after the change");
}

#[test]
fn a_segment_is_seen_with_its_words_in_place() {
    let (there, missing) = (Seen::default(), Seen::default());
    let (seen_there, seen_missing) = (there.clone(), missing.clone());
    check(3, move || {
        let records = Arc::new(Records::<2, 1, 2>::new());
        let reserve = {
            let records = records.clone();
            move || records.get_or_reserve(1).unwrap()[1].store(7, Relaxed)
        };
        let read = {
            let (records, seen_there, seen_missing) =
                (records.clone(), seen_there.clone(), seen_missing.clone());
            move || {
                // Words that were not published are a data race, which loom reports by itself.
                let word = records.get(1).map(|words| words[1].load(Relaxed));
                assert!(matches!(word, None | Some(0 | 7)), "{word:?}");
                seen_there.note(word.is_some());
                seen_missing.note(word.is_none());
            }
        };
        write_and_read(reserve, read);
        assert_eq!(records.get(1).map(|words| words[1].load(Relaxed)), Some(7));
    });
    there.assert_some("the new segment");
    missing.assert_some("no segment yet");
}

#[test]
fn a_slot_in_use_is_never_seen_without_its_tag() {
    let (one, two) = (Seen::default(), Seen::default());
    let (seen_one, seen_two) = (one.clone(), two.clone());
    check(3, move || {
        let block = Arc::new(Block::new());
        let tags =
            [Bracket::Leave, Bracket::ReverseEnter].map(|bracket| tag(bracket, TargetId::from_index(1)));
        let take = {
            let block = block.clone();
            move || {
                for tag in tags {
                    assert_eq!(block.slot(tag).unwrap()[slot::TAG].load(Relaxed), tag);
                }
            }
        };
        let read = {
            let (seen_one, seen_two) = (seen_one.clone(), seen_two.clone());
            move || {
                let mut found = Vec::new();
                block.each_slot(|words| found.push(words[slot::TAG].load(Relaxed)));
                assert_eq!(found, tags[..found.len()]);
                seen_one.note(found.len() == 1);
                seen_two.note(found.len() == 2);
            }
        };
        write_and_read(take, read);
    });
    one.assert_some("one slot in use");
    two.assert_some("two slots in use");
}
