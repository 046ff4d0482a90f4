//! Where a recording goes.

use clrhost_trace::{Encoder, RingWriter};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

pub(super) enum Outlet {
    /// A file that grows.
    File(File),
    /// One that keeps the newest.
    Ring(Box<RingWriter<File>>),
}

impl Outlet {
    pub(super) fn create(path: &Path, limit: Option<u64>) -> io::Result<Outlet> {
        let file = File::create(path)?;
        match limit {
            None => Ok(Outlet::File(file)),
            Some(limit) => Ok(Outlet::Ring(Box::new(RingWriter::new(file, limit)?))),
        }
    }

    /// Writes what the encoder has, and lets it begin anew.
    pub(super) fn write(&mut self, encoder: &mut Encoder) -> io::Result<()> {
        if encoder.bytes().is_empty() {
            return Ok(());
        }
        let written = match self {
            Outlet::File(file) => file.write_all(encoder.bytes()),
            Outlet::Ring(ring) => ring.write(encoder.bytes()),
        };
        encoder.clear();
        written
    }
}
