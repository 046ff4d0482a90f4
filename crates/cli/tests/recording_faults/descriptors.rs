//! No file descriptors are left: to the application that is recorded, to the thread that answers questions, to the commands.

use crate::support::{BOTH, Scene, Under, completed, lost, read, returned, returned_of};
use clrhost_control::client::Process;
use clrhost_testkit::{Run, clrhost, dotnet, dotnet_root, fixture, scratch};
use clrhost_trace::End;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The runtime itself needs some tens.
const DESCRIPTORS: u64 = 128;

/// The report is written by a descriptor that was put aside.
#[test]
fn an_application_that_uses_up_all_is_reported_on() {
    for under in BOTH {
        let scene = Scene::new("descriptors", under);
        let run = scene.recording(&[]).arg(fixture("Descriptors")).arg("used");
        let finished = run.resource_limit(libc::RLIMIT_NOFILE, DESCRIPTORS).output();
        finished.assert_code(0);
        assert!(
            !finished.stderr.contains("cannot") && !finished.stderr.contains("check failed"),
            "{finished}"
        );
        let (recording, report) = (read(&scene.file), scene.report());
        assert_eq!(returned_of(&recording, "Descriptors.fx_add"), 1000, "{finished}");
        assert_eq!(returned(&recording) + lost(&recording), completed(&report));
        assert!(matches!(recording.end, End::Exit { code: 0, .. }), "{:?}", recording.end);
    }
}

/// The recording's descriptor becomes one of the application's own, whose file must not get what was for the recording.
#[test]
fn an_application_that_takes_the_recordings_descriptor() {
    for under in BOTH {
        let scene = Scene::new("taken", under);
        let own = scene.folder.join("own");
        let run = scene.recording(&[]).arg(fixture("Descriptors")).arg("closed").arg(&own);
        let finished = run.output();
        finished.assert_code(120);
        assert!(
            finished.stderr.contains("the application has closed the descriptor of the file"),
            "{finished}"
        );
        assert_eq!(fs::read(&own).expect("the application's file"), b"", "{finished}");
        let recording = read(&scene.file);
        assert_eq!((recording.damage.len(), recording.end), (0, End::Cut));
        assert_eq!(returned_of(&recording, "Descriptors.fx_add"), 10);
        assert_eq!(
            completed(&scene.report()) - returned(&recording),
            crate::support::number_before(&finished, " calls are not in it")
        );
    }
}

/// `Descriptors wait` under `clrhost run`, which goes on step by step.
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start() -> Running {
        let mut command = Command::new(clrhost());
        command.arg("run").arg("--report").arg(scratch("descriptors-wait").join("r.json"));
        command.arg(fixture("Descriptors")).arg("wait").stdin(Stdio::piped()).stdout(Stdio::piped());
        command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        let limit = libc::rlimit { rlim_cur: DESCRIPTORS, rlim_max: DESCRIPTORS };
        // SAFETY: setrlimit is async-signal-safe.
        unsafe {
            command.pre_exec(move || match libc::setrlimit(libc::RLIMIT_NOFILE, &limit) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            });
        }
        let mut child = command.spawn().expect("clrhost starts");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut running = Running { child, input, output };
        running.wait_for("begins");
        running
    }

    fn wait_for(&mut self, line: &str) {
        let mut read = String::new();
        while read.trim_end() != line {
            read.clear();
            assert_ne!(self.output.read_line(&mut read).expect("text"), 0, "it ended before {line:?}");
        }
    }

    fn go_on(&mut self, until: &str) {
        self.input.write_all(b"\n").expect("it reads");
        self.wait_for(until);
    }

    fn process(&self) -> Process {
        Process::find(self.child.id()).expect("it has a socket")
    }

    fn ctl(&self, args: &[&str]) -> clrhost_testkit::Finished {
        Run::clrhost().args(["ctl", "-p", &self.child.id().to_string()]).args(args).output()
    }

    /// Processor time of the thread that answers, in hundredths of a second.
    fn work_of_server(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("threads").flatten();
        let stat = |task: fs::DirEntry| fs::read_to_string(task.path().join("stat")).ok();
        let stat =
            tasks.filter_map(stat).find(|stat| stat.contains("(clrhost-control)")).expect("the thread");
        let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        fields[11].parse::<u64>().expect("a number") + fields[12].parse::<u64>().expect("a number")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn questions_to_a_process_without_descriptors() {
    let mut running = Running::start();
    while Process::find(running.child.id()).is_err() {
        thread::sleep(Duration::from_millis(5));
    }
    running.process().hello().expect("it answers while there are some");
    running.go_on("ready");
    // A thread that waits in `accept` has a descriptor already, so it may answer once more. The application takes it then.
    let _ = running.process().patient_for(Duration::from_secs(2)).report(false);
    // Nothing can be accepted then; the thread that would tries again, and not all the time.
    let before = running.work_of_server();
    let waiting: Vec<_> =
        (0..3).map(|_| running.process().patient_for(Duration::from_millis(300)).report(false)).collect();
    assert!(waiting.iter().all(Result::is_err));
    thread::sleep(Duration::from_millis(500));
    let worked = running.work_of_server() - before;
    assert!(worked <= 20, "{worked} hundredths of a second in a second of waiting");

    // One is there: who asks is answered, and there is none for a recording.
    running.go_on("one");
    let file = scratch("descriptors-ctl").join("t.clrtrace");
    let file = file.to_str().expect("a plain path");
    let refused = running.ctl(&["record", file]);
    refused.assert_code(125);
    assert!(refused.stderr.contains("Too many open files"), "{refused}");
    running.ctl(&["report", "-"]).assert_code(0);

    running.go_on("some");
    running.ctl(&["record", file]).assert_code(0);
    running.ctl(&["stop"]).assert_code(0);
    assert!(matches!(read(file.as_ref()).end, End::Stopped { .. }));
    running.input.write_all(b"\n").expect("it reads");
    assert!(running.child.wait().expect("it ends").success());
}

/// Whatever a command needs and cannot have, it says so, or does without.
#[test]
fn commands_with_few_descriptors() {
    let scene = Scene::new("few", Under::Run);
    scene.counted(1000, |run| run).assert_code(0);
    let (file, pid) = (scene.file.to_str().expect("a plain path"), std::process::id().to_string());
    let dotnet = dotnet();
    let html = scene.folder.join("p.html");
    let hello = fixture("Hello");
    let commands: [&[&str]; 6] = [
        &["ps"],
        &["ctl", "-p", &pid, "report", "-"],
        &["report", file],
        &["report", file, "--html", html.to_str().expect("a plain path")],
        &["convert", file, "--format", "csv", "-o", "-"],
        &[
            "trace",
            "-o",
            "t.clrtrace",
            "--",
            dotnet.to_str().expect("a path"),
            hello.to_str().expect("a path"),
        ],
    ];
    for args in commands {
        for descriptors in [3, 4, 5, 6, 8, 12] {
            let run = Run::clrhost().args(args).current_dir(&scene.folder);
            let finished = run.resource_limit(libc::RLIMIT_NOFILE, descriptors).output();
            assert!(
                finished.code.is_some() && !finished.stderr.contains("panicked"),
                "{descriptors} {finished}"
            );
            assert!(finished.code == Some(0) || !finished.stderr.is_empty(), "{descriptors} {finished}");
        }
    }
}
