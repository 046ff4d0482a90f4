//! Commands that look at running processes, and what these notice of it: nothing.

use clrhost_control::client::Process;
use clrhost_testkit::{Finished, Run, dotnet_root, dotnet_version, fixture, scratch};
use clrhost_trace::{End, OPEN, Recording};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const CLRHOST: &str = env!("CARGO_BIN_EXE_clrhost");

/// A fixture under `clrhost run` that has printed `ready` and waits.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
}

impl Running {
    fn start(name: &str, source: &str, args: &[&str]) -> Running {
        let report = scratch("live").join("report.json");
        let mut command = Command::new(CLRHOST);
        command.args(["run", "--source", source, "--report"]).arg(report).arg(fixture(name)).args(args);
        command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("clrhost starts");
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let running = Running { child, input };
        let mut line = String::new();
        while line != "ready\n" {
            line.clear();
            assert_ne!(output.read_line(&mut line).expect("lines"), 0, "it ended before it was ready");
        }
        // The rest of what it prints is nobody's business, and must not fill the pipe.
        thread::spawn(move || output.read_to_end(&mut Vec::new()));
        running
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Runs `clrhost COMMAND -p PID ARGS...`.
    fn ask(&self, command: &str, args: &[&str]) -> Finished {
        Run::new(CLRHOST).args([command, "-p", &self.pid()]).args(args).output()
    }

    /// Lets it go on, to its end.
    fn end(mut self) -> ExitStatus {
        drop(self.input.take());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Running {
    /// A test that failed leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.assert_code(0).stdout)
        .unwrap_or_else(|error| panic!("{error}\n{finished}"))
}

/// Names of a thread's frames that are expected, of those that there are.
fn names<'a>(thread: &'a Value, expected: &[&str]) -> Vec<&'a str> {
    let frames = thread["frames"].as_array().expect("frames").iter();
    let name = |frame: &'a Value| {
        let word = |field: &str| frame[field].as_str();
        match word("kind") {
            Some("native") => word("function"),
            Some("managed") => word("method"),
            Some("border") => Some("border"),
            _ => None,
        }
    };
    frames.filter_map(name).filter(|name| expected.contains(name)).collect()
}

