//! Each format holds what the recording holds, and is what its consumers read.

mod support;

use bytes::Bytes;
use clrhost_trace::convert::{Format, convert};
use clrhost_trace::{Call, OPEN, Recording};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::HashMap;
use support::recording;

fn converted(recording: &Recording, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    convert(recording, format, &mut out).expect("memory can be written");
    out
}

fn json(recording: &Recording, format: Format) -> Value {
    serde_json::from_slice(&converted(recording, format)).expect("JSON")
}

/// How long a call is shown to last: random ones nest, so that none is cut.
fn shown_ns(recording: &Recording, call: &Call) -> u64 {
    if call.duration_ns == OPEN { recording.until_ns - call.began_ns } else { call.duration_ns }
}

/// Time on all threads inside of calls, those inside of others not counted again.
fn covered_ns(recording: &Recording) -> u64 {
    let mut covered = 0;
    for calls in recording.calls.chunk_by(|one, next| one.thread == next.thread) {
        let mut until = 0;
        for call in calls {
            let end = call.began_ns + shown_ns(recording, call);
            covered += end.saturating_sub(until.max(call.began_ns));
            until = until.max(end);
        }
    }
    covered
}

/// Compares a table with the recording; `row` gives the fields of a row by name of the column.
fn assert_table(recording: &Recording, rows: &[HashMap<String, String>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(rows.len(), recording.calls.len());
    for (row, call) in rows.iter().zip(&recording.calls) {
        let (thread, target) =
            (&recording.threads[call.thread as usize], &recording.targets[call.target as usize]);
        for (column, expected) in [
            ("thread", call.thread.to_string()),
            ("os_thread_id", thread.os_thread_id.to_string()),
            ("thread_name", thread.name.clone().unwrap_or_default()),
            ("began_ns", call.began_ns.to_string()),
            ("duration_ns", shown_ns(recording, call).to_string()),
            ("returned", (call.duration_ns != OPEN).to_string()),
            ("kind", target.kind.clone()),
            ("method", target.method.clone()),
            ("library", target.library.clone().unwrap_or_default()),
            ("file", target.file.clone().unwrap_or_default()),
        ] {
            prop_assert_eq!(&row[column], &expected, "{}", column);
        }
    }
    let self_ns: u64 = rows.iter().map(|row| row["self_ns"].parse::<u64>().unwrap()).sum();
    prop_assert_eq!(self_ns, covered_ns(recording));
    Ok(())
}

/// The rows of a text after RFC 4180.
fn csv_rows(text: &str) -> Vec<HashMap<String, String>> {
    let mut records = vec![vec![String::new()]];
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        let record = records.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                record.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {
                chars.next();
                records.push(vec![String::new()]);
            }
            other => record.last_mut().unwrap().push(other),
        }
    }
    assert_eq!(records.pop(), Some(vec![String::new()]), "the last line has an end");
    let columns = records.remove(0);
    records.into_iter().map(|record| columns.iter().cloned().zip(record).collect()).collect()
}

fn parquet_rows(file: Vec<u8>) -> Vec<HashMap<String, String>> {
    let reader = SerializedFileReader::new(Bytes::from(file)).expect("a Parquet file");
    let rows = reader.get_row_iter(None).expect("rows").map(|row| {
        let row = row.expect("a row");
        let text = |field: &parquet::record::Field| match field {
            parquet::record::Field::Str(text) => text.clone(),
            parquet::record::Field::Null => String::new(),
            other => other.to_string(),
        };
        row.get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect()
    });
    rows.collect()
}

/// A number of a protocol buffer's message, and what is behind it.
fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a byte");
        *bytes = rest;
        value |= u64::from(first & 0x7F) << shift;
        if *first < 0x80 {
            break;
        }
    }
    value
}

/// The fields of a message: numbers, and lengths with what they are of.
fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, &[u8])> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let number = varint(&mut bytes);
        let inner = match key & 7 {
            0 => &[][..],
            2 => bytes.split_off(..number as usize).expect("so many bytes"),
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, number, inner));
    }
    fields
}

