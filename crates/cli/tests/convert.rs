//! `clrhost convert`, as people use it. What is in the files, `crates/trace/tests/convert.rs` checks.

mod support;

use clrhost_testkit::{Finished, Run, scratch};
use clrhost_trace::{Call, Encoder, End, Origin, Recording, Target, Thread};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::files;

const FAILURE: i32 = 125;

/// A folder with a small recording in it.
fn recorded() -> (PathBuf, PathBuf) {
    let target = Target {
        method: "Sqlite.sqlite3_step".into(),
        library: Some("sqlite3".into()),
        symbol: Some("sqlite3_step".into()),
        ..Target::default()
    };
    let recording = Recording {
        origin: Origin { pid: 1, command: vec!["app".into()], ..Origin::default() },
        targets: vec![target],
        threads: vec![Thread { os_thread_id: 1, name: Some("main".into()), ..Thread::default() }],
        calls: (0..3).map(|n| Call { thread: 0, target: 0, began_ns: 100 * n, duration_ns: 10 }).collect(),
        end: End::Exit { at_ns: 1000, code: 0 },
        until_ns: 1000,
        ..Recording::default()
    };
    let folder = scratch("convert");
    let path = folder.join("app.clrtrace");
    let mut file = Vec::new();
    recording.write(&mut file).expect("memory can be written");
    fs::write(&path, file).expect("the scratch folder can be written");
    (folder, path)
}

fn convert(recording: &Path, args: &[&str]) -> Finished {
    Run::clrhost().arg("convert").arg(recording).args(args).output()
}

#[track_caller]
fn assert_refused(finished: &Finished, hint: &str) {
    finished.assert_code(FAILURE);
    assert_eq!(finished.stdout, "", "{finished}");
    assert!(finished.stderr.starts_with("clrhost: ") && finished.stderr.contains(hint), "{finished}");
}

#[test]
fn each_format_goes_beside_the_recording() {
    let (folder, recording) = recorded();
    for (format, name) in [
        ("chromium", "app.chromium.json"),
        ("csv", "app.csv"),
        ("folded", "app.folded"),
        ("parquet", "app.parquet"),
        ("perfetto", "app.perfetto-trace"),
        ("speedscope", "app.speedscope.json"),
    ] {
        let finished = convert(&recording, &["--format", format]);
        finished.assert_code(0);
        assert_eq!(finished.stdout, "", "{finished}");
        assert!(
            finished.stderr.starts_with("clrhost: 3 calls on 1 thread written to")
                && finished.stderr.contains(name),
            "{finished}"
        );
        assert!(fs::metadata(folder.join(name)).expect("the file is there").len() > 0);
    }
    assert_eq!(files(&folder).len(), 7);
}

/// The schema is the one in speedscope 1.25.0, under MIT as speedscope is.
#[test]
fn speedscope_files_fit_the_schema_of_speedscope() {
    let (folder, recording) = recorded();
    convert(&recording, &["--format", "speedscope"]).assert_code(0);
    let file = fs::read_to_string(folder.join("app.speedscope.json")).unwrap();
    let document: Value = serde_json::from_str(&file).unwrap();
    let schema = serde_json::from_str(include_str!("data/speedscope.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<_> = validator.iter_errors(&document).map(|problem| problem.to_string()).collect();
    assert_eq!(problems, [""; 0]);
    assert_eq!(document["profiles"][0]["events"].as_array().map(Vec::len), Some(6));
}

#[test]
fn a_stream_goes_through() {
    let (folder, recording) = recorded();
    let finished = convert(&recording, &["--format", "folded", "-o", "-"]);
    finished.assert_code(0);
    assert_eq!(
        (finished.stdout.as_str(), finished.stderr.as_str()),
        ("main;sqlite3!sqlite3_step 30\n", ""),
        "{finished}"
    );

    let bytes = fs::read(&recording).unwrap();
    let finished = Run::clrhost().args(["convert", "-", "--format", "folded"]).stdin(bytes).output();
    finished.assert_code(0);
    assert_eq!(finished.stdout, "main;sqlite3!sqlite3_step 30\n", "{finished}");
    assert_eq!(files(&folder).len(), 1);
}

#[test]
fn a_damaged_recording_is_converted_as_far_as_it_goes() {
    let (_, recording) = recorded();
    let mut bytes = fs::read(&recording).unwrap();
    let length = bytes.len();
    bytes.truncate(length - 10);
    fs::write(&recording, bytes).unwrap();
    let finished = convert(&recording, &["--format", "folded", "-o", "-"]);
    finished.assert_code(0);
    assert_eq!(finished.stdout, "main;sqlite3!sqlite3_step 30\n", "{finished}");
    for words in [
        "app.clrtrace: the file ends inside a block",
        "the recording was not closed; what came after 1.000µs",
    ] {
        assert!(finished.stderr.contains(words), "{finished}");
    }
}

#[test]
fn what_cannot_be_converted_is_refused_and_leaves_nothing() {
    let (folder, recording) = recorded();
    let output = folder.join("out.csv");
    let to_output = ["--format", "csv", "-o", output.to_str().unwrap()];

    assert_refused(&convert(&folder.join("none"), &to_output), "none: No such file");
    let other = folder.join("other");
    fs::write(&other, "{}").unwrap();
    assert_refused(&convert(&other, &to_output), "other: not a recording of clrhost");
    assert_refused(
        &convert(&recording, &["--format", "csv", "-o", recording.to_str().unwrap()]),
        "the recording itself",
    );
    let nowhere = folder.join("nowhere/out.csv");
    assert_refused(
        &convert(&recording, &["--format", "csv", "-o", nowhere.to_str().unwrap()]),
        "cannot be written",
    );

    // The head of a file with the next version, whose checksum holds.
    let mut later = Encoder::new().bytes().to_vec();
    later[8] = 2;
    later.splice(28.., LATER_CHECKSUM);
    fs::write(&other, later).unwrap();
    assert_refused(&convert(&other, &to_output), "a recording of version 2; this clrhost reads version 1");
    assert!(!output.exists());
    assert_eq!(files(&folder).len(), 2);
}

/// CRC-32C of the head of a file of version 2.
const LATER_CHECKSUM: [u8; 4] = [0x9E, 0x5B, 0x37, 0x84];

#[test]
fn help_has_examples() {
    let finished = Run::clrhost().args(["convert", "--help"]).output();
    finished.assert_code(0);
    for word in ["--format", "perfetto", "parquet", "Examples:", "ui.perfetto.dev"] {
        assert!(finished.stdout.contains(word), "{finished}");
    }
}
