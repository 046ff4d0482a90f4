//! The side that asks.
//!
//! It trusts what it finds no more than the process trusts it: a socket counts only in a folder that its user alone can write
//! to, if that user's process of that number is at its other end.

use crate::protocol::{
    Answer, Hello, MAX_ADDRESSES, Method, Question, Request, Snapshot, StuckEnd, StuckThread, VERSION,
};
use crate::{folder, frame, procfs, server};
use std::fs;
use std::io::{self, Read};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long a process may take for the next part of an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to say who it is: a list of processes should not wait for each that is stopped.
const PATIENCE_FOR_HELLO: Duration = Duration::from_secs(5);
/// Bytes of an answer in JSON.
const MAX_ANSWER: usize = 64 << 20;
/// Bytes of a report.
const MAX_REPORT: usize = 1 << 30;
/// Bytes of a copied stack.
const MAX_STACK: usize = 1 << 24;
/// Stuck threads of a process, and bytes of their stacks together. The other side may be another user's, and say what it likes.
const MAX_STUCK: usize = 1 << 16;
const MAX_STACKS: usize = 1 << 30;
/// How long an answer may take in all, beside the patience for its first part: the process itself ends a connection after 20 s.
const WHOLE_ANSWER: Duration = Duration::from_secs(20);
/// How long a process may take from making its socket to listening: until then nobody takes the file for left over.
const TO_LISTEN: Duration = Duration::from_secs(10);

/// A stuck thread, and the bytes of its stack; none where it has no copy of one.
pub type WithStack = (StuckThread, Vec<u8>);

/// Why a process could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no socket of it.
    #[error("process {pid} has no probe{}; `clrhost ps` lists those that have", because(*pid))]
    NoProbe {
        /// The process.
        pid: u32,
    },
    /// It has a socket and does not answer.
    #[error("process {pid} does not answer: {error}")]
    NoAnswer {
        /// The process.
        pid: u32,
        /// What happened.
        error: io::Error,
    },
    /// It answers that it will not answer.
    #[error("process {pid} refuses: {why}")]
    Refused {
        /// The process.
        pid: u32,
        /// In its words.
        why: String,
    },
}

fn because(pid: u32) -> &'static str {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(format!("/proc/{pid}")) {
        Err(_) => ": there is no such process",
        Ok(found) if found.uid() != folder::own_user() && folder::own_user() != 0 => {
            " that you may ask: it is another user's"
        }
        Ok(_) => "",
    }
}

/// A process with a probe.
#[derive(Clone, Debug)]
pub struct Process {
    pid: u32,
    user: u32,
    socket: PathBuf,
    patience: Duration,
}

impl Process {
    /// The process of this number. Asks it nothing.
    pub fn find(pid: u32) -> Result<Process, Error> {
        let of_folder = |(folder, user): (PathBuf, u32)| {
            let socket = folder::socket(&folder, pid);
            fs::symlink_metadata(&socket).is_ok().then_some(Process { pid, user, socket, patience: PATIENCE })
        };
        folder::all().into_iter().find_map(of_folder).ok_or(Error::NoProbe { pid })
    }

    /// All processes that the calling one may ask, with what they say of themselves, by number. Files of processes that are no
    /// more are removed. A process that does not answer is among them with the reason.
    pub fn all() -> Vec<(Process, Result<Hello, Error>)> {
        let mut found = Vec::new();
        for (folder, user) in folder::all() {
            for pid in folder::processes(&folder) {
                let process = Process { pid, user, socket: folder::socket(&folder, pid), patience: PATIENCE };
                if process.is_gone() {
                    // Another one may be faster. In another user's folder root removes nothing: that user could put a link in the
                    // folder's place meanwhile.
                    if user == folder::own_user() {
                        let _ = fs::remove_file(&process.socket);
                    }
                    continue;
                }
                match process.hello() {
                    // It has ended since, or does not listen yet.
                    Err(Error::NoProbe { .. }) => {}
                    hello => found.push((process, hello)),
                }
            }
        }
        found.sort_by_key(|(process, _)| process.pid);
        found.dedup_by_key(|(process, _)| process.pid);
        found
    }

