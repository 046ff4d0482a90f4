//! What is written comes back.

mod support;

use clrhost_trace::{Encoder, Event, OPEN, Reader, Recording, Target};
use proptest::prelude::*;
use std::io::{self, Cursor, Read};
use support::recording;

/// A recording as the bytes of a file.
fn file(recording: &Recording) -> Vec<u8> {
    let mut bytes = Vec::new();
    recording.write(&mut bytes).expect("memory can be written");
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_recording_comes_back(recording in recording(40)) {
        let bytes = file(&recording);
        prop_assert_eq!(&Reader::new(&bytes[..])?.into_recording()?, &recording);
        prop_assert_eq!(&Reader::from_file(Cursor::new(&bytes))?.into_recording()?, &recording);
    }

    #[test]
    fn calls_of_any_times_come_back_in_the_order_they_went_in(
        calls in proptest::collection::vec((any::<u32>(), any::<u64>(), any::<u64>()), 0..50),
    ) {
        let mut encoder = Encoder::new();
        encoder.calls(7, calls.iter().copied());
        let mut reader = Reader::new(encoder.bytes())?;
        let mut back = Vec::new();
        while let Some(event) = reader.next()? {
            let Event::Calls { thread: 7, calls } = event else { panic!("{event:?}") };
            back.extend(calls.iter().map(|call| (call.target, call.began_ns, call.duration_ns)));
        }
        let kept = |(target, began, duration): (u32, u64, u64)| (target, began, duration.min(u64::MAX - began).min(OPEN - 1));
        prop_assert_eq!(back, calls.into_iter().map(kept).collect::<Vec<_>>());
    }
}

#[test]
fn many_calls_fill_many_blocks() {
    let calls = || (0..200_000_u64).map(|n| (n as u32 % 300, 10 * n, 7 * (n % 1000)));
    let mut calls: Vec<_> = calls().collect();
    calls.sort_by_key(|(_, began, duration)| began + duration);
    let mut encoder = Encoder::new();
    encoder.calls(0, calls.iter().copied());
    let recording = Reader::new(encoder.bytes()).unwrap().into_recording().unwrap();
    assert_eq!(recording.calls.len(), calls.len());
    calls.sort_by_key(|(_, began, _)| *began);
    let back: Vec<_> = recording
        .calls
        .iter()
        .map(|call| (recording.targets[call.target as usize].method.clone(), call.began_ns))
        .collect();
    let expected: Vec<_> = calls
        .iter()
        .map(|(target, began, _)| (format!("(number {target}, of which nothing is known)"), *began))
        .collect();
    assert_eq!(back, expected);
}

#[test]
fn what_is_too_long_is_cut_and_nothing_breaks() {
    let long = "é".repeat(100_000);
    let mut recording = Recording { report: Some("x".repeat(3_000_000) + "é"), ..Recording::default() };
    recording.origin.command = vec![long[..30_000].to_owned(); 100];
    recording.targets = vec![Target { method: long, ..Target::default() }; 50];
    let back = Reader::new(&file(&recording)[..]).unwrap().into_recording().unwrap();
    assert_eq!(back.damage, []);
    assert_eq!(back.report, recording.report);
    assert_eq!(back.targets.len(), 50);
    assert_eq!(back.targets[49].method, "é".repeat(8_192));
    assert!(!back.origin.command.is_empty() && back.origin.command.len() < 100);
}

#[test]
fn open_calls_hold_until_they_return_or_are_told_again() {
    let mut encoder = Encoder::new();
    encoder.targets(0, &vec![Target::default(); 4]);
    encoder.thread_began(0, 1, 0);
    encoder.open_calls(0, 100, [(0, 10), (1, 20), (2, 30)]);
    // Two of them return, and then another call is made and lasts.
    encoder.calls(0, [(2, 30, 100), (1, 20, 200)]);
    let so_far = Reader::new(encoder.bytes()).unwrap().into_recording().unwrap();
    let open: Vec<_> = so_far.calls.iter().filter(|call| call.duration_ns == OPEN).collect();
    assert_eq!(open.iter().map(|call| (call.target, call.began_ns)).collect::<Vec<_>>(), [(0, 10)]);
    assert_eq!(so_far.until_ns, 220);

    encoder.open_calls(0, 500, [(0, 10), (3, 400)]);
    // Told a moment late: this one had returned.
    encoder.open_calls(0, 600, [(0, 10), (1, 20)]);
    let recording = Reader::new(encoder.bytes()).unwrap().into_recording().unwrap();
    let calls: Vec<_> =
        recording.calls.iter().map(|call| (call.target, call.began_ns, call.duration_ns)).collect();
    assert_eq!(calls, [(0, 10, OPEN), (1, 20, 200), (2, 30, 100)]);
    assert_eq!(recording.until_ns, 600);
}

/// A source that gives one byte at a time, and is interrupted in between.
struct Dripping<'a>(&'a [u8], bool);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn a_slow_source_gives_the_same() {
    let mut encoder = Encoder::new();
    encoder.calls(0, (0..5_000).map(|n| (1, n * 100, 50)));
    let whole = Reader::new(encoder.bytes()).unwrap().into_recording().unwrap();
    assert_eq!(whole.calls.len(), 5_000);
    assert_eq!(Reader::new(Dripping(encoder.bytes(), false)).unwrap().into_recording().unwrap(), whole);
}
