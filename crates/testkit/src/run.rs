//! Runs one command to its end, within a time limit.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::paths;

/// A command to run, built like [`Command`].
///
/// It runs on the .NET of [`paths::dotnet_root`], without libicu, without a profiler that the tester's
/// own environment may name, and without core dumps.
pub struct Run {
    command: Command,
    input: Vec<u8>,
    limit: Duration,
    signal: Option<(String, i32)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Finished {
    /// What was run, for messages.
    pub command: String,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
    /// The exit code, unless a signal ended the process.
    pub code: Option<i32>,
    /// The signal that ended the process, if one did.
    pub signal: Option<i32>,
    /// From start to end.
    pub elapsed: Duration,
}

impl Run {
    /// A run of `program`.
    pub fn new(program: impl AsRef<OsStr>) -> Run {
        let mut command = Command::new(program);
        command
            .env("DOTNET_ROOT", paths::dotnet_root())
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .env_remove("CORECLR_ENABLE_PROFILING")
            .env_remove("CORECLR_PROFILER")
            .env_remove("CORECLR_PROFILER_PATH")
            // A group of its own, so that a time-out also ends what the command started.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // SAFETY: setrlimit and signal are async-signal-safe, and the closure touches nothing else.
        unsafe {
            command.pre_exec(|| {
                let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
                libc::setrlimit(libc::RLIMIT_CORE, &none);
                // A shell that starts the tests in the background has these ignored, and that is inherited.
                for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP] {
                    libc::signal(signal, libc::SIG_DFL);
                }
                Ok(())
            });
        }
        Run { command, input: Vec::new(), limit: Duration::from_secs(60), signal: None }
    }

    /// A run of plain `dotnet`: what clrhost is compared with.
    pub fn dotnet() -> Run {
        Run::new(paths::dotnet())
    }

    /// A run of this build's `clrhost`.
    pub fn clrhost() -> Run {
        Run::new(paths::clrhost())
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Run {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Run {
        self.command.env(name, value);
        self
    }

    /// Takes an environment variable away.
    pub fn env_remove(mut self, name: &str) -> Run {
        self.command.env_remove(name);
        self
    }

    /// Sets the working folder.
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Run {
        self.command.current_dir(folder);
        self
    }

    /// What the command reads from standard input; nothing otherwise.
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Run {
        self.input = input.into();
        self
    }

    /// How long the command may take; otherwise a minute.
    pub fn time_limit(mut self, limit: Duration) -> Run {
        self.limit = limit;
        self
    }

    /// Lets the command, and what it starts, have no more than so much of a resource, as `libc::RLIMIT_NOFILE`.
    pub fn resource_limit(mut self, resource: u32, most: u64) -> Run {
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: setrlimit is async-signal-safe, and the closure touches nothing else.
        unsafe {
            self.command.pre_exec(move || match libc::setrlimit(resource, &limit) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            });
        }
        self
    }

    /// Sends `signal` to the command once it has printed `line` on standard output.
    pub fn signal_after_line(mut self, line: &str, signal: i32) -> Run {
        self.signal = Some((line.to_owned(), signal));
        self
    }

    /// Runs the command to its end.
    ///
    /// # Panics
    ///
    /// If it can't be started or takes longer than the limit; in that case it is killed first.
    pub fn output(mut self) -> Finished {
        let name = describe(&self.command);
        let start = Instant::now();
        let mut child = self.command.spawn().unwrap_or_else(|e| panic!("can't start {name}: {e}"));
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let input = self.input;
        // The command may end without reading: a broken pipe is no fault of the test's.
        thread::spawn(move || drop(stdin.write_all(&input)));
        let pid = child.id() as i32;
        let stdout = lines(child.stdout.take().expect("stdout is piped"), move |line| {
            if let Some((_, signal)) = self.signal.take_if(|(wanted, _)| wanted == line) {
                kill(pid, signal);
            }
        });
        let stderr = lines(child.stderr.take().expect("stderr is piped"), |_| {});

        let deadline = start + self.limit;
        let status = loop {
            match child.try_wait().unwrap_or_else(|e| panic!("can't wait for {name}: {e}")) {
                Some(status) => break status,
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                None => time_out(&mut child, &name, self.limit, &stdout, &stderr),
            }
        };
        let elapsed = start.elapsed();
        // A process that the command left behind may hold the pipes open.
        let Some((stdout, stderr)) = received(&stdout, deadline).zip(received(&stderr, deadline)) else {
            kill(-pid, libc::SIGKILL);
            panic!("{name} ended, but something it started kept its output open for {:?}", self.limit);
        };
        Finished { command: name, stdout, stderr, code: status.code(), signal: status.signal(), elapsed }
    }
}

impl Finished {
    /// Panics, showing both outputs, unless the command ended with `code`.
    #[track_caller]
    pub fn assert_code(&self, code: i32) -> &Finished {
        assert!(self.code == Some(code), "exit code {code} expected\n{self}");
        self
    }

    /// Panics, showing both outputs, unless `signal` ended the command.
    #[track_caller]
    pub fn assert_signal(&self, signal: i32) -> &Finished {
        assert!(self.signal == Some(signal), "signal {signal} expected\n{self}");
        self
    }

    /// The code that a shell would show: 128 and the number for a signal.
    pub fn shell_code(&self) -> i32 {
        self.code.or(self.signal.map(|s| 128 + s)).expect("a process ends by code or by signal")
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}: code {:?}, signal {:?}, {:?}", self.command, self.code, self.signal, self.elapsed)?;
        write!(f, "--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// Collects a stream on a thread of its own, so that a full pipe never stops the command.
fn lines(
    stream: impl Read + Send + 'static,
    mut seen: impl FnMut(&str) + Send + 'static,
) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut all = Vec::new();
        loop {
            let start = all.len();
            match stream.read_until(b'\n', &mut all) {
                Ok(n) if n > 0 => seen(String::from_utf8_lossy(&all[start..]).trim_end()),
                _ => break,
            }
        }
        // Nobody listens after a time-out.
        let _ = sender.send(String::from_utf8_lossy(&all).into_owned());
    });
    receiver
}

fn received(stream: &Receiver<String>, deadline: Instant) -> Option<String> {
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
    stream.recv_timeout(left).ok()
}

fn time_out(
    child: &mut Child,
    name: &str,
    limit: Duration,
    stdout: &Receiver<String>,
    stderr: &Receiver<String>,
) -> ! {
    kill(-(child.id() as i32), libc::SIGKILL);
    let _ = child.wait();
    let soon = Instant::now() + Duration::from_secs(1);
    let stdout = received(stdout, soon).unwrap_or_default();
    let stderr = received(stderr, soon).unwrap_or_default();
    panic!("{name} took longer than {limit:?} and was killed\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
}

/// A negative `pid` names a process group.
fn kill(pid: i32, signal: i32) {
    // SAFETY: kill takes no pointers.
    unsafe { libc::kill(pid, signal) };
}

fn describe(command: &Command) -> String {
    let mut words = OsString::from(command.get_program());
    for arg in command.get_args() {
        words.push(" ");
        words.push(arg);
    }
    words.to_string_lossy().into_owned()
}
