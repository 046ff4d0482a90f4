//! A time in which the file takes nothing, and may take something again.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// Between two attempts to write to a full disk, and to a full pipe.
const UNTIL_THERE_IS_ROOM: Duration = Duration::from_millis(250);
const UNTIL_IT_IS_READ: Duration = Duration::from_millis(10);

pub(super) struct Stall {
    /// Why.
    pub(super) error: io::Error,
    tried: Instant,
    /// Calls of threads that have ended since.
    pub(super) lost_calls: u64,
    /// Those of them that the recording tells of.
    pub(super) ended_threads: Vec<u32>,
}

impl Stall {
    pub(super) fn new(error: io::Error) -> Stall {
        Stall { error, tried: Instant::now(), lost_calls: 0, ended_threads: Vec::new() }
    }

    /// It is time to try again.
    pub(super) fn is_due(&self) -> bool {
        let pause = match self.error.kind() {
            ErrorKind::WouldBlock => UNTIL_IT_IS_READ,
            _ => UNTIL_THERE_IS_ROOM,
        };
        self.tried.elapsed() >= pause
    }

    /// It was tried again in vain.
    pub(super) fn goes_on(self, error: io::Error) -> Stall {
        Stall { error, tried: Instant::now(), ..self }
    }
}
