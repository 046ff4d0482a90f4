//! A recording in a file of limited size, which keeps the newest.

use crate::encoder::{Encoder, whole_blocks};
use crate::format::calls::Head;
use crate::format::{BLOCK_HEADER_BYTES, BlockHeader, FILE_HEADER_BYTES, FileHeader, kind};
use crate::model::{Call, Loss};
use crate::reader::{Event, Said, close, said};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

/// Segments of a file: an eighth of it is overwritten at a time.
const SEGMENTS: u32 = 8;

/// The smallest file that can be asked of a [`RingWriter`], in bytes.
pub const SMALLEST_RING: u64 = 4 << 20;

/// Writes what an [`Encoder`] makes into a file that grows up to a limit and then forgets its oldest part, again and again.
///
/// The file is divided into eight segments, each of which begins with what has to be known to read it: of what the recording
/// is, the targets, and the threads that live with what they are inside of. Of all else, what is in the oldest segment is overwritten when the newest is
/// full; the calls among it are counted as [lost](Loss).
///
/// Targets and threads thus take room in every segment. Where they need more than half of it, further ones are left out, and
/// their calls are read as those of unknown ones once the segment that told of them is gone.
pub struct RingWriter<F> {
    file: F,
    segment_bytes: u64,
    segments: [Segment; SEGMENTS as usize],
    /// The segment that is being written.
    current: usize,
    /// Bytes that are in it.
    written: u64,
    /// Number of the next block.
    sequence: u32,
    /// The block that says of what the recording is; empty if none did.
    origin: Vec<u8>,
    /// The blocks of targets.
    targets: Vec<u8>,
    /// The threads that live.
    threads: BTreeMap<u32, Live>,
    /// Calls that were overwritten.
    overwritten: Loss,
    /// Blocks on their way into the file.
    pending: Vec<u8>,
    /// Blocks that were handed over and wait until those in `pending` are written.
    backlog: Vec<u8>,
    /// Calls of a block that has to be looked into.
    calls: Vec<Call>,
}

/// What later segments have to say of a thread.
#[derive(Default)]
struct Live {
    /// The blocks of its beginning, its name and its kind.
    blocks: [Vec<u8>; 3],
    /// What it was inside of when last told, less what returned since, and when that was.
    open: Vec<Call>,
    open_at_ns: u64,
}

/// What is in a segment.
#[derive(Clone, Copy, Default)]
struct Segment {
    /// Calls that are recorded in it, or said there to be lost.
    calls: u64,
    /// Before when they were made.
    until_ns: u64,
}

