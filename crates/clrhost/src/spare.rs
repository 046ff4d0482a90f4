//! A file descriptor in reserve, for the report of a process that has used up its own.

use clrhost_probe::{OwnFile, new_memory_file};
use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A descriptor that stands for one to come. The application may use up all others, and the report can still be written.
#[derive(Debug)]
pub struct SpareDescriptor(Mutex<Option<OwnFile>>);

impl SpareDescriptor {
    /// Puts one aside; where there is none to be had, this is of no use and no harm.
    pub fn new() -> SpareDescriptor {
        SpareDescriptor(Mutex::new(spare()))
    }

    /// Opens a file, in place of the spare descriptor if need be. If more are to be opened, it has to be [put back](Self::put_back).
    ///
    /// # Errors
    /// Those of `open`.
    pub fn open(&self, open: impl Fn() -> io::Result<File>) -> io::Result<File> {
        /// Another thread of the application may be faster, and lose it again.
        const ATTEMPTS: usize = 20;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut opened = open();
        for _ in 0..ATTEMPTS {
            match &opened {
                Err(error) if is_out_of_descriptors(error) => {
                    if kept.take().is_none() {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    opened = open();
                }
                _ => break,
            }
        }
        opened
    }

    /// Puts aside the descriptor of a file that is done with, if there is no other: once closed, it could be the application's.
    pub fn put_back(&self, file: File) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = OwnFile::new(file).ok();
        }
    }
}

impl Default for SpareDescriptor {
    fn default() -> SpareDescriptor {
        SpareDescriptor::new()
    }
}

/// Of a file that nobody else has, so that it can be told from the application's.
fn spare() -> Option<OwnFile> {
    OwnFile::new(new_memory_file(c"clrhost-spare").ok()?).ok()
}

fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}