    /// The same process, which may take so long, and no longer, for the next part of an answer.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Process {
        Process { patience, ..self }
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Nobody is behind the socket: its process has ended, or, if there is one of that number, it is another one.
    fn is_gone(&self) -> bool {
        let refused = matches!(connect(&self.socket, self.patience), Err(error) if error.kind() == io::ErrorKind::ConnectionRefused);
        let made = fs::symlink_metadata(&self.socket).and_then(|file| file.modified());
        let age = made.ok().and_then(|made| SystemTime::now().duration_since(made).ok());
        let exists = Path::new(&format!("/proc/{}", self.pid)).exists();
        refused && (!exists || age.is_some_and(|age| age > TO_LISTEN))
    }

    /// Who it is.
    pub fn hello(&self) -> Result<Hello, Error> {
        let mut answers = self.ask(Question::Hello)?;
        answers.stream.patience = PATIENCE_FOR_HELLO;
        answers.stream.until = Instant::now() + PATIENCE_FOR_HELLO;
        match answers.next()? {
            Answer::Hello(hello) if procfs::start_time(&self.pid.to_string()) != Some(hello.start_time) => {
                Err(self.no_answer(io::Error::other("another process has taken its number")))
            }
            Answer::Hello(hello) => Ok(hello),
            other => Err(self.unexpected(other)),
        }
    }

    /// All its numbers, with the histogram and the callers of one target.
    pub fn snapshot(&self, detail: Option<u64>) -> Result<Snapshot, Error> {
        match self.ask(Question::Snapshot { detail })?.next()? {
            Answer::Snapshot(snapshot) => Ok(snapshot),
            other => Err(self.unexpected(other)),
        }
    }

    /// Lets it begin to record every call in a file, whose folder has to be in its name.
    pub fn record(&self, file: &str, limit: Option<u64>, duration: Option<Duration>) -> Result<(), Error> {
        let duration_ns = duration.map(|duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
        match self.ask(Question::Record { file: file.to_owned(), limit, duration_ns })?.next()? {
            Answer::Recording { .. } => Ok(()),
            other => Err(self.unexpected(other)),
        }
    }

    /// Lets it end its recording, and gives the file.
    pub fn stop_recording(&self) -> Result<String, Error> {
        match self.ask(Question::StopRecording)?.next()? {
            Answer::Recording { file } => Ok(file),
            other => Err(self.unexpected(other)),
        }
    }

    /// Its report as things are now: JSON of docs/report.md.
    pub fn report(&self, user_only: bool) -> Result<Vec<u8>, Error> {
        let mut answers = self.ask(Question::Report { user_only })?;
        match answers.next()? {
            Answer::Report => answers.bytes(MAX_REPORT),
            other => Err(self.unexpected(other)),
        }
    }

    /// Threads that have been in one native call for at least this long, with the bytes of their stacks.
    pub fn stuck(&self, over: Duration) -> Result<(Vec<WithStack>, StuckEnd), Error> {
        let over_ns = u64::try_from(over.as_nanos()).unwrap_or(u64::MAX);
        let mut answers = self.ask(Question::Stuck { over_ns })?;
        let mut threads = Vec::new();
        let mut room = MAX_STACKS;
        loop {
            match answers.next()? {
                Answer::Stuck(_) if threads.len() == MAX_STUCK => {
                    return Err(self.no_answer(io::Error::other("it tells of too many threads")));
                }
                Answer::Stuck(thread) => {
                    let stack = match &thread.stack {
                        Some(_) => answers.bytes(MAX_STACK.min(room))?,
                        None => Vec::new(),
                    };
                    room -= stack.len();
                    threads.push((thread, stack));
                }
                Answer::StuckEnd(end) => return Ok((threads, end)),
                other => return Err(self.unexpected(other)),
            }
        }
    }

    /// The managed methods that hold these addresses, in their order.
    pub fn methods(&self, addresses: &[u64]) -> Result<Vec<Option<Method>>, Error> {
        let mut methods = Vec::new();
        for addresses in addresses.chunks(MAX_ADDRESSES) {
            match self.ask(Question::Methods { addresses: addresses.to_vec() })?.next()? {
                Answer::Methods(found) if found.len() == addresses.len() => methods.extend(found),
                other => return Err(self.unexpected(other)),
            }
        }
        Ok(methods)
    }

    fn ask(&self, question: Question) -> Result<Answers<'_>, Error> {
        let mut stream = self.connect().map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Error::NoProbe { pid: self.pid },
            _ => self.no_answer(error),
        })?;
        // A process that refuses at once has closed its end by now, and its answer can still be read.
        let asked = frame::write_json(&mut stream, &Request { version: VERSION, question });
        if let Err(error) = asked
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(self.no_answer(error));
        }
        let until = Instant::now() + self.patience + WHOLE_ANSWER;
        Ok(Answers { process: self, stream: Reading { stream, patience: self.patience, until } })
    }

    fn connect(&self) -> io::Result<UnixStream> {
        let stream = connect(&self.socket, self.patience)?;
        let peer = server::peer(&stream)?;
        if peer.uid != self.user {
            return Err(io::Error::other("its socket is served by another user"));
        }
        // 0 where the other process is out of sight, in a space of numbers of its own.
        if peer.pid != 0 && peer.pid as u32 != self.pid {
            return Err(io::Error::other(format!("its socket is served by process {}", peer.pid)));
        }
        Ok(stream)
    }

    fn no_answer(&self, error: io::Error) -> Error {
        Error::NoAnswer { pid: self.pid, error }
    }

    fn unexpected(&self, answer: Answer) -> Error {
        match answer {
            Answer::Refused { why } => Error::Refused { pid: self.pid, why },
            _ => self.no_answer(io::Error::other("it answers another question")),
        }
    }
}

