//! Where a recording goes.

use super::RecordingOptions;
use clrhost_trace::{Encoder, RingWriter};
use std::fs::File;
use std::io::{self, Write};

pub(super) enum Outlet {
    /// A file that grows.
    File(File),
    /// One that keeps the newest.
    Ring(Box<RingWriter<File>>),
}

impl Outlet {
    pub(super) fn create(options: &RecordingOptions) -> io::Result<Outlet> {
        let mut how = File::options();
        if options.is_new {
            how.create_new(true)
        } else {
            how.create(true).truncate(true)
        };
        let file = how.write(true).open(&options.path)?;
        match options.limit {
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
