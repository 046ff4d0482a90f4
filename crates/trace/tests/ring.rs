//! Files of limited size.

use clrhost_trace::{Encoder, End, Loss, OPEN, Origin, Reader, Recording, RingWriter, SMALLEST_RING, Target};
use proptest::prelude::*;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::sync::LazyLock;

/// A file that takes so many bytes, and then the process is gone.
struct Dying {
    bytes: Cursor<Vec<u8>>,
    left: usize,
}

impl Write for Dying {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("dead"));
        }
        let length = bytes.len().min(self.left);
        self.left -= length;
        self.bytes.write(&bytes[..length])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Dying {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// Rounds of a program on two threads, one of which ends and is followed by another each time: the blocks of each round, and
/// how many calls are in it.
fn rounds(count: u32) -> impl Iterator<Item = (Vec<u8>, u64)> {
    let mut encoder = Encoder::new();
    encoder.origin(&Origin { runtime: "CoreCLR 8.0.4".into(), ..Origin::default() });
    let names = (0..50).map(|n| Target { method: format!("Type.Method{n}"), ..Target::default() });
    encoder.targets(0, &names.collect::<Vec<_>>());
    encoder.thread_began(0, 1, 0);
    encoder.thread_named(0, "main");
    (1..=count).map(move |round| {
        let now = u64::from(round) * 1_000_000;
        encoder.thread_began(round, 1000 + u64::from(round), now);
        let calls =
            |thread: u64| (0..4000).map(move |n| ((n % 50) as u32, now + 200 * n + thread, 150 + n % 2));
        encoder.calls(0, calls(0));
        encoder.calls(round, calls(1));
        encoder.thread_ended(round, now + 900_000);
        let blocks = encoder.bytes().to_vec();
        encoder.clear();
        (blocks, 8000)
    })
}

static ROUNDS: LazyLock<Vec<(Vec<u8>, u64)>> = LazyLock::new(|| rounds(250).collect());

fn read(bytes: &[u8]) -> Recording {
    Reader::from_file(Cursor::new(bytes)).unwrap().into_recording().unwrap()
}

fn lost(recording: &Recording) -> u64 {
    recording.losses.iter().map(|loss| loss.calls).sum()
}

#[test]
fn the_newest_is_kept_below_the_limit_and_the_rest_is_counted() {
    let mut ring = RingWriter::new(Cursor::new(Vec::new()), SMALLEST_RING).unwrap();
    let mut made = 0;
    for (round, (blocks, calls)) in (1..).zip(rounds(300)) {
        ring.write(&blocks).unwrap();
        made += calls;
        if round % 25 == 0 {
            // What the file holds at this moment, without an end.
            let recording = read(ring.get_ref().get_ref());
            assert_eq!(recording.damage, []);
            assert_eq!(recording.calls.len() as u64 + lost(&recording), made);
            assert_eq!(recording.origin.runtime, "CoreCLR 8.0.4");
            let main = recording.threads.iter().position(|thread| thread.os_thread_id == 1).unwrap();
            assert_eq!(recording.threads[main].name.as_deref(), Some("main"));
            assert!(recording.targets.iter().all(|target| target.kind != "unknown"));
            let last = recording.threads.iter().filter(|thread| thread.os_thread_id == 1000 + round).count();
            assert_eq!(last, 1);
        }
    }
    let overwritten = ring.overwritten_calls();
    let mut encoder = Encoder::new();
    encoder.end(&End::Exit { at_ns: 400_000_000, code: 3 });
    ring.write(encoder.bytes()).unwrap();
    let bytes = ring.into_inner().into_inner();
    assert!(bytes.len() as u64 <= SMALLEST_RING && bytes.len() as u64 > SMALLEST_RING * 7 / 8);
    let recording = read(&bytes);
    assert_eq!(recording.end, End::Exit { at_ns: 400_000_000, code: 3 });
    assert_eq!(recording.losses.len(), 1);
    let Loss { thread, calls, until_ns } = recording.losses[0];
    assert_eq!((thread, calls), (None, overwritten));
    assert!(calls > made / 2);
    // What is lost came before what is kept.
    assert!(recording.calls.iter().all(|call| call.began_ns + call.duration_ns > until_ns - 1_000_000));
}

#[test]
fn what_lasts_is_told_of_however_long_it_lasts() {
    let mut ring = RingWriter::new(Cursor::new(Vec::new()), SMALLEST_RING).unwrap();
    let mut encoder = Encoder::new();
    encoder.targets(0, &vec![Target::default(); 60]);
    encoder.thread_began(0, 1, 0);
    encoder.open_calls(0, 500, [(51, 100), (52, 200), (53, 300)]);
    ring.write(encoder.bytes()).unwrap();
    encoder.clear();
    // The inner two return.
    encoder.calls(0, [(53, 300, 1000), (52, 200, 1200)]);
    ring.write(encoder.bytes()).unwrap();
    encoder.clear();
    for round in 1..300 {
        let now = round * 1_000_000;
        encoder.calls(0, (0..8000).map(|n| ((n % 50) as u32, now + 100 * n, 50)));
        ring.write(encoder.bytes()).unwrap();
        encoder.clear();
    }
    let recording = read(ring.get_ref().get_ref());
    assert!(recording.calls.iter().all(|call| call.began_ns != 200), "it was overwritten");
    let open: Vec<_> = recording.calls.iter().filter(|call| call.duration_ns == OPEN).collect();
    assert_eq!(open.iter().map(|call| (call.target, call.began_ns)).collect::<Vec<_>>(), [(51, 100)]);
}

#[test]
fn a_limit_that_is_too_small_is_refused() {
    let error = RingWriter::new(Cursor::new(Vec::new()), SMALLEST_RING - 1).err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn what_is_no_block_is_refused() {
    let mut ring = RingWriter::new(Cursor::new(Vec::new()), SMALLEST_RING).unwrap();
    assert!(ring.write(b"something else").is_err());
}

#[test]
fn a_ring_in_a_pipe_is_refused_in_words() {
    let ring = RingWriter::new(Cursor::new(Vec::new()), SMALLEST_RING).unwrap();
    let error = Reader::new(&ring.into_inner().into_inner()[..]).err().unwrap();
    assert!(error.to_string().contains("pipe"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Wherever the process dies, what was written before is there, and nothing else.
    #[test]
    fn a_process_that_dies_leaves_a_sound_file(left in 32..10_000_000_usize) {
        let mut ring = RingWriter::new(Dying { bytes: Cursor::new(Vec::new()), left }, SMALLEST_RING).unwrap();
        let mut made = 0;
        for (blocks, calls) in ROUNDS.iter() {
            made += calls;
            if ring.write(blocks).is_err() {
                break;
            }
        }
        let recording = read(ring.into_inner().bytes.get_ref());
        prop_assert_eq!(&recording.damage, &[]);
        prop_assert_eq!(recording.end, End::Cut);
        prop_assert!(recording.calls.len() as u64 + lost(&recording) <= made);
        if made > 8000 {
            // All but the last rounds, and what is overwritten.
            prop_assert!(recording.until_ns >= (made / 8000 - 1) * 1_000_000);
        }
        for call in &recording.calls {
            let (round, place) = (call.began_ns / 1_000_000, call.began_ns % 1_000_000);
            let (n, thread) = (place / 200, place % 200);
            prop_assert!(round <= made / 8000 && n < 4000 && thread < 2, "{:?}", call);
            prop_assert_eq!(call.duration_ns, 150 + n % 2);
        }
    }
}

/// What cannot be written is kept and written later: then nothing is missing, wherever the file stopped to take bytes.
#[test]
fn a_file_that_is_full_for_a_while_misses_nothing() {
    let rounds = &ROUNDS[..180];
    let all: usize = rounds.iter().map(|(blocks, _)| blocks.len()).sum();
    assert!(all as u64 > SMALLEST_RING);
    for fill in (0..6).map(|n| 1 + n * all / 6) {
        let file = Dying { bytes: Cursor::new(Vec::new()), left: usize::MAX };
        let mut ring = RingWriter::new(file, SMALLEST_RING).unwrap();
        let (mut made, mut written, mut failed) = (0, 0, 0);
        for (blocks, calls) in rounds {
            made += calls;
            let is_full = (written..written + blocks.len()).contains(&fill);
            written += blocks.len();
            if is_full {
                ring.file_mut().left = fill - (written - blocks.len());
                assert!(ring.write(blocks).is_err());
                assert!(ring.write(&[]).is_err(), "still full");
                ring.file_mut().left = usize::MAX;
                failed += 1;
                continue;
            }
            ring.write(blocks).unwrap();
        }
        assert_eq!(failed, 1);
        let recording = read(ring.get_ref().bytes.get_ref());
        assert_eq!(recording.damage, []);
        assert_eq!(recording.calls.len() as u64 + lost(&recording), made);
    }
}

#[test]
fn what_is_forgotten_leaves_no_gap() {
    let file = Dying { bytes: Cursor::new(Vec::new()), left: usize::MAX };
    let mut ring = RingWriter::new(file, SMALLEST_RING).unwrap();
    let mut encoder = Encoder::new();
    encoder.thread_began(0, 1, 0);
    encoder.calls(0, [(0, 10, 1)]);
    ring.write(encoder.bytes()).unwrap();
    encoder.clear();
    encoder.calls(0, [(0, 20, 1), (0, 30, 1)]);
    ring.file_mut().left = 5;
    assert!(ring.write(encoder.bytes()).is_err());
    encoder.clear();
    ring.forget_waiting();
    ring.file_mut().left = usize::MAX;
    encoder.loss(&Loss { thread: None, until_ns: 40, calls: 2 });
    encoder.end(&End::Stopped { at_ns: 40 });
    ring.write(encoder.bytes()).unwrap();
    let recording = read(ring.get_ref().bytes.get_ref());
    assert_eq!((recording.damage.len(), recording.calls.len(), lost(&recording)), (0, 1, 2));
    assert_eq!(recording.end, End::Stopped { at_ns: 40 });
}
