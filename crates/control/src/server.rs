//! The side inside the process: a thread that answers questions.
//!
//! The application must not notice it, whatever a client does:
//! * the thread has all signals blocked, so it never runs a handler of the application's; it is unknown to the runtime, and
//!   waits in `accept` unless somebody asks;
//! * only the user of the process and root are answered, whatever the rights of the socket became;
//! * one connection is served at a time, for one question, which is short; the kernel keeps at most [`WAITING`] further ones
//!   and refuses the rest. Reading and writing have time-outs, and the whole connection a deadline;
//! * after each answer the thread rests as long as it worked, so that clients who ask without end get at most half of one
//!   processor;
//! * a panic ends the connection and nothing else;
//! * a forked child has no such thread; it closes its copy of the socket, and leaves the file alone.

use crate::protocol::{Answer, MAX_ADDRESSES, Method, Question, Request, VERSION};
use crate::{folder, frame, numbers, stuck};
use clrhost::{
    Recorder, RecordingOptions, Replaces, Reporter, say, secure_execution, with_all_signals_blocked,
};
use clrhost_probe::Probe;
use clrhost_report::Exit;
use std::fs;
use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Connections that wait while one is served.
const WAITING: i32 = 8;
/// Bytes of a question.
const MAX_QUESTION: usize = 128 << 10;
/// How long a client may take to ask.
const TO_ASK: Duration = Duration::from_secs(1);
/// How long it may take to read some more of the answer.
const TO_READ_ON: Duration = Duration::from_secs(2);
/// How long a connection lasts at most.
const IN_ALL: Duration = Duration::from_secs(20);
/// The longest rest after an answer.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// The thread's stack: enough for an answer, as questions and answers nest no further than their types do.
const STACK_BYTES: usize = 512 << 10;

/// The descriptor that a forked child closes; -1 for none.
static LISTENER: AtomicI32 = AtomicI32::new(-1);
/// The process that the socket is of.
static OWNER: AtomicU32 = AtomicU32::new(0);
/// The socket's file, for the end of the process.
static FILE: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Serves the calling process's socket, on a thread of its own, until the process ends. To be called once, when its probe is
/// made; takes no longer than making a thread does. `CLRHOST_CONTROL=off` in the environment keeps it from doing anything.
///
/// Where the socket cannot be made, the reason goes to stderr and the process goes on without.
pub fn serve(reporter: Reporter) {
    if std::env::var_os("CLRHOST_CONTROL").is_some_and(|value| value == "off") {
        return;
    }
    // A host with rights that its caller lacks: the caller is not to say where its socket lies.
    if secure_execution() {
        return;
    }
    let Some(probe) = Probe::installed() else { return };
    // Read on this thread: on another one it could be changed meanwhile.
    let runtime_folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let thread = thread::Builder::new().name("clrhost-control".to_owned()).stack_size(STACK_BYTES);
    let started = with_all_signals_blocked(|| {
        thread.spawn(move || match open(runtime_folder) {
            Ok(listener) => {
                answer_all(&listener, probe, &reporter);
                // It ends only where the descriptor is not ours any more.
                mem::forget(listener);
            }
            Err(error) => complain(&error),
        })
    });
    if let Err(error) = started {
        complain(&error);
    }
}

fn complain(error: &io::Error) {
    say(format_args!("`clrhost top` and its like will not find process {}: {error}", std::process::id()));
}

/// Removes the socket's file, for processes that end in another way than by `exit`; it does the same there by itself.
pub fn remove_socket() {
    at_exit();
}

/// Makes the socket.
fn open(runtime_folder: Option<PathBuf>) -> io::Result<UnixListener> {
    let pid = std::process::id();
    let folder = folder::make(runtime_folder.as_deref())?;
    folder::remove_left_over(&folder);
    let file = folder::socket(&folder, pid);
    // Of an earlier process of this number, or of what this process was before it executed another program.
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&file)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    LISTENER.store(listener.as_raw_fd(), Ordering::Relaxed);
    OWNER.store(pid, Ordering::Relaxed);
    *FILE.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    // SAFETY: `listen` may be called again, for another length of the queue. Both functions are of the types wanted, and stay:
    // a profiler's library is not unloaded.
    unsafe {
        libc::listen(listener.as_raw_fd(), WAITING);
        libc::pthread_atfork(None, None, Some(in_forked_child));
        libc::atexit(at_exit);
    }
    Ok(listener)
}

extern "C" fn in_forked_child() {
    let listener = LISTENER.swap(-1, Ordering::Relaxed);
    if listener >= 0 {
        // SAFETY: the child's copy is nobody else's, as its only thread is this one. `close` is allowed after a fork.
        unsafe { libc::close(listener) };
    }
}

extern "C" fn at_exit() {
    if OWNER.load(Ordering::Relaxed) != std::process::id() {
        return;
    }
    // Not waited for: if a signal handler ends the process, the lock may be this thread's own. `clrhost ps` cleans up then.
    if let Some(file) = FILE.try_lock().ok().and_then(|mut file| file.take())
        && let Ok(name) = std::ffi::CString::new(file.as_os_str().as_bytes())
    {
        // SAFETY: a path that ends in NUL. Whether it is there does not matter.
        unsafe { libc::unlink(name.as_ptr()) };
    }
}

