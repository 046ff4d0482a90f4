//! A table of calls as text, after RFC 4180.

use super::names;
use super::nesting::by_thread;
use crate::model::Recording;
use std::io::{self, Write};

/// The columns, also of the Parquet file.
pub const COLUMNS: [&str; 16] = [
    "thread",
    "os_thread_id",
    "thread_name",
    "thread_kind",
    "depth",
    "began_ns",
    "duration_ns",
    "self_ns",
    "returned",
    "direction",
    "kind",
    "method",
    "assembly",
    "library",
    "symbol",
    "file",
];

pub fn write(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}\r\n", COLUMNS.join(","))?;
    let targets: Vec<String> = recording
        .targets
        .iter()
        .map(|target| {
            let optional = |part: &Option<String>| part.as_deref().map(field).unwrap_or_default();
            [
                names::of_direction(target.direction).to_owned(),
                field(&target.kind),
                field(&target.method),
                optional(&target.assembly),
                optional(&target.library),
                optional(&target.symbol),
                optional(&target.file),
            ]
            .join(",")
        })
        .collect();
    for (number, calls) in by_thread(recording) {
        let thread = &recording.threads[number as usize];
        let name = thread.name.as_deref().map(field).unwrap_or_default();
        let kind = thread.kind.as_deref().map(field).unwrap_or_default();
        let thread = format!("{number},{},{name},{kind}", thread.os_thread_id);
        for call in calls {
            let began_ns = call.call.began_ns;
            let duration_ns = call.end_ns - began_ns;
            let target = &targets[call.call.target as usize];
            write!(
                out,
                "{thread},{},{began_ns},{duration_ns},{},{},{target}\r\n",
                call.depth,
                call.self_ns,
                !call.is_open()
            )?;
        }
    }
    Ok(())
}

/// In quotes where it has to be.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
