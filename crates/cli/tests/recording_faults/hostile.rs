//! Files that claim what they do not hold, read by every command that reads recordings, in a process that may have little memory.

use crate::support::{Scene, Under};
use clrhost_testkit::{Finished, Run, scratch};
use clrhost_trace::{Encoder, End, Loss, Target};
use std::fs;
use std::path::Path;

/// Above what the command takes up for a recording of nothing, most of which is its own file and its threads' stacks.
const MEMORY: u64 = 48 << 20;

/// CRC-32C, as docs/trace-format.md has it.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut sum = !0;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0x82F6_3B78 } else { sum >> 1 };
        }
    }
    !sum
}

fn file_header(segments: u32, segment_bytes: u64) -> Vec<u8> {
    let mut header = b"\x93CLRTR\r\n\x01\0\0\0".to_vec();
    header.extend(segments.to_le_bytes());
    header.extend(segment_bytes.to_le_bytes());
    header.extend([0; 4]);
    header.extend(crc32c(&header).to_le_bytes());
    header
}

/// A block that says to have `length` bytes of content.
fn block_of(kind: u16, sequence: u32, length: u32, payload: &[u8]) -> Vec<u8> {
    let mut block = vec![0xC7, 0x1E, 0xB1, 0x0C, 1, 0];
    block.extend(kind.to_le_bytes());
    block.extend(sequence.to_le_bytes());
    block.extend(length.to_le_bytes());
    block.extend(crc32c(payload).to_le_bytes());
    block.extend(crc32c(&block).to_le_bytes());
    block.extend(payload);
    block
}

fn block(kind: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    block_of(kind, sequence, payload.len() as u32, payload)
}

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn string(claimed: u64, bytes: &[u8]) -> Vec<u8> {
    [number(claimed), bytes.to_vec()].concat()
}

const HUGE: u64 = 1 << 60;

/// Some recordings that are sound in every checksum.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let plain = |blocks: &[Vec<u8>]| [file_header(0, 0), blocks.concat()].concat();
    let calls = |count: u32, packed: &[u8]| {
        let head =
            [&0_u32.to_le_bytes()[..], &count.to_le_bytes(), &0_u64.to_le_bytes(), &u64::MAX.to_le_bytes()];
        [head.concat(), packed.to_vec()].concat()
    };
    let mut encoder = Encoder::new();
    encoder.targets(0, &[Target { method: "A.F".to_owned(), ..Target::default() }]);
    encoder.thread_began(0, 1, 0);
    let far = |encoder: &mut Encoder| {
        // From one end of time to the other, inside of each other and one after the other.
        encoder.calls(0, [(0, 0, 1), (0, 10, 5), (0, 1 << 62, 1 << 61), (0, 0, u64::MAX - 1)]);
        encoder.open_calls(0, u64::MAX, (0..64).map(|n| (0, n << 57)));
        encoder.loss(&Loss { thread: Some(0), until_ns: u64::MAX, calls: u64::MAX });
        encoder.loss(&Loss { thread: None, until_ns: 1, calls: u64::MAX });
        encoder.alive(u64::MAX);
        encoder.end(&End::Exit { at_ns: u64::MAX, code: 0 });
    };
    let mut ends_of_time = encoder.clone();
    far(&mut ends_of_time);
    let mut numbers = encoder.clone();
    // Numbers that others would take for the size of something.
    numbers.targets(u32::MAX, &[Target::default()]);
    numbers.thread_began(u32::MAX, u64::MAX, 0);
    numbers.calls(u32::MAX, [(u32::MAX, 0, 1), (u32::MAX - 1, 5, 1), (1 << 30, 9, 1)]);
    numbers.open_calls(u32::MAX - 7, 9, [(u32::MAX - 9, 1)]);
    let mut nested = encoder.clone();
    nested.open_calls(0, 20_000, (0..150).map(|n| (0, n)));
    nested.report(&format!("{}{}", "[".repeat(300), "]".repeat(300)));
    let origin = [string(HUGE, b"x"), vec![0; 4]].concat();
    let arguments =
        [string(1, b"c"), string(1, b"r"), vec![1, 1], string(1, b"t"), number(HUGE), string(1, b"a")]
            .concat();
    vec![
        ("calls", plain(&[block(4, 0, &calls(u32::MAX, &[0x10, 1, 1, 0x10, 1, 1]))])),
        ("long-block", plain(&[block_of(4, 0, 16 << 20, &calls(1 << 20, &[0; 64]))])),
        ("longer-block", plain(&[block_of(4, 0, u32::MAX, &calls(1 << 20, &[0; 64]))])),
        ("string", plain(&[block(1, 0, &origin)])),
        ("arguments", plain(&[block(1, 0, &arguments)])),
        (
            "targets",
            plain(&[block(2, 0, &[number(u64::from(u32::MAX)), vec![0], string(u64::MAX, b"")].concat())]),
        ),
        ("open", plain(&[block(5, 0, &[number(0), number(HUGE), number(HUGE), number(HUGE)].concat())])),
        (
            "report-part",
            plain(&[block(9, 0, b"\x01{\"schema\": \"clrhost.report/1\""), block(9, 0xFFFF_FFFF, b"\x02}")]),
        ),
        ("missing-blocks", plain(&[block(12, u32::MAX, &number(HUGE))])),
        ("segments", [file_header(u32::MAX, 1), vec![0; 900]].concat()),
        ("long-segments", [file_header(u32::MAX, u64::MAX), block(12, 0, &number(HUGE))].concat()),
        (
            "small-segments",
            [file_header(u32::MAX, 64 << 10), block(12, 7, &number(1)), block(12, 3, &number(2))].concat(),
        ),
        ("ends-of-time", ends_of_time.bytes().to_vec()),
        ("numbers", numbers.bytes().to_vec()),
        ("nested", nested.bytes().to_vec()),
    ]
}