/// Threads wait in 21 ways, and in a callback; the program itself says whether one of them was interrupted.
fn stuck_threads_are_shown_and_not_disturbed(source: &str) {
    let running = Running::start("Blocking", source, &["8"]);
    let first = json(&running.ask("stuck", &["--over", "0s", "--json"]));
    // The same question, without the work of the command, which is another process's.
    let process = Process::find(running.child.id()).expect("it has a socket");
    for _ in 0..20 {
        let (threads, _) = process.stuck(Duration::ZERO).expect("an answer");
        assert!(threads.iter().any(|(thread, stack)| thread.stack.is_some() && !stack.is_empty()));
    }
    let none = json(&running.ask("stuck", &["--over", "1h", "--json"]));
    assert_eq!(none["threads"].as_array().map(Vec::len), Some(0));
    assert!(running.end().success(), "a wait was interrupted");

    assert_eq!((first["schema"].as_str(), first["no_stacks"].as_str()), (Some("clrhost.stuck/1"), None));
    let threads = first["threads"].as_array().expect("threads");
    let waiting: Vec<&Value> =
        threads.iter().filter(|thread| thread["symbol"].as_str() == Some("fx_wait_in_kind")).collect();
    assert_eq!(waiting.len(), 22, "{first:#}");
    // Only a thunk knows the place of a call on the stack.
    let border = if source == "thunks" { &["border"][..] } else { &[] };
    let below = ["fx_waits_here", "fx_goes_there", "fx_wait_in_kind"];
    let above = ["Blocking.Inner", "Blocking.Outer"];
    let expected = [&below[..], border, &above[..]].concat();
    for thread in waiting {
        if thread["name"] == "read in a callback" {
            let way_in = [border, &["fx_call"], border, &["Blocking.CalledBack"]].concat();
            let expected = [expected.as_slice(), &way_in].concat();
            assert_eq!(names(thread, &expected), expected, "{thread:#}");
        } else {
            assert_eq!(names(thread, &expected), expected, "{thread:#}");
        }
        assert_eq!(thread["state"], "blocked", "{thread:#}");
        assert_eq!(thread["doubts"].as_array().map(Vec::len), Some(0), "{thread:#}");
        assert!(thread["ns"].as_u64().is_some_and(|ns| ns > 0), "{thread:#}");
        let last = thread["frames"].as_array().and_then(|frames| frames.last()).expect("a frame");
        assert_eq!(last["kind"], "native", "the thread begins in the C library: {thread:#}");
    }
    let system_call = |name: &str| {
        let thread = threads.iter().find(|thread| thread["name"] == name);
        thread.and_then(|thread| thread["system_call"].as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(
        ["read", "epoll_wait", "sem_wait", "msgrcv", "accept"].map(system_call),
        ["read", "epoll_wait", "futex", "msgrcv", "accept"]
    );
    let spins = threads.iter().find(|thread| thread["name"] == "spins").expect("the thread that spins");
    // Seldom it waits for a processor at the moment, which looks no different; it never waits in a system call.
    assert_eq!(
        (spins["state"].as_str(), spins["system_call"].as_str()),
        (Some("running"), None),
        "{spins:#}"
    );
    assert!(spins["doubts"][0].as_str().is_some_and(|doubt| doubt.starts_with("it runs")), "{spins:#}");
}

#[test]
fn stuck_threads_under_thunks() {
    stuck_threads_are_shown_and_not_disturbed("thunks");
}

#[test]
fn stuck_threads_under_the_flag() {
    stuck_threads_are_shown_and_not_disturbed("flag");
}

#[test]
fn a_process_is_found_and_asked() {
    let running = Running::start("Signalled", "thunks", &[]);
    let list = json(&Run::new(CLRHOST).args(["ps", "--json"]).output());
    let listed = list["processes"].as_array().expect("processes").iter();
    let own = listed
        .clone()
        .find(|row| row["pid"].as_u64() == Some(running.child.id().into()))
        .expect("it is listed");
    assert_eq!(
        (own["source"].as_str(), own["attachment"].as_str()),
        (Some("thunks"), Some("attached")),
        "{own:#}"
    );
    // .NET Core 3.1 tells profilers that it is 4.
    let says = format!("CoreCLR {}.", if dotnet_version() < (5, 0) { 4 } else { dotnet_version().0 });
    assert!(own["runtime"].as_str().is_some_and(|runtime| runtime.starts_with(&says)), "{own:#}");
    assert!(own["crossings"]["leave"].as_u64().is_some_and(|calls| calls > 0), "{own:#}");
    let text = Run::new(CLRHOST).arg("ps").output().assert_code(0).stdout.clone();
    assert!(text.lines().any(|line| line.trim_start().starts_with(&running.pid())), "{text}");

    let once = Run::new(CLRHOST).args(["top", "-n", "Signalled", "--once", "--interval", "100ms"]).output();
    once.assert_code(0);
    assert!(once.stdout.contains("Signalled.fx_block_ready → fixture!fx_block_ready"), "{once}");
    // Without a terminal it is the same.
    assert!(running.ask("top", &["--interval", "100ms"]).stdout.contains("fx_block_ready"));

    let text = running.ask("ctl", &["report", "-"]).assert_code(0).stdout.clone();
    assert!(text.contains("still running") && text.contains("fx_block_ready"), "{text}");
    let file = scratch("live").join("now.json");
    running.ask("ctl", &["report", file.to_str().expect("a plain path")]).assert_code(0);
    let report: Value = serde_json::from_slice(&fs::read(&file).expect("a file")).expect("a report");
    assert_eq!(report["schema"], "clrhost.report/1");
    assert_eq!(report["process"]["exit"]["kind"], "in_progress");
    let nowhere = running.ask("ctl", &["report", "/no/such/folder/report.json"]);
    nowhere.assert_code(125);
    assert!(nowhere.stderr.contains("choose another FILE"), "{nowhere}");

    let pid = running.pid();
    // SAFETY: sends a signal to a child of this test.
    unsafe { libc::kill(running.child.id() as i32, libc::SIGTERM) };
    assert_eq!(running.end().code(), Some(143));
    for command in ["top", "stuck"] {
        let gone = Run::new(CLRHOST).args([command, "-p", &pid]).output();
        gone.assert_code(125);
        assert!(gone.stderr.contains("there is no such process"), "{gone}");
    }
    let list = json(&Run::new(CLRHOST).args(["ps", "--json"]).output());
    assert!(!list.to_string().contains(&format!("\"pid\":{pid},")));
}

#[test]
fn wrong_use_is_told() {
    for args in [
        &["top"][..],
        &["top", "-p", "x"],
        &["top", "-p", "1", "-n", "y"],
        &["stuck", "-p", "1", "--over", "soon"],
        &["ctl", "-p", "1"],
    ] {
        let finished = Run::new(CLRHOST).args(args).output();
        finished.assert_code(125);
        assert!(finished.stderr.contains("--help"), "{finished}");
    }
    let nameless = Run::new(CLRHOST).args(["stuck", "-n", "no such program"]).output();
    nameless.assert_code(125);
    assert!(nameless.stderr.contains("clrhost ps"), "{nameless}");
}

/// `clrhost top` on a terminal of 80 columns and 24 lines.
struct OnTerminal {
    child: Child,
    terminal: fs::File,
    seen: String,
}

impl OnTerminal {
    fn start(pid: &str) -> OnTerminal {
        let (mut ours, mut its) = (0, 0);
        let size = libc::winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: writes two descriptors, which are owned below, and reads the size.
        let (ours, its) = unsafe {
            let null = std::ptr::null_mut();
            assert_eq!(libc::openpty(&mut ours, &mut its, null, null.cast(), &raw const size as *mut _), 0);
            (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(its))
        };
        let end = || Stdio::from(its.try_clone().expect("a descriptor"));
        let mut command = Command::new(CLRHOST);
        command.args(["top", "-p", pid, "--interval", "100ms"]).env("TERM", "xterm");
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("clrhost starts");
        drop(command);
        drop(its);
        // SAFETY: a descriptor of ours; so that a read ends where nothing comes.
        unsafe { libc::fcntl(ours.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
        OnTerminal { child, terminal: fs::File::from(ours), seen: String::new() }
    }

    fn read(&mut self) {
        let mut bytes = [0; 65536];
        while let Ok(count @ 1..) = self.terminal.read(&mut bytes) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    }

    /// Waits for some words, among which the terminal may be told to move on.
    fn wait_for(&mut self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.seen.contains(words) {
            assert!(Instant::now() < deadline, "no {words:?} in {:?}", self.seen);
            thread::sleep(Duration::from_millis(10));
            self.read();
        }
    }

    fn end(mut self) -> (ExitStatus, String) {
        let status = loop {
            self.read();
            match self.child.try_wait().expect("it is our child") {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        self.read();
        (status, self.seen)
    }
}

const ALTERNATE: &str = "\x1b[?1049h";
const USUAL: &str = "\x1b[?1049l";

#[test]
fn the_terminal_is_left_as_it_was() {
    let running = Running::start("Signalled", "flag", &[]);
    for signal in [None, Some(libc::SIGTERM), Some(libc::SIGHUP)] {
        let mut top = OnTerminal::start(&running.pid());
        top.wait_for("fx_block_ready");
        match signal {
            None => {
                top.terminal.write_all(b"\r").expect("it reads");
                top.wait_for("managed code calls native code");
                top.terminal.write_all(b"q").expect("it reads");
            }
            // SAFETY: sends a signal to a child of this test.
            Some(signal) => unsafe {
                libc::kill(top.child.id() as i32, signal);
            },
        }
        let (status, seen) = top.end();
        assert_eq!(status.code(), Some(signal.map_or(0, |signal| 128 + signal)), "{:?}", status.signal());
        assert!(seen.contains(ALTERNATE), "{seen:?}");
        let restored = seen.rfind(USUAL).expect("the usual screen comes back");
        assert!(seen.rfind(ALTERNATE).is_some_and(|begin| begin < restored), "{seen:?}");
        assert!(seen.contains("\x1b[?25h"), "the cursor comes back: {seen:?}");
    }
    assert!(Path::new(&format!("/proc/{}", running.pid())).exists());
}

#[test]
fn recordings_begin_and_end_while_the_process_runs() {
    let running = Running::start("Signalled", "thunks", &[]);
    let folder = scratch("live-recording");
    let (first, second) = (folder.join("first.clrtrace"), folder.join("second.clrtrace"));
    let plain = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let record = |file: &Path| running.ask("ctl", &["record", &plain(file)]);
    record(&first).assert_code(0);
    let hello = Process::find(running.child.id()).and_then(|process| process.hello()).expect("it answers");
    assert_eq!(hello.recording, Some(plain(&first)));
    let twice = record(&second);
    assert!(twice.stderr.contains("recorded already"), "{twice}");
    twice.assert_code(125);
    running.ask("ctl", &["stop"]).assert_code(0);
    let recording = Recording::read(&first).expect("a recording");
    assert!(
        matches!(recording.end, End::Stopped { .. }) && recording.report.is_some(),
        "{:?}",
        recording.end
    );
    let open = recording.calls.iter().filter(|call| call.duration_ns == OPEN);
    let open: Vec<_> = open.map(|call| recording.targets[call.target as usize].method.as_str()).collect();
    assert_eq!(open, ["Signalled.fx_block_ready"]);
    let nothing = running.ask("ctl", &["stop"]);
    assert!(nothing.stderr.contains("nothing is recorded"), "{nothing}");
    nothing.assert_code(125);
    let nowhere = running.ask("ctl", &["record", "/no/such/folder/x"]);
    assert!(nowhere.stderr.contains("No such file"), "{nowhere}");
    nowhere.assert_code(125);
    // Another one, which the end of the process ends.
    record(&second).assert_code(0);
    // SAFETY: sends a signal to a child of this test.
    unsafe { libc::kill(running.child.id() as i32, libc::SIGTERM) };
    assert_eq!(running.end().code(), Some(143));
    let recording = Recording::read(&second).expect("a recording");
    assert!(matches!(recording.end, End::Exit { code: 143, .. }), "{:?}", recording.end);
}
