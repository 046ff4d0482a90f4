//! From a file back to what happened.

mod assembly;
mod blocks;
mod event;
mod ring;

pub(crate) use assembly::close;
pub use event::Event;
pub(crate) use event::{Said, said};
pub use ring::Source as FileSource;

use crate::format::{BadFileHeader, FileHeader, MAJOR};
use crate::model::{Call, Damage, DamageKind, Recording};
use blocks::{Block, Blocks, Found};
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// Why a recording cannot be read. Damage is no reason: see [`Event::Damage`].
#[derive(Debug)]
pub enum ReadError {
    /// The bytes could not be got.
    Io(io::Error),
    /// The file is none.
    NotARecording,
    /// There is nothing in it: its process ended, or is still, before the recording began.
    NothingYet,
    /// It is of this version of the format.
    Version(u16),
    /// A ring can only be read from a file, as its beginning may lie anywhere.
    RingInAStream,
    /// One of these, and the file.
    In(PathBuf, Box<ReadError>),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => error.fmt(f),
            ReadError::NotARecording => f.write_str(
                "not a recording of clrhost: it does not begin as one, and no block of one is near its beginning. \
                 Recordings are made by `clrhost trace -o FILE -- COMMAND`",
            ),
            ReadError::NothingYet => f.write_str(
                "nothing is recorded in it yet: it is empty, as a recording is whose process was killed, or has come no further, \
                 before it began",
            ),
            ReadError::Version(version) => write!(
                f,
                "a recording of version {version}; this clrhost reads version {MAJOR}. Use the clrhost that made it, or a later one"
            ),
            ReadError::RingInAStream => f.write_str(
                "a recording of limited size, which cannot be read from a pipe. Name the file itself",
            ),
            ReadError::In(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            ReadError::In(_, error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error)
    }
}

/// Gives the content of a recording piece by piece, in the order in which it was written. Needs memory for one block, which
/// is 16 MiB at most, and for the report.
pub struct Reader<R> {
    blocks: Blocks<R>,
    /// Where the pieces of the stream lie in a file that is a ring.
    places: Vec<ring::Place>,
    /// Calls of the present block.
    calls: Vec<Call>,
    /// The report as far as it was read, if its beginning was.
    report: Option<Vec<u8>>,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Reads from a file or a pipe.
    ///
    /// # Errors
    ///
    /// If the source fails, is no recording, an empty one, one of another version, or a ring, for which there is [`Reader::open`].
    pub fn new(source: R) -> Result<Reader<R>, ReadError> {
        let mut blocks = Blocks::new(source, 0);
        match blocks.file_header()? {
            Ok(FileHeader { segments: 0, .. }) => Ok(Reader::of(blocks, Vec::new())),
            Ok(_) => Err(ReadError::RingInAStream),
            Err(BadFileHeader::Version(version)) => Err(ReadError::Version(version)),
            Err(_) if blocks.is_barely_begun() => Err(ReadError::NothingYet),
            Err(_) => Err(ReadError::NotARecording),
        }
    }

    fn of(blocks: Blocks<R>, places: Vec<ring::Place>) -> Reader<R> {
        Reader { blocks, places, calls: Vec::new(), report: None, ended: false }
    }

    /// What comes next; `None` behind the last. Not an iterator, as calls lie in the reader's own memory.
    ///
    /// # Errors
    ///
    /// If the source fails.
    #[expect(clippy::should_implement_trait, reason = "what it gives borrows from it")]
    pub fn next(&mut self) -> io::Result<Option<Event<'_>>> {
        loop {
            let block = match self.blocks.next()? {
                Found::Block(block) => block,
                Found::Damage(damage) => {
                    self.report = None;
                    return Ok(Some(Event::Damage(self.in_file(damage))));
                }
                Found::Nothing => return Ok(None),
            };
            if self.ended {
                return Ok(Some(self.damaged(&block, DamageKind::BehindTheEnd)));
            }
            self.calls.clear();
            match said(block.header.kind, self.blocks.payload(&block), &mut self.calls) {
                Some(Said::Event(event)) => {
                    self.ended = matches!(event, Event::End(_));
                    return Ok(Some(event));
                }
                Some(Said::Calls { thread }) => {
                    return Ok(Some(Event::Calls { thread, calls: &self.calls }));
                }
                Some(Said::OpenCalls { thread, at_ns }) => {
                    return Ok(Some(Event::OpenCalls { thread, at_ns, calls: &self.calls }));
                }
                Some(Said::ReportPart { is_first, is_last }) => {
                    if is_first {
                        self.report = Some(Vec::new());
                    }
                    // Where the beginning is missing, that was said already.
                    let Some(report) = &mut self.report else { continue };
                    report.extend_from_slice(&self.blocks.payload(&block)[1..]);
                    if is_last {
                        return Ok(Some(match String::from_utf8(self.report.take().unwrap_or_default()) {
                            Ok(report) => Event::Report(report),
                            Err(_) => self.damaged(&block, DamageKind::Senseless),
                        }));
                    }
                }
                Some(Said::Unknown) => {}
                None => return Ok(Some(self.damaged(&block, DamageKind::Senseless))),
            }
        }
    }

    /// Reads all that is left.
    ///
    /// # Errors
    ///
    /// If the source fails.
    pub fn into_recording(mut self) -> Result<Recording, ReadError> {
        let mut assembly = assembly::Assembly::default();
        while let Some(event) = self.next()? {
            assembly.add(event);
        }
        Ok(assembly.finish())
    }

    fn damaged(&self, block: &Block, kind: DamageKind) -> Event<'static> {
        let bytes = block.header.block_bytes() as u64;
        Event::Damage(self.in_file(Damage { offset: block.offset, bytes, blocks: 0, kind }))
    }

    /// With the offset in the file in place of that in the stream.
    fn in_file(&self, damage: Damage) -> Damage {
        Damage { offset: ring::in_file(&self.places, damage.offset), ..damage }
    }
}

impl<F: Read + Seek> Reader<FileSource<F>> {
    /// Reads from what can be read from anywhere, which a ring has to be.
    ///
    /// # Errors
    ///
    /// As those of [`Reader::new`].
    pub fn from_file(file: F) -> Result<Reader<FileSource<F>>, ReadError> {
        match FileSource::new(file)? {
            (source, Some(ring)) => Ok(Reader::of(Blocks::new(source, ring.first), ring.places)),
            (source, None) => Reader::new(source),
        }
    }
}

impl Reader<FileSource<File>> {
    /// Reads the file of this name.
    ///
    /// # Errors
    ///
    /// As those of [`Reader::new`], with the name.
    pub fn open(path: &Path) -> Result<Reader<FileSource<File>>, ReadError> {
        let opened = File::open(path).map_err(ReadError::Io).and_then(Reader::from_file);
        opened.map_err(|error| ReadError::In(path.to_owned(), Box::new(error)))
    }
}

impl Recording {
    /// Reads a whole recording into memory: 24 bytes for each call, twice that while they are put in order.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is no recording. A damaged one is no error: what is missing is said in
    /// [`Recording::damage`].
    pub fn read(path: &Path) -> Result<Recording, ReadError> {
        let in_file = |error| match error {
            ReadError::In(..) => error,
            other => ReadError::In(path.to_owned(), Box::new(other)),
        };
        Reader::open(path)?.into_recording().map_err(in_file)
    }
}