/// All that reads a recording.
fn commands(file: &Path, other: &Path) -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (file, other) = (file.to_str().expect("a plain path"), other.to_str().expect("a plain path"));
    let mut commands = vec![
        words(&["report", file]),
        words(&["report", file, "--format", "json"]),
        words(&["report", file, "--html", "/dev/null"]),
        words(&["diff", file, other]),
        words(&["diff", other, file]),
    ];
    for format in ["perfetto", "chromium", "speedscope", "folded", "csv", "parquet"] {
        commands.push(words(&["convert", file, "--format", format, "-o", "/dev/null"]));
    }
    commands
}

fn run(command: &[String], memory: u64) -> Finished {
    Run::clrhost().args(command).resource_limit(libc::RLIMIT_AS, memory).output()
}

/// The least memory, in steps of 8 MiB, in which the command reads this file.
fn needed(file: &Path) -> u64 {
    let needs =
        |memory: &u64| run(&["report".to_owned(), file.display().to_string()], *memory).code == Some(0);
    (1..=128).map(|step| step * (8 << 20)).find(needs).expect("a gigabyte is enough")
}

#[test]
fn what_a_file_claims_costs_no_memory() {
    let folder = scratch("hostile");
    let sound = folder.join("sound.clrtrace");
    let mut encoder = Encoder::new();
    encoder.alive(1);
    fs::write(&sound, encoder.bytes()).expect("a file");
    let memory = needed(&sound) + MEMORY;
    let mut read = 0;
    for (name, bytes) in files() {
        assert!(bytes.len() <= 1500, "{name} has {} bytes", bytes.len());
        let file = folder.join(format!("{name}.clrtrace"));
        fs::write(&file, bytes).expect("a file");
        for command in commands(&file, &sound) {
            let finished = run(&command, memory);
            // Too little memory ends a process by SIGABRT, a panic with 101.
            let is_answer = matches!(finished.code, Some(0 | 125));
            assert!(is_answer && !finished.stderr.contains("panicked"), "{name}: {finished}");
            assert!(
                finished.code == Some(0) || finished.stderr.starts_with("clrhost: "),
                "{name}: {finished}"
            );
            read += u64::from(finished.code == Some(0));
        }
    }
    // Most of them are recordings, damaged ones.
    assert!(read > 100, "{read}");
}

/// The limit is one that is felt: a recording of that many calls does not fit into it.
#[test]
fn what_a_file_holds_does_cost_memory() {
    let scene = Scene::new("large", Under::Run);
    let mut encoder = Encoder::new();
    encoder.thread_began(0, 1, 0);
    encoder.calls(0, (0..4_000_000).map(|n| (0, n * 10, 5)));
    fs::write(&scene.file, encoder.bytes()).expect("a file");
    let small = scene.folder.join("small.clrtrace");
    fs::write(&small, Encoder::new().bytes()).expect("a file");
    let command = ["report".to_owned(), scene.file.display().to_string()];
    assert_eq!(run(&command, needed(&small) + MEMORY).signal, Some(libc::SIGABRT));
}
