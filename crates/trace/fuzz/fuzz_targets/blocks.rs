//! Sound blocks with any content: what makes sense of them must survive it, and what it makes of it must be writable.
//!
//! The input is a list of blocks, each of a byte for the kind, two for the length, and the content.
#![no_main]

use clrhost_trace::{Encoder, Reader};
use libfuzzer_sys::fuzz_target;

const MARKER: [u8; 4] = [0xC7, 0x1E, 0xB1, 0x0C];

/// A sound file of these blocks.
fn file(mut input: &[u8]) -> Vec<u8> {
    let mut file = Encoder::new().bytes().to_vec();
    let mut sequence = 0_u32;
    while let Some(([kind, low, high], rest)) = input.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (payload, behind) = rest.split_at(length);
        let start = file.len();
        file.extend(MARKER);
        file.extend([1, 0, *kind, 0]);
        file.extend(sequence.to_le_bytes());
        file.extend((length as u32).to_le_bytes());
        file.extend(crc32c::crc32c(payload).to_le_bytes());
        file.extend(crc32c::crc32c(&file[start..]).to_le_bytes());
        file.extend(payload);
        sequence += 1;
        input = behind;
    }
    file
}

fuzz_target!(|input: &[u8]| {
    let file = file(input);
    let recording = Reader::new(&file[..]).expect("its header is sound").into_recording().expect("memory can be read");
    let mut again = Vec::new();
    recording.write(&mut again).expect("memory can be written");
    let back = Reader::new(&again[..]).expect("it was just written").into_recording().expect("memory can be read");
    assert_eq!(back.damage, []);
    assert_eq!(back.calls.len(), recording.calls.len());
    assert_eq!(back.targets.len(), recording.targets.len());
    assert_eq!(back.threads.len(), recording.threads.len());
});