fn field(of: &[(u64, u64, &[u8])], number: u64) -> Option<u64> {
    of.iter().find(|field| field.0 == number).map(|field| field.1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn csv_and_parquet_have_a_row_for_each_call(recording in recording(40)) {
        let csv = String::from_utf8(converted(&recording, Format::Csv)).unwrap();
        assert_table(&recording, &csv_rows(&csv))?;
        assert_table(&recording, &parquet_rows(converted(&recording, Format::Parquet)))?;
    }

    #[test]
    fn chromium_has_an_event_for_each_thing(recording in recording(40)) {
        let document = json(&recording, Format::Chromium);
        let events = document["traceEvents"].as_array().unwrap();
        let count = |category: &[&str]| events.iter().filter(|event| category.iter().any(|c| event["cat"] == **c)).count();
        prop_assert_eq!(count(&["native", "callback"]), recording.calls.len());
        prop_assert_eq!(count(&["pause"]), recording.pauses.len());
        prop_assert_eq!(count(&["gc"]), recording.collections.len());
        prop_assert_eq!(count(&["loss"]), recording.losses.len());
        let calls = events.iter().filter(|event| event["cat"] == "native" || event["cat"] == "callback");
        for (event, call) in calls.zip(&recording.calls) {
            prop_assert_eq!(&event["args"]["method"], &Value::from(recording.targets[call.target as usize].method.as_str()));
            prop_assert_eq!(event["tid"].as_u64(), Some(recording.threads[call.thread as usize].os_thread_id));
            // Microseconds with three places, as precise as a floating point number is.
            let near = |value: &Value, ns: u64| (value.as_f64().unwrap() * 1e3 - ns as f64).abs() < 2.0 + ns as f64 * 1e-12;
            prop_assert!(near(&event["ts"], call.began_ns) && near(&event["dur"], shown_ns(&recording, call)));
        }
    }

    #[test]
    fn speedscope_events_nest(recording in recording(40)) {
        let document = json(&recording, Format::Speedscope);
        let mut calls = 0;
        for profile in document["profiles"].as_array().unwrap() {
            let (mut around, mut now) = (Vec::new(), profile["startValue"].as_u64().unwrap());
            for event in profile["events"].as_array().unwrap() {
                let at = event["at"].as_u64().unwrap();
                prop_assert!(at >= now);
                now = at;
                if event["type"] == "O" {
                    around.push(&event["frame"]);
                    calls += 1;
                } else {
                    prop_assert_eq!(around.pop(), Some(&event["frame"]));
                }
            }
            prop_assert!(around.is_empty() && now <= profile["endValue"].as_u64().unwrap());
        }
        prop_assert_eq!(calls, recording.calls.len());
    }

    #[test]
    fn folded_stacks_add_up(recording in recording(40)) {
        let text = String::from_utf8(converted(&recording, Format::Folded)).unwrap();
        let mut sum = 0;
        for line in text.lines() {
            let (stack, weight) = line.rsplit_once(' ').unwrap();
            prop_assert!(stack.split(';').count() >= 2 && stack.split(';').all(|frame| !frame.is_empty()), "{line}");
            sum += weight.parse::<u64>().unwrap();
        }
        prop_assert_eq!(sum, covered_ns(&recording));
    }

    #[test]
    fn perfetto_slices_nest_on_their_tracks(recording in recording(40)) {
        let bytes = converted(&recording, Format::Perfetto);
        let (mut begun, mut ended, mut instants) = (0, 0, 0);
        let mut open: HashMap<u64, (u64, usize)> = HashMap::new();
        for (number, _, packet) in fields(&bytes) {
            prop_assert_eq!(number, 1);
            let packet = fields(packet);
            prop_assert_eq!(field(&packet, 10), Some(1), "each packet is of the one sequence");
            let Some((_, _, event)) = packet.iter().find(|field| field.0 == 11) else { continue };
            let event = fields(event);
            let track = field(&event, 11).unwrap();
            let at = field(&packet, 8).unwrap();
            let (now, depth) = open.entry(track).or_default();
            match field(&event, 9).unwrap() {
                1 => (begun, *depth) = (begun + 1, *depth + 1),
                2 => {
                    prop_assert!(*depth > 0);
                    (ended, *depth) = (ended + 1, *depth - 1);
                }
                3 => {
                    instants += 1;
                    continue;
                }
                other => panic!("an event of type {other}"),
            }
            // On the tracks of pauses and collections they are random here.
            prop_assert!(at >= *now || track < 16);
            *now = at;
        }
        let beside = recording.pauses.iter().map(|pause| pause.duration_ns).chain(recording.collections.iter().map(|gc| gc.duration_ns));
        let all: Vec<u64> = recording.calls.iter().map(|call| call.duration_ns).chain(beside).collect();
        prop_assert_eq!(begun, all.len());
        prop_assert_eq!(ended, all.iter().filter(|duration| **duration != OPEN).count());
        prop_assert_eq!(instants, recording.losses.len());
    }
}

#[test]
fn an_empty_recording_is_none_the_less_a_file() {
    let empty = Recording::default();
    for format in Format::ALL {
        let bytes = converted(&empty, format);
        assert_eq!(bytes.is_empty(), format == Format::Folded, "{format:?}");
    }
    assert_eq!(json(&empty, Format::Speedscope)["profiles"], Value::Array(Vec::new()));
    assert_eq!(parquet_rows(converted(&empty, Format::Parquet)), []);
}
