//! Progress of what takes seconds, on stderr where that is a terminal.

use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

/// Nothing is shown before this.
const SILENT: Duration = Duration::from_millis(700);
/// How often it is shown.
const PERIOD: Duration = Duration::from_millis(200);

/// A line that says how far something is, and is gone when it is done.
pub struct Progress {
    what: String,
    /// Bytes in all, where known.
    total: Option<u64>,
    done: u64,
    /// `None` where nobody would see it.
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    /// Of `what`, as "reading FILE".
    pub fn new(what: String, total: Option<u64>) -> Progress {
        let next = io::stderr().is_terminal().then(|| Instant::now() + SILENT);
        Progress { what, total, done: 0, next, shown: false }
    }

    fn add(&mut self, bytes: usize) {
        self.done += bytes as u64;
        let now = match self.next {
            Some(next) if Instant::now() >= next => Instant::now(),
            _ => return,
        };
        self.next = Some(now + PERIOD);
        self.shown = true;
        let (what, mib) = (&self.what, self.done >> 20);
        // Where it cannot be written, nobody misses it.
        let _ = match self.total {
            Some(total) => {
                let percent = (100 * u128::from(self.done) / u128::from(total.max(1))).min(100);
                write!(io::stderr(), "\rclrhost: {what}: {percent} %\x1b[K")
            }
            None => write!(io::stderr(), "\rclrhost: {what}: {mib} MiB\x1b[K"),
        };
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// A line that says how many of something are done.
pub struct Countdown {
    what: String,
    next: Option<Instant>,
    shown: bool,
}

impl Countdown {
    pub fn new(what: String) -> Countdown {
        let next = io::stderr().is_terminal().then(|| Instant::now() + SILENT);
        Countdown { what, next, shown: false }
    }

    /// So many of all are done.
    pub fn at(&mut self, done: u64, total: u64) {
        self.note(&format!("{done} of {total}"));
    }

    /// Something else about it.
    pub fn note(&mut self, note: &str) {
        let now = match self.next {
            Some(next) if Instant::now() >= next => Instant::now(),
            _ => return,
        };
        self.next = Some(now + PERIOD);
        self.shown = true;
        // Where it cannot be written, nobody misses it.
        let _ = write!(io::stderr(), "\rclrhost: {}: {note}\x1b[K", self.what);
    }
}

impl Drop for Countdown {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// A file or a stream that tells how far it is.
pub struct Watched<T> {
    pub inner: T,
    pub progress: Progress,
}

impl<T: Read> Read for Watched<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.add(read);
        Ok(read)
    }
}

impl<T: Seek> Seek for Watched<T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl<T: Write> Write for Watched<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.progress.add(written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