impl<F: Write + Seek> RingWriter<F> {
    /// Begins an empty file, which will not grow beyond `limit` bytes.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or the limit is below [`SMALLEST_RING`].
    pub fn new(mut file: F, limit: u64) -> io::Result<RingWriter<F>> {
        if limit < SMALLEST_RING {
            let problem = format!("a recording needs room for {} MiB at least", SMALLEST_RING >> 20);
            return Err(io::Error::new(ErrorKind::InvalidInput, problem));
        }
        let segment_bytes = (limit - FILE_HEADER_BYTES as u64) / u64::from(SEGMENTS);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&FileHeader { segments: SEGMENTS, segment_bytes }.to_bytes())?;
        Ok(RingWriter {
            file,
            segment_bytes,
            segments: [Segment::default(); SEGMENTS as usize],
            current: 0,
            written: 0,
            sequence: 0,
            origin: Vec::new(),
            targets: Vec::new(),
            threads: BTreeMap::new(),
            overwritten: Loss::default(),
            pending: Vec::new(),
            backlog: Vec::new(),
            calls: Vec::new(),
        })
    }

    /// Calls that were overwritten so far.
    pub fn overwritten_calls(&self) -> u64 {
        self.overwritten.calls
    }

    /// The file, to look at. To write into it would break it.
    pub fn get_ref(&self) -> &F {
        &self.file
    }

    /// The file, for what does not change its content.
    pub fn file_mut(&mut self) -> &mut F {
        &mut self.file
    }

    /// The file.
    pub fn into_inner(self) -> F {
        self.file
    }

    /// Writes all that an encoder has: its [`bytes`](Encoder::bytes), from the beginning of a block, or of the file, to the end
    /// of one.
    ///
    /// # Errors
    ///
    /// If the file cannot be written: all that is not written is kept, and the next call, perhaps with no blocks, tries that again
    /// first. If `blocks` is something else, nothing from there on is written.
    pub fn write(&mut self, blocks: &[u8]) -> io::Result<()> {
        let blocks = match FileHeader::parse(blocks) {
            Ok(_) => &blocks[FILE_HEADER_BYTES..],
            Err(_) => blocks,
        };
        let (whole, _) = whole_blocks(blocks);
        let mut backlog = std::mem::take(&mut self.backlog);
        backlog.extend_from_slice(&blocks[..whole]);
        let (taken, written) = self.write_backlog(&backlog);
        backlog.drain(..taken);
        self.backlog = backlog;
        match whole == blocks.len() {
            true => written,
            false => written
                .and(Err(io::Error::new(ErrorKind::InvalidInput, "these are no blocks of a recording"))),
        }
    }

    /// Forgets what could not be written. Blocks to come follow on those that are in the file.
    pub fn forget_waiting(&mut self) {
        if let Some(first) = BlockHeader::parse(&self.pending) {
            self.sequence = first.sequence;
        }
        self.pending.clear();
        self.backlog.clear();
    }

    /// How many bytes of the blocks are taken care of, and how that went.
    fn write_backlog(&mut self, blocks: &[u8]) -> (usize, io::Result<()>) {
        let mut taken = 0;
        while let Some(header) = BlockHeader::parse(&blocks[taken..]) {
            let block = &blocks[taken..taken + header.block_bytes()];
            if self.written + self.pending.len() as u64 + block.len() as u64 > self.segment_bytes {
                if let Err(error) = self.flush() {
                    return (taken, Err(error));
                }
                self.begin_segment();
            }
            self.note(header.kind, block);
            self.add(block);
            taken += block.len();
        }
        (taken, self.flush())
    }

    /// Writes what is pending at its place.
    fn flush(&mut self) -> io::Result<()> {
        let start = FILE_HEADER_BYTES as u64 + self.current as u64 * self.segment_bytes + self.written;
        self.file.seek(SeekFrom::Start(start))?;
        self.file.write_all(&self.pending)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Goes on at the beginning of the next segment, and forgets what is in there.
    fn begin_segment(&mut self) {
        self.current = (self.current + 1) % SEGMENTS as usize;
        self.written = 0;
        let forgotten = std::mem::take(&mut self.segments[self.current]);
        self.overwritten.calls = self.overwritten.calls.saturating_add(forgotten.calls);
        self.overwritten.until_ns = self.overwritten.until_ns.max(forgotten.until_ns);

        let origin = std::mem::take(&mut self.origin);
        self.add(&origin);
        self.origin = origin;
        if self.overwritten.calls > 0 {
            let mut encoder = Encoder::without_file_header();
            encoder.overwritten(&self.overwritten);
            self.add(encoder.bytes());
        }
        let targets = std::mem::take(&mut self.targets);
        self.add_within_half(&targets);
        self.targets = targets;
        let threads = std::mem::take(&mut self.threads);
        for (thread, live) in &threads {
            live.blocks.iter().for_each(|blocks| self.add_within_half(blocks));
            if !live.open.is_empty() {
                let mut encoder = Encoder::without_file_header();
                let open = live.open.iter().map(|call| (call.target, call.began_ns));
                encoder.open_calls(*thread, live.open_at_ns, open);
                self.add_within_half(encoder.bytes());
            }
        }
        self.threads = threads;
    }

    /// Adds blocks as long as they leave half of the segment free.
    fn add_within_half(&mut self, mut blocks: &[u8]) {
        while let Some(header) = BlockHeader::parse(blocks) {
            let (block, behind) = blocks.split_at(header.block_bytes());
            if (self.pending.len() + block.len()) as u64 > self.segment_bytes / 2 {
                return;
            }
            self.add(block);
            blocks = behind;
        }
    }

    /// Adds one block, or none, with the number that it has in this file.
    fn add(&mut self, block: &[u8]) {
        let Some(header) = BlockHeader::parse(block) else { return };
        let header = BlockHeader { sequence: self.sequence, ..header };
        self.sequence = self.sequence.wrapping_add(1);
        self.pending.extend_from_slice(&header.to_bytes());
        self.pending.extend_from_slice(&block[BLOCK_HEADER_BYTES..]);
    }

    /// Keeps what later segments have to repeat, and counts what will be lost with this one.
    fn note(&mut self, kind: u16, block: &[u8]) {
        let payload = &block[BLOCK_HEADER_BYTES..];
        match kind {
            kind::ORIGIN => self.origin = block.to_vec(),
            kind::TARGETS => self.targets.extend_from_slice(block),
            kind::CALLS => {
                if let Some((head, _)) = Head::parse(payload) {
                    self.count(head.count.into(), head.until_ns);
                    self.note_returns(head.thread, payload);
                }
            }
            kind::OPEN_CALLS => {
                self.calls.clear();
                if let Some(Said::OpenCalls { thread, at_ns }) = said(kind, payload, &mut self.calls) {
                    let live = self.threads.entry(thread).or_default();
                    live.open.clone_from(&self.calls);
                    live.open_at_ns = at_ns;
                }
            }
            kind::THREADS | kind::LOSSES => match said(kind, payload, &mut self.calls) {
                Some(Said::Event(Event::ThreadBegan { thread, .. })) => self.note_thread(thread, 0, block),
                Some(Said::Event(Event::ThreadNamed { thread, .. })) => self.note_thread(thread, 1, block),
                Some(Said::Event(Event::ThreadKind { thread, .. })) => self.note_thread(thread, 2, block),
                Some(Said::Event(Event::ThreadEnded { thread, .. })) => drop(self.threads.remove(&thread)),
                Some(Said::Event(Event::Loss(loss))) => self.count(loss.calls, loss.until_ns),
                _ => {}
            },
            _ => {}
        }
    }

    fn note_thread(&mut self, thread: u32, what: usize, block: &[u8]) {
        self.threads.entry(thread).or_default().blocks[what] = block.to_vec();
    }

    /// Takes what returned off the calls that later segments would tell of as open.
    fn note_returns(&mut self, thread: u32, payload: &[u8]) {
        let Some(live) = self.threads.get_mut(&thread).filter(|live| !live.open.is_empty()) else { return };
        self.calls.clear();
        if said(kind::CALLS, payload, &mut self.calls).is_some() {
            self.calls.iter().for_each(|call| close(&mut live.open, call));
        }
    }

    fn count(&mut self, calls: u64, until_ns: u64) {
        let segment = &mut self.segments[self.current];
        segment.calls = segment.calls.saturating_add(calls);
        segment.until_ns = segment.until_ns.max(until_ns);
    }
}
