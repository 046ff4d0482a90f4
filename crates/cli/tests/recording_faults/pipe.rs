//! Pipes whose other end goes away, or does not read.

use crate::support::{Scene, Under, assert_undisturbed, completed, faulty_system, number_before};
use clrhost_testkit::{Finished, Run, clrhost, dotnet, dotnet_root, fixture};
use clrhost_trace::Reader;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const CALLS: u64 = 100_000;
const NOT_WRITTEN: i32 = 120;

/// The end of a named pipe that is read.
struct PipeEnd {
    path: PathBuf,
    end: File,
    begun: bool,
}

impl PipeEnd {
    fn new(folder: &Path) -> PipeEnd {
        let path = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo is there").success());
        let end = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(&path).expect("a pipe");
        PipeEnd { path, end, begun: false }
    }
}

impl Read for PipeEnd {
    /// Waits for a writer, and for what it writes.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.end.read(buffer) {
                Ok(0) if !self.begun => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                other => {
                    self.begun = true;
                    return other;
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Runs `Counted` with its recording in a pipe, with which `reader` does something meanwhile.
fn into_pipe<T: Send + 'static>(
    name: &str,
    reader: impl FnOnce(PipeEnd) -> T + Send + 'static,
) -> (Scene, Finished, T) {
    let scene = Scene::new(name, Under::Run);
    let pipe = PipeEnd::new(&scene.folder);
    let scene = Scene { file: pipe.path.clone(), ..scene };
    let reading = thread::spawn(move || reader(pipe));
    let finished = scene.counted(CALLS, |run| run);
    (scene, finished, reading.join().expect("it reads"))
}

#[test]
fn a_recording_can_be_read_from_a_pipe_as_it_is_made() {
    let read = |pipe| Reader::new(pipe).and_then(Reader::into_recording).expect("a recording");
    let (scene, finished, recording) = into_pipe("pipe", read);
    finished.assert_code(0);
    assert_undisturbed(&finished, CALLS);
    assert_eq!((recording.damage.len(), recording.report.is_some()), (0, true));
    assert_eq!(
        crate::support::returned(&recording) + crate::support::lost(&recording),
        completed(&scene.report())
    );
}

#[test]
fn a_reader_that_goes_away() {
    let (_, finished, ()) = into_pipe("pipe-gone", |pipe| {
        let mut some = Vec::new();
        pipe.take(30_000).read_to_end(&mut some).expect("it can be read");
    });
    finished.assert_code(NOT_WRITTEN);
    assert_undisturbed(&finished, CALLS);
    assert!(finished.stderr.contains("ends early, as it cannot be written: Broken pipe"), "{finished}");
    assert!(number_before(&finished, " calls are not in it") > 0);
}

/// Neither the program nor its end waits for somebody who does not read.
#[test]
fn a_reader_that_does_not_read() {
    let (_, finished, pipe) = into_pipe("pipe-idle", |pipe| pipe);
    finished.assert_code(NOT_WRITTEN);
    assert_undisturbed(&finished, CALLS);
    assert!(finished.stderr.contains("is not whole: Resource temporarily unavailable"), "{finished}");
    // What is in the pipe is sound.
    let recording = Reader::new(pipe).and_then(Reader::into_recording).expect("a recording");
    assert!(crate::support::returned(&recording) > 0);
}

#[test]
fn nobody_reads() {
    let scene = Scene::new("pipe-nobody", Under::Run);
    let pipe = PipeEnd::new(&scene.folder);
    let scene = Scene { file: pipe.path.clone(), ..scene };
    drop(pipe);
    let finished = scene.counted(CALLS, |run| run);
    finished.assert_code(125);
    assert!(finished.stdout.is_empty() && finished.stderr.contains("start the reader first"), "{finished}");
}

/// A stream that nobody reads.
fn nobody() -> Stdio {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(clrhost());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    command
}

#[test]
fn whoever_has_seen_enough_of_a_report_is_told_nothing() {
    let scene = Scene::new("head", Under::Run);
    scene.counted(1000, |run| run).assert_code(0);
    let file = scene.file.to_str().expect("a plain path");
    for args in [
        &["report", file][..],
        &["report", file, "--format", "json"],
        &["convert", file, "--format", "csv", "-o", "-"],
        &["convert", file, "--format", "chromium", "-o", "-"],
        &["diff", file, file],
        &["ps"],
        &["man"],
        &["completions", "bash"],
    ] {
        let output = command(args).stdout(nobody()).output().expect("clrhost starts");
        assert_eq!(output.status.code(), Some(0), "{args:?} {output:?}");
        // What is missing in the recording is said, if something is.
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("pipe") && !said.contains("panicked"), "{args:?} {said}");
    }
}

/// The application is not ended by SIGPIPE, and what was to be said to nobody does no harm, even if there is much wrong.
#[test]
fn nobody_listens() {
    let dotnet = dotnet();
    let app = fixture("Hello");
    let (dotnet, app) = (dotnet.to_str().expect("a path"), app.to_str().expect("a path"));
    for args in [&["run", app][..], &["trace", "--", dotnet, app]] {
        let output = command(args).stderr(nobody()).output().expect("clrhost starts");
        assert_eq!((output.status.code(), output.stdout), (Some(NOT_WRITTEN), b"Hello from .NET\n".to_vec()));
    }
    let scene = Scene::new("nobody", Under::Run);
    let file = scene.file.to_str().expect("a path");
    let report = scene.folder.join("r.json");
    let report = report.to_str().expect("a path");
    for args in [
        &["run", "--report", report, "-o", file, app][..],
        &["trace", "--report", report, "-o", file, "--", dotnet, app],
    ] {
        let mut faulty = command(args);
        faulty.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", "error@600");
        let output = faulty.stderr(nobody()).output().expect("clrhost starts");
        assert_eq!((output.status.code(), output.stdout), (Some(NOT_WRITTEN), b"Hello from .NET\n".to_vec()));
        assert_eq!(scene.report().process.exit, clrhost::report::Exit::Code { code: 0 });
    }
}

/// What a program that is run here starts has SIGPIPE as it has it under `dotnet`.
#[test]
fn sigpipe_stays_as_it_is_for_others() {
    let args = ["sh", "-c", "kill -PIPE $$; exit 3"];
    let child = |run: Run| run.arg(fixture("Child")).args(args).output();
    let dotnet_code = child(Run::dotnet()).code;
    assert_eq!(child(Run::clrhost().arg("run")).code, dotnet_code);
    assert_eq!(child(Run::clrhost().args(["trace", "--"]).arg(dotnet())).code, dotnet_code);
    Run::clrhost().args(["trace", "--"]).args(args).output().assert_code(128 + libc::SIGPIPE);
}
