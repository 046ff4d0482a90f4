//! `clrhost report` and `clrhost diff`: what they read, what they write where, and how they end.

#[path = "../../analysis/tests/support/scenes.rs"]
mod scenes;

use clrhost_testkit::{Finished, Run, scratch};
use clrhost_trace::Recording;
use scenes::{MS, hostile, service};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

fn clrhost(args: &[&str], folder: &Path) -> Finished {
    Run::new(env!("CARGO_BIN_EXE_clrhost")).args(args).current_dir(folder).output()
}

/// A folder with `service.clrtrace`, and `slower.clrtrace`, in which each call of PQexec took a millisecond more.
fn folder(test: &str) -> PathBuf {
    let folder = scratch(test);
    write(&service(), &folder.join("service.clrtrace"));
    let mut slower = service();
    let exec = slower.targets.iter().position(|target| target.symbol.as_deref() == Some("PQexec")).unwrap();
    for call in slower.calls.iter_mut().filter(|call| call.target == exec as u32) {
        call.duration_ns += MS;
    }
    write(&slower, &folder.join("slower.clrtrace"));
    folder
}

fn write(recording: &Recording, path: &Path) {
    recording.write(File::create(path).unwrap()).unwrap();
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_recording_is_told_in_words_on_stdout() {
    let folder = folder("report-text");
    let done = clrhost(&["report", "service.clrtrace"], &folder);
    done.assert_code(0);
    assert_eq!(done.stderr, "");
    for expected in [
        "6,590 calls out of managed code into 9 native functions, 2,004 callbacks",
        "Made from the recorded calls",
        "12 thread-pool workers were inside libpq.so.5!PQexec at once for 4.17 s",
        "Missing from the recording\n  - It has no report of the process's own",
    ] {
        let text = done.stdout.replace("\n    ", " ");
        assert!(text.contains(expected) || done.stdout.contains(expected), "{expected}\n{done}");
    }
    assert!(!done.stdout.contains('\x1b'), "{done}");
}

#[test]
fn json_goes_where_it_is_asked_to_go_and_reads_as_a_report() {
    let folder = folder("report-json");
    clrhost(&["report", "service.clrtrace", "--format", "json", "-o", "r.json"], &folder).assert_code(0);
    let json: Value = serde_json::from_str(&read(&folder.join("r.json"))).unwrap();
    assert_eq!(json["schema"], "clrhost.recording-report/1");
    assert_eq!(json["report"]["totals"]["leave"], 6_590);
    assert_eq!(json["time"]["pool"]["workers"], 12);
    // The document itself, and the report in it, can be read again.
    fs::write(folder.join("only.json"), json["report"].to_string()).unwrap();
    for file in ["r.json", "only.json"] {
        let again = clrhost(&["report", file], &folder);
        again.assert_code(0);
        assert!(again.stdout.starts_with("6,590 calls out of managed code"), "{again}");
    }
    let json = clrhost(&["report", "only.json", "--format", "json"], &folder);
    assert_eq!(serde_json::from_str::<Value>(&json.stdout).unwrap()["schema"], "clrhost.report/1");
}

#[test]
fn a_page_is_written_beside_or_in_place_of_the_text() {
    let folder = folder("report-html");
    let alone = clrhost(&["report", "service.clrtrace", "--html", "p.html"], &folder);
    alone.assert_code(0);
    assert_eq!((alone.stdout.as_str(), alone.stderr.as_str()), ("", ""));
    let page = read(&folder.join("p.html"));
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    let both = clrhost(&["report", "service.clrtrace", "--html", "p.html", "--format", "text"], &folder);
    assert!(both.stdout.contains("PQexec"), "{both}");
    write(&hostile(), &folder.join("hostile.clrtrace"));
    clrhost(&["report", "hostile.clrtrace", "--html", "h.html"], &folder).assert_code(0);
    assert_eq!(read(&folder.join("h.html")).matches("<script").count(), 2);
}

#[test]
fn bad_input_is_refused_with_what_to_do() {
    let folder = folder("report-bad");
    fs::write(folder.join("other.json"), r#"{"schema": "clrhost.report/9"}"#).unwrap();
    fs::write(folder.join("half.json"), r#"{"schema": "clrhost.report/1"}"#).unwrap();
    fs::write(folder.join("json.json"), r#" {"a": 1}"#).unwrap();
    fs::write(folder.join("broken.json"), "{").unwrap();
    fs::write(folder.join("noise"), [7u8; 4096]).unwrap();
    fs::write(folder.join("empty"), "").unwrap();
    for (args, expected) in [
        (&["report", "none.clrtrace"][..], "none.clrtrace: No such file"),
        (&["report", "."], "it is a directory"),
        (
            &["report", "other.json"],
            "it is of the format clrhost.report/9, and this clrhost reads clrhost.report/1",
        ),
        (&["report", "half.json"], "not a whole report: missing field"),
        (&["report", "json.json"], "no report of clrhost"),
        (&["report", "broken.json"], "not readable as JSON"),
        (&["report", "noise"], "not a recording of clrhost"),
        (&["report", "empty"], "nothing is recorded in it yet"),
        (&["report", "service.clrtrace", "-o", "service.clrtrace"], "would be written over"),
        (&["report", "service.clrtrace", "-o", "x", "--html", "x"], "two outputs"),
        (&["report", "service.clrtrace", "-o", "no/where.txt"], "cannot write to no/where.txt"),
        (&["report", "service.clrtrace", "--over", "much"], "as in 250ms"),
        (&["diff", "service.clrtrace", "noise"], "noise: not a recording"),
        (&["diff", "service.clrtrace", "service.clrtrace", "--over", "much"], "as in 10%"),
        (&["diff", "service.clrtrace", "slower.clrtrace", "-o", "slower.clrtrace"], "would be written over"),
    ] {
        let done = clrhost(args, &folder);
        done.assert_code(125);
        assert!(done.stderr.contains(expected) && done.stdout.is_empty(), "{expected}\n{done}");
    }
    let kept = Recording::read(&folder.join("service.clrtrace")).unwrap();
    assert_eq!(kept.calls, service().calls, "nothing was written over");
    clrhost(&["report", "service.clrtrace", "--format", "json", "-o", "r.json"], &folder).assert_code(0);
    let page = clrhost(&["report", "r.json", "--html", "p.html"], &folder);
    assert!(page.code == Some(125) && page.stderr.contains("--html needs a recording"), "{page}");
}

#[test]
fn standard_input_is_read_too() {
    let folder = folder("report-stdin");
    let told = clrhost(&["report", "service.clrtrace"], &folder).stdout;
    let recording = fs::read(folder.join("service.clrtrace")).unwrap();
    let piped = Run::new(env!("CARGO_BIN_EXE_clrhost")).args(["report", "-"]).stdin(recording).output();
    assert_eq!((piped.code, piped.stdout), (Some(0), told));
    clrhost(&["report", "service.clrtrace", "--format", "json", "-o", "r.json"], &folder).assert_code(0);
    let json = fs::read(folder.join("r.json")).unwrap();
    let piped = Run::new(env!("CARGO_BIN_EXE_clrhost")).args(["report", "-"]).stdin(json).output();
    assert!(piped.stdout.starts_with("6,590 calls"), "{piped}");
    let noise = Run::new(env!("CARGO_BIN_EXE_clrhost")).args(["report", "-"]).stdin("noise").output();
    assert!(noise.code == Some(125) && noise.stderr.contains("-: not a recording"), "{noise}");
}

#[test]
fn a_damaged_recording_is_read_as_far_as_it_goes() {
    let folder = folder("report-damaged");
    let whole = fs::read(folder.join("service.clrtrace")).unwrap();
    fs::write(folder.join("half.clrtrace"), &whole[..whole.len() / 2]).unwrap();
    let done = clrhost(&["report", "half.clrtrace", "--html", "p.html", "--format", "text"], &folder);
    done.assert_code(0);
    assert!(done.stdout.contains("The recording was not closed"), "{done}");
    assert!(done.stdout.contains("The file is damaged"), "{done}");
    assert!(folder.join("p.html").exists());
}

#[test]
fn what_got_slower_is_told_and_ends_with_one_if_it_is_over_the_limit() {
    let folder = folder("diff");
    let (a, b) = ("service.clrtrace", "slower.clrtrace");
    let done = clrhost(&["diff", a, b], &folder);
    done.assert_code(0);
    let rows: Vec<&str> =
        done.stdout.lines().filter(|line| line.contains("Native") || line.contains("Interop")).collect();
    assert!(rows[0].starts_with("Native functions") && rows[1].contains("Npq.Native.PQexec"), "{done}");
    for (args, code) in [
        (&["--over", "1%"][..], 1),
        (&["--over", "90%"], 0),
        (&["--by", "mean", "--over", "1.5"], 1),
        (&["--by", "calls", "--over", "0%"], 0),
        (&["--over", "0%", "--at-least", "1h"], 0),
    ] {
        let done = clrhost(&[&["diff", a, b], args].concat(), &folder);
        done.assert_code(code);
        assert!(done.stdout.contains("\nLimit\n"), "{done}");
    }
    clrhost(&["diff", b, a, "--over", "0%"], &folder).assert_code(0);

    let json = clrhost(&["diff", a, b, "--format", "json", "--over", "1%"], &folder);
    json.assert_code(1);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["schema"], &json["over"]), (&"clrhost.diff/1".into(), &1.into()));
    assert_eq!(json["targets"][0]["method"], "Npq.Native.PQexec");
    assert_eq!(json["targets"][0]["change"], 1_155e6);
}

#[test]
fn a_run_can_be_compared_with_a_recording() {
    let folder = folder("diff-mixed");
    clrhost(&["report", "service.clrtrace", "--format", "json", "-o", "r.json"], &folder).assert_code(0);
    let same = clrhost(&["diff", "r.json", "service.clrtrace", "--over", "0%", "--at-least", "0ns"], &folder);
    same.assert_code(0);
    assert!(same.stdout.contains("no total time grew by more than 0 %"), "{same}");
}
