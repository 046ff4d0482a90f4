//! Any bytes as a file: what looks for blocks must survive them.
#![no_main]

use clrhost_trace::Reader;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reader) = Reader::from_file(Cursor::new(bytes)) else { return };
    let recording = reader.into_recording().expect("memory can be read");
    for damage in &recording.damage {
        assert!(damage.offset + damage.bytes <= bytes.len() as u64, "{damage}");
    }
    let passed_over: u64 = recording.damage.iter().map(|damage| damage.bytes).sum();
    assert!(passed_over <= bytes.len() as u64);
});