/// What comes back.
struct Answers<'a> {
    process: &'a Process,
    stream: Reading,
}

/// A connection that waits neither too long for something nor in all.
struct Reading {
    stream: UnixStream,
    patience: Duration,
    until: Instant,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::other("it takes too long to answer"));
        }
        self.stream.set_read_timeout(Some(left.min(self.patience)))?;
        self.stream.read(buffer)
    }
}

impl Answers<'_> {
    fn next(&mut self) -> Result<Answer, Error> {
        self.understood(|stream| frame::read_json(stream, MAX_ANSWER))
    }

    fn bytes(&mut self, limit: usize) -> Result<Vec<u8>, Error> {
        self.understood(|stream| frame::read_bytes(stream, limit))
    }

    fn understood<T>(&mut self, read: impl FnOnce(&mut Reading) -> io::Result<T>) -> Result<T, Error> {
        read(&mut self.stream).map_err(|error| {
            self.process.no_answer(match error.kind() {
                io::ErrorKind::WouldBlock => io::Error::other("nothing came for seconds; is it stopped?"),
                io::ErrorKind::UnexpectedEof => io::Error::other("it closed the connection"),
                _ => error,
            })
        })
    }
}

/// Connects, and waits no longer than `patience`, for that and for all else that is done with the connection.
fn connect(socket: &Path, patience: Duration) -> io::Result<UnixStream> {
    let checked = |result: libc::c_int| if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) };
    let path = socket.as_os_str().as_bytes();
    // SAFETY: all-zero is a valid address.
    let mut address: libc::sockaddr_un = unsafe { mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    if path.len() >= address.sun_path.len() {
        return Err(io::Error::other("the socket's path is too long"));
    }
    for (place, &byte) in address.sun_path.iter_mut().zip(path) {
        *place = byte as libc::c_char;
    }
    // SAFETY: makes a descriptor, which is owned by nobody else.
    let stream = unsafe {
        OwnedFd::from_raw_fd(checked(libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0))?)
    };
    let stream = UnixStream::from(stream);
    stream.set_read_timeout(Some(patience))?;
    // Goes for connecting too.
    stream.set_write_timeout(Some(patience))?;
    let length = mem::size_of_val(&address) as libc::socklen_t;
    // SAFETY: the address is as long as said, and its path ends in NUL.
    checked(unsafe { libc::connect(stream.as_raw_fd(), (&raw const address).cast(), length) })?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::thread;

    /// The other side may be another user's, who keeps root waiting.
    #[test]
    fn an_answer_that_comes_drop_by_drop_ends() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let drops = thread::spawn(move || {
            let message = [b"J\xFF\xFF\xFF\0".as_slice(), &[b'['; 1000]].concat();
            message.chunks(1).all(|byte| {
                thread::sleep(Duration::from_millis(20));
                there.write_all(byte).is_ok()
            })
        });
        let until = Instant::now() + Duration::from_millis(300);
        let mut reading = Reading { stream: here, patience: PATIENCE, until };
        assert!(frame::read_json::<Answer>(&mut reading, MAX_ANSWER).is_err());
        drop(reading);
        assert!(!drops.join().unwrap(), "all of it was read");
    }
}