fn answer_all(listener: &UnixListener, probe: &'static Probe, reporter: &Reporter) {
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if passes(&error) => {
                thread::sleep(LONGEST_REST);
                continue;
            }
            // The application has closed the descriptor, and may have another file there by now.
            Err(_) => break,
        };
        let before = worked();
        // A client that breaks off, or that asks wrongly and does not read why, is no trouble of ours.
        let _ = catch_unwind(AssertUnwindSafe(|| answer(stream, probe, reporter)));
        thread::sleep(worked().saturating_sub(before).min(LONGEST_REST));
    }
}

/// Processor time of this thread.
fn worked() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a place of its own.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// No descriptors or no memory, which may come back, or a client that was faster away.
fn passes(error: &io::Error) -> bool {
    let transient =
        [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM, libc::ECONNABORTED, libc::EINTR];
    error.raw_os_error().is_some_and(|error| transient.contains(&error))
}

/// Answers one client.
fn answer(stream: UnixStream, probe: &'static Probe, reporter: &Reporter) -> io::Result<()> {
    let client = peer(&stream)?.uid;
    if client != 0 && client != folder::own_user() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut client = Client { stream, began: Instant::now() };
    let request = match frame::read_json::<Request>(&mut client, MAX_QUESTION) {
        Ok(request) => request,
        Err(error) => return refuse(&mut client, format!("not a question of version {VERSION}: {error}")),
    };
    if request.version != VERSION {
        let version = env!("CARGO_PKG_VERSION");
        return refuse(
            &mut client,
            format!(
                "the process speaks version {VERSION} of the protocol, that of clrhost {version}; use that one"
            ),
        );
    }
    match request.question {
        Question::Hello => frame::write_json(&mut client, &Answer::Hello(numbers::hello(probe))),
        Question::Snapshot { detail } => {
            frame::write_json(&mut client, &Answer::Snapshot(numbers::snapshot(probe, detail)))
        }
        Question::Report { user_only } => {
            let mut report = Vec::new();
            reporter.report(Exit::InProgress, user_only).to_json(&mut report)?;
            frame::write_json(&mut client, &Answer::Report)?;
            frame::write_bytes(&mut client, &report)
        }
        // Else it would lie where the application happens to be.
        Question::Record { file, .. } if !file.starts_with('/') => {
            refuse(&mut client, format!("{file}: the file's folder has to be in its name, from / on"))
        }
        Question::Record { file, limit, duration_ns } => {
            let duration = duration_ns.map(Duration::from_nanos);
            // The client may be one that must not do all that this process may.
            let replaces = Replaces::Recordings;
            let options = RecordingOptions { path: PathBuf::from(&file), replaces, limit, duration };
            match Recorder::start(reporter.clone(), &options) {
                Ok(_) => frame::write_json(&mut client, &Answer::Recording { file }),
                Err(error) => refuse(&mut client, error.to_string()),
            }
        }
        Question::StopRecording => match Recorder::to_finish() {
            None => refuse(&mut client, "nothing is recorded".to_owned()),
            Some(recorder) => match recorder.finish(None) {
                Ok(()) => {
                    let file = recorder.path().to_string_lossy().into_owned();
                    frame::write_json(&mut client, &Answer::Recording { file })
                }
                Err(error) => refuse(&mut client, format!("the recording is not whole: {error}")),
            },
        },
        Question::Stuck { over_ns } => stuck::answer(&mut client, probe, over_ns),
        Question::Methods { addresses } if addresses.len() > MAX_ADDRESSES => {
            refuse(&mut client, format!("more than {MAX_ADDRESSES} addresses"))
        }
        Question::Methods { addresses } => {
            let method = |&address: &u64| {
                let method = probe.method_at(address as usize)?;
                Some(Method { name: method.name, assembly: method.assembly })
            };
            frame::write_json(&mut client, &Answer::Methods(addresses.iter().map(method).collect()))
        }
    }
}

fn refuse(client: &mut Client, why: String) -> io::Result<()> {
    frame::write_json(client, &Answer::Refused { why })
}

/// Who is at the other end.
pub(crate) fn peer(stream: &UnixStream) -> io::Result<libc::ucred> {
    // SAFETY: all-zero is a valid ucred; the call writes at most as many bytes as there are.
    unsafe {
        let mut peer: libc::ucred = mem::zeroed();
        let mut length = mem::size_of_val(&peer) as libc::socklen_t;
        let place = (&raw mut peer).cast();
        match libc::getsockopt(stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PEERCRED, place, &mut length) {
            0 => Ok(peer),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// A connection that does not wait for ever.
struct Client {
    stream: UnixStream,
    began: Instant,
}

impl Client {
    fn left(&self, of: Duration) -> io::Result<Duration> {
        let left = of.checked_sub(self.began.elapsed()).filter(|left| !left.is_zero());
        left.ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Client {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left(TO_ASK)?))?;
        self.stream.read(buffer)
    }
}

impl Write for Client {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left(IN_ALL)?.min(TO_READ_ON)))?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
