//! Measures the format: bytes and nanoseconds of processor time a call, written and read.
//!
//! `cargo run --release -p clrhost-trace --example encode`
//!
//! The calls are those of a service between a database and callbacks: of 40 targets a few take most of the calls; most take
//! tens of nanoseconds, some microseconds, few milliseconds; one in five has calls inside.

use clrhost_trace::{Encoder, Reader, RingWriter};
use std::hint::black_box;
use std::io::Cursor;

/// Calls of one round, of a size that a thread's buffer might have.
const BATCH: usize = 8192;
const ROUNDS: usize = 1000;

/// Time that this thread has had on a processor, so that other programs are not measured.
fn processor_ns() -> u64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    times.split_whitespace().next().and_then(|ns| ns.parse().ok()).expect("a number")
}

fn main() {
    for (name, calls) in [("one short call again and again", simple()), ("a realistic mix", mixed())] {
        println!("{name}: {BATCH} calls a batch, {ROUNDS} batches, best of 5");
        let best = (0..5).map(|_| encode(&calls)).min_by(|one, other| one.0.total_cmp(&other.0));
        let (ns, bytes) = best.expect("five were measured");
        println!(
            "  encode       {ns:6.2} ns a call  {bytes:.2} bytes a call  {:5.1} million calls/s",
            1e3 / ns
        );
        println!("  ring writer  {:6.2} ns a call more, into memory", ring(&calls));
        let (events, whole) = read(&calls);
        println!(
            "  read         {events:6.2} ns a call; {whole:.2} into a Recording, which puts them in order"
        );
    }
}

/// Nanoseconds and bytes a call.
fn encode(calls: &[(u32, u64, u64)]) -> (f64, f64) {
    let mut encoder = Encoder::new();
    let mut bytes = 0;
    let began = processor_ns();
    for _ in 0..ROUNDS {
        encoder.calls(3, black_box(calls).iter().copied());
        bytes += black_box(encoder.bytes()).len();
        encoder.clear();
    }
    let count = (ROUNDS * calls.len()) as f64;
    ((processor_ns() - began) as f64 / count, bytes as f64 / count)
}

/// Nanoseconds a call.
fn ring(calls: &[(u32, u64, u64)]) -> f64 {
    let mut encoder = Encoder::new();
    encoder.calls(3, calls.iter().copied());
    let mut ring = RingWriter::new(Cursor::new(Vec::new()), 8 << 20).expect("8 MiB are enough");
    let began = processor_ns();
    for _ in 0..ROUNDS {
        ring.write(black_box(encoder.bytes())).expect("memory can be written");
    }
    (processor_ns() - began) as f64 / (ROUNDS * calls.len()) as f64
}

/// Nanoseconds a call: as events, and as a whole recording.
fn read(calls: &[(u32, u64, u64)]) -> (f64, f64) {
    let mut encoder = Encoder::new();
    let length_ns = 1 + calls.iter().map(|(_, began, duration)| began + duration).max().unwrap_or_default();
    for round in 0..ROUNDS as u64 {
        encoder.calls(
            3,
            calls.iter().map(|(target, began, duration)| (*target, began + round * length_ns, *duration)),
        );
    }
    let count = (ROUNDS * calls.len()) as f64;
    let reader = || Reader::new(encoder.bytes()).expect("it was just written");
    let began = processor_ns();
    let mut events = reader();
    while let Some(event) = events.next().expect("memory can be read") {
        black_box(event);
    }
    let as_events = (processor_ns() - began) as f64 / count;
    let began = processor_ns();
    black_box(reader().into_recording().expect("memory can be read"));
    (as_events, (processor_ns() - began) as f64 / count)
}

fn simple() -> Vec<(u32, u64, u64)> {
    (0..BATCH as u64).map(|n| (5, 1_000_000_000 + n * 55, 30 + n % 7)).collect()
}

fn mixed() -> Vec<(u32, u64, u64)> {
    let mut random = 88_172_645_463_325_252_u64;
    // Xorshift, so that every run measures the same.
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let mut now = 1_000_000_000;
    let mut calls = Vec::new();
    while calls.len() < BATCH {
        let of_40 = next() % 40;
        let target = (next() % (of_40 + 1)) as u32;
        now += 20 + next() % 300;
        let began = now;
        if next() % 5 == 0 {
            for _ in 0..next() % 4 {
                let inside = 40 + next() % 100;
                now += 15 + next() % 50;
                calls.push((40 + target % 8, now, inside));
                now += inside;
            }
        }
        now += match next() % 100 {
            0..70 => 15 + next() % 200,
            70..97 => 200 + next() % 10_000,
            97..99 => 10_000 + next() % 1_000_000,
            _ => 1_000_000 + next() % 30_000_000,
        };
        calls.push((target, began, now - began));
    }
    calls.truncate(BATCH);
    calls
}
