//! Damaged files give what is sound in them, and say what is not.

mod support;

use clrhost_trace::{Damage, DamageKind, Encoder, End, OPEN, ReadError, Reader, Recording, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::HashSet;
use std::io::Cursor;
use support::recording;

/// Something that happens to a file.
#[derive(Clone, Debug)]
enum Mishap {
    Bit(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
    Overwrite(Index, Vec<u8>),
    Cut(Index),
}

fn mishap() -> impl Strategy<Value = Mishap> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Mishap::Bit(at, bit)),
        (at(), 1..200_usize).prop_map(|(at, bytes)| Mishap::Remove(at, bytes)),
        (at(), 1..200_usize).prop_map(|(at, bytes)| Mishap::Repeat(at, bytes)),
        (at(), vec(any::<u8>(), 1..50)).prop_map(|(at, bytes)| Mishap::Overwrite(at, bytes)),
        at().prop_map(Mishap::Cut),
    ]
}

impl Mishap {
    fn happen(&self, bytes: &mut Vec<u8>) {
        let place = |at: &Index, length: usize, bytes: &Vec<u8>| {
            let start = at.index(bytes.len());
            start..(start + length).min(bytes.len())
        };
        if bytes.is_empty() {
            return;
        }
        match self {
            Mishap::Bit(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Mishap::Remove(at, length) => drop(bytes.drain(place(at, *length, bytes))),
            Mishap::Repeat(at, length) => {
                let range = place(at, *length, bytes);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, copy);
            }
            Mishap::Overwrite(at, with) => {
                let range = place(at, with.len(), bytes);
                bytes[range.clone()].copy_from_slice(&with[..range.len()]);
            }
            Mishap::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

/// Calls whose thread and target are known, in a form that does not depend on positions.
fn known_calls(recording: &Recording) -> HashSet<(u64, &str, u64, u64)> {
    let calls = recording.calls.iter().filter(|call| call.duration_ns != OPEN).map(|call| {
        let thread = &recording.threads[call.thread as usize];
        let target = &recording.targets[call.target as usize];
        (thread.os_thread_id, target.method.as_str(), call.began_ns, call.duration_ns)
    });
    calls.filter(|(thread, method, ..)| *thread != 0 && !method.starts_with('(')).collect()
}

/// A recording as the bytes of a file.
fn file(recording: &Recording) -> Vec<u8> {
    let mut bytes = Vec::new();
    recording.write(&mut bytes).expect("memory can be written");
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_wrong_is_read_and_nothing_missing_is_kept_quiet(recording in recording(30), mishaps in vec(mishap(), 1..4)) {
        let mut bytes = file(&recording);
        mishaps.iter().for_each(|mishap| mishap.happen(&mut bytes));
        let read = match Reader::new(&bytes[..]) {
            Ok(reader) => reader.into_recording()?,
            // The bytes at the very beginning are what tells a recording.
            Err(error) => {
                let is_short = bytes.len() <= 8;
                prop_assert!(matches!(error, ReadError::NotARecording) || is_short, "{error}");
                return Ok(());
            }
        };
        if read.damage.is_empty() && read.end != End::Cut {
            prop_assert_eq!(&read, &recording);
        }
        prop_assert!(known_calls(&read).is_subset(&known_calls(&recording)));
        prop_assert!(read.report.is_none() || read.report == recording.report);
        for damage in &read.damage {
            prop_assert!(damage.offset + damage.bytes <= bytes.len() as u64, "{damage}");
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..300), headed in any::<bool>()) {
        let mut file = if headed { Encoder::new().bytes().to_vec() } else { Vec::new() };
        file.extend(bytes);
        if let Ok(reader) = Reader::from_file(Cursor::new(file)) {
            reader.into_recording()?;
        }
    }
}

/// Three blocks of one call each, and where each begins and ends.
fn three_blocks() -> (Vec<u8>, Vec<usize>) {
    let mut encoder = Encoder::new();
    encoder.targets(0, &[Target::default()]);
    encoder.thread_began(0, 1, 0);
    let mut ends = vec![encoder.bytes().len()];
    for n in 1..=3 {
        encoder.calls(0, [(0, n * 1000, 10)]);
        ends.push(encoder.bytes().len());
    }
    encoder.end(&End::Exit { at_ns: 5000, code: 0 });
    (encoder.bytes().to_vec(), ends)
}

fn read(bytes: &[u8]) -> (Vec<u64>, Vec<Damage>, End) {
    let recording = Reader::new(bytes).unwrap().into_recording().unwrap();
    (recording.calls.iter().map(|call| call.began_ns / 1000).collect(), recording.damage, recording.end)
}

const EXIT: End = End::Exit { at_ns: 5000, code: 0 };

#[test]
fn what_stands_before_and_behind_a_damaged_block_is_read() {
    let (whole, ends) = three_blocks();
    assert_eq!(read(&whole), (vec![1, 2, 3], vec![], EXIT));
    for at in ends[1]..ends[2] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        let damage = Damage {
            offset: ends[1] as u64,
            bytes: (ends[2] - ends[1]) as u64,
            blocks: 1,
            kind: DamageKind::Unreadable,
        };
        assert_eq!(read(&bytes), (vec![1, 3], vec![damage], EXIT), "byte {at}");
    }
}

#[test]
fn a_file_that_is_cut_gives_what_stands_before() {
    let (whole, ends) = three_blocks();
    let (_, damage, end) = read(&whole[..ends[2]]);
    assert_eq!((damage, end), (vec![], End::Cut));
    for at in ends[2] + 1..ends[3] {
        let damage = Damage {
            offset: ends[2] as u64,
            bytes: (at - ends[2]) as u64,
            blocks: 0,
            kind: DamageKind::CutShort,
        };
        assert_eq!(read(&whole[..at]), (vec![1, 2], vec![damage], End::Cut), "cut at {at}");
    }
}

#[test]
fn a_block_that_was_cut_hides_none_behind_it() {
    let (whole, ends) = three_blocks();
    for at in ends[1] + 1..ends[2] {
        let bytes = [&whole[..at], &whole[ends[2]..]].concat();
        let damage = Damage {
            offset: ends[1] as u64,
            bytes: (at - ends[1]) as u64,
            blocks: 1,
            kind: DamageKind::Unreadable,
        };
        assert_eq!(read(&bytes), (vec![1, 3], vec![damage], EXIT), "cut at {at}");
    }
}

#[test]
fn a_missing_block_and_one_in_the_wrong_place_are_noticed() {
    let (whole, ends) = three_blocks();
    let without = [&whole[..ends[1]], &whole[ends[2]..]].concat();
    let damage = Damage { offset: ends[1] as u64, bytes: 0, blocks: 1, kind: DamageKind::Missing };
    assert_eq!(read(&without), (vec![1, 3], vec![damage], EXIT));

    let twice = [&whole[..ends[2]], &whole[ends[1]..]].concat();
    let damage = Damage {
        offset: ends[2] as u64,
        bytes: (ends[2] - ends[1]) as u64,
        blocks: 0,
        kind: DamageKind::OutOfPlace,
    };
    assert_eq!(read(&twice), (vec![1, 2, 3], vec![damage], EXIT));
}

#[test]
fn a_damaged_file_header_costs_nothing_else() {
    let (whole, _) = three_blocks();
    for at in 0..32 {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        let damage = Damage { offset: 0, bytes: 32, blocks: 0, kind: DamageKind::Unreadable };
        assert_eq!(read(&bytes), (vec![1, 2, 3], vec![damage], EXIT), "byte {at}");
    }
}

#[test]
fn a_target_that_is_lost_is_said_to_be_unknown() {
    let (mut bytes, _) = three_blocks();
    bytes[40] ^= 1;
    let recording = Reader::new(&bytes[..]).unwrap().into_recording().unwrap();
    assert_eq!(recording.calls.len(), 3);
    assert_eq!(recording.targets[0].kind, "unknown");
    assert_eq!(recording.damage[0].blocks, 1);
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    for bytes in [&b"{\"a\": 1}"[..], &[0; 100_000], b"\x93CL?"] {
        let error = Reader::new(bytes).err().unwrap();
        assert!(error.to_string().contains("clrhost trace -o"), "{error}");
    }
}

/// As a process leaves it that is killed between making the file and writing to it.
#[test]
fn a_file_in_which_nothing_is_yet_is_told_from_one_that_is_something_else() {
    for bytes in [&b""[..], &Encoder::new().bytes()[..7]] {
        let error = Reader::from_file(Cursor::new(bytes)).err().unwrap();
        assert!(error.to_string().starts_with("nothing is recorded in it yet"), "{error}");
    }
}

/// Memory and time stay in proportion to the file, whatever it claims.
#[test]
fn blocks_that_claim_to_be_long_cost_nothing() {
    let mut encoder = Encoder::new();
    encoder.report(&"x".repeat(1 << 20));
    let whole = encoder.bytes();
    // The header of a long block again and again, with wrong content.
    let mut hostile = whole[..32].to_vec();
    for _ in 0..200_000 {
        hostile.extend_from_slice(&whole[32..56]);
    }
    let recording = Reader::new(&hostile[..]).unwrap().into_recording().unwrap();
    assert_eq!(recording.report, None);
    assert_eq!(recording.damage.iter().map(|damage| damage.bytes).sum::<u64>(), 4_800_000);
}
