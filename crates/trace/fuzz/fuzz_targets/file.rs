//! Any bytes as a file, as they are and with checksums that hold: what looks for blocks must survive them.
#![no_main]

use clrhost_trace::Reader;
use crc32c::crc32c;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

const MARKER: [u8; 4] = [0xC7, 0x1E, 0xB1, 0x0C];
const FILE_HEADER: usize = 32;
const BLOCK_HEADER: usize = 24;

/// The same with checksums that hold wherever something looks like a header, as no fuzzer finds them.
fn repaired(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(header) = bytes.first_chunk_mut::<FILE_HEADER>() {
        let checksum = crc32c(&header[..28]);
        header[28..].copy_from_slice(&checksum.to_le_bytes());
    }
    // From the back, so that what a block holds is repaired before the block.
    for at in (0..bytes.len().saturating_sub(BLOCK_HEADER)).rev() {
        let (header, behind) = bytes[at..].split_at_mut(BLOCK_HEADER);
        if header[..4] != MARKER {
            continue;
        }
        let length = u32::from_le_bytes(header[12..16].try_into().expect("four bytes")) as usize;
        if let Some(payload) = behind.get(..length) {
            header[16..20].copy_from_slice(&crc32c(payload).to_le_bytes());
        }
        let checksum = crc32c(&header[..20]);
        header[20..].copy_from_slice(&checksum.to_le_bytes());
    }
    bytes
}

fn check(bytes: &[u8]) {
    let Ok(reader) = Reader::from_file(Cursor::new(bytes)) else { return };
    let recording = reader.into_recording().expect("memory can be read");
    for damage in &recording.damage {
        assert!(damage.offset + damage.bytes <= bytes.len() as u64, "{damage}");
    }
    let passed_over: u64 = recording.damage.iter().map(|damage| damage.bytes).sum();
    assert!(passed_over <= bytes.len() as u64);
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    check(&repaired(bytes));
});
