//! From what happened to blocks of bytes.

use crate::format::calls::{HEAD_BYTES, Head, MAX_CALL_BYTES, Previous, pack};
use crate::format::checksum::crc32c;
use crate::format::codes::code_of_reason;
use crate::format::wire::{put_number, put_optional_string, put_string};
use crate::format::{BLOCK_HEADER_BYTES, BlockHeader, FILE_HEADER_BYTES, FileHeader, kind};
use crate::model::{Collection, Direction, End, Loss, OPEN, Origin, Pause, Target};

/// A block is closed when it has grown to this many bytes.
const BLOCK_BYTES: usize = 64 << 10;

/// Bytes of a report in one block.
const REPORT_BYTES: usize = 64 << 10;

/// At most so many bytes of a command line are kept.
const COMMAND_BYTES: usize = 128 << 10;

/// At most so many calls inside each other are told of as open, the outermost ones.
const MAX_OPEN_CALLS: usize = 16 << 10;

/// Builds blocks in memory that it uses again: the caller writes [`bytes`](Encoder::bytes) somewhere, whole, and calls
/// [`clear`](Encoder::clear).
///
/// What it is told last of a thing holds. Targets and threads must be told of before calls that name them, by numbers that
/// are never used for another one; low ones make shorter files.
///
/// ```
/// use clrhost_trace::{Encoder, Origin, Reader, Target};
///
/// let mut encoder = Encoder::new();
/// encoder.origin(&Origin { runtime: "CoreCLR 8.0.4".into(), ..Origin::default() });
/// encoder.targets(0, &[Target { method: "Sqlite.sqlite3_step".into(), ..Target::default() }]);
/// encoder.thread_began(0, 4711, 1_000);
/// encoder.calls(0, [(0, 2_000, 350), (0, 2_400, 90)]);
///
/// let recording = Reader::new(encoder.bytes())?.into_recording()?;
/// assert_eq!(recording.calls[1].began_ns, 2_400);
/// # Ok::<(), clrhost_trace::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Encoder {
    out: Vec<u8>,
    /// Number of the next block.
    sequence: u32,
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder::new()
    }
}

impl Encoder {
    /// An encoder for a new file, the beginning of which is in its [`bytes`](Encoder::bytes).
    pub fn new() -> Encoder {
        Encoder { out: FileHeader::default().to_bytes().to_vec(), sequence: 0 }
    }

    /// An encoder of blocks without a file around them.
    pub(crate) fn without_file_header() -> Encoder {
        Encoder { out: Vec::new(), sequence: 0 }
    }

    /// What is to be written.
    pub fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// Forgets what was written, and keeps the memory.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// Takes back what is not among the first `written` bytes, and the block that these end in: for a caller that could write no
    /// more than them. Blocks to come follow on those that are left, and so many bytes are left.
    pub fn take_back(&mut self, written: usize) -> usize {
        let (whole, _) = whole_blocks(&self.out[..written.min(self.out.len())]);
        if let Some(first) = self.out.get(whole..).and_then(BlockHeader::parse) {
            self.sequence = first.sequence;
        }
        self.out.truncate(whole);
        whole
    }

    /// Calls that the first `bytes` of the bytes hold, in whole blocks.
    pub fn calls_in(&self, bytes: usize) -> u64 {
        whole_blocks(&self.out[..bytes.min(self.out.len())]).1
    }

    /// Of what the recording is.
    pub fn origin(&mut self, origin: &Origin) {
        self.block(kind::ORIGIN, |out| {
            put_string(out, &origin.clrhost_version);
            put_string(out, &origin.runtime);
            put_number(out, origin.pid.into());
            put_number(out, origin.began_unix_ns);
            put_string(out, &origin.source);
            let mut bytes = 0;
            let kept = origin.command.iter().take_while(|argument| {
                bytes += argument.len() + 1;
                bytes <= COMMAND_BYTES
            });
            let kept = &origin.command[..kept.count()];
            put_number(out, kept.len() as u64);
            kept.iter().for_each(|argument| put_string(out, argument));
        });
    }

    /// What is called: `targets` have the numbers from `first` on. Those beyond `u32::MAX` are left out.
    pub fn targets(&mut self, first: u32, targets: &[Target]) {
        let mut numbered = (first..=u32::MAX).zip(targets).peekable();
        while let Some((first, _)) = numbered.peek() {
            let first = *first;
            self.block(kind::TARGETS, |out| {
                let start = out.len();
                put_number(out, first.into());
                while out.len() - start < BLOCK_BYTES
                    && let Some((_, target)) = numbered.next()
                {
                    out.push(match target.direction {
                        Direction::Leave => 0,
                        Direction::ReverseEnter => 1,
                    });
                    put_string(out, &target.kind);
                    put_string(out, &target.method);
                    for part in [&target.assembly, &target.library, &target.symbol, &target.file] {
                        put_optional_string(out, part.as_deref());
                    }
                }
            });
        }
    }

    /// A thread came to the border for the first time.
    pub fn thread_began(&mut self, thread: u32, os_thread_id: u64, began_ns: u64) {
        self.thread_news(0, thread, |out| {
            put_number(out, os_thread_id);
            put_number(out, began_ns);
        });
    }

    /// A thread has this name now.
    pub fn thread_named(&mut self, thread: u32, name: &str) {
        self.thread_news(1, thread, |out| put_string(out, name));
    }

    /// A thread is of this kind, in the report's words.
    pub fn thread_kind(&mut self, thread: u32, thread_kind: &str) {
        self.thread_news(2, thread, |out| put_string(out, thread_kind));
    }

    /// A thread ended.
    pub fn thread_ended(&mut self, thread: u32, at_ns: u64) {
        self.thread_news(3, thread, |out| put_number(out, at_ns));
    }

    fn thread_news(&mut self, what: u8, thread: u32, put: impl FnOnce(&mut Vec<u8>)) {
        self.block(kind::THREADS, |out| {
            out.push(what);
            put_number(out, thread.into());
            put(out);
        });
    }

    /// Calls of one thread that returned, each as target, beginning and duration, in the order in which they returned.
    ///
    /// A call is never longer than up to the end of the clock, nor `u64::MAX`. Calls out of order come out as they went in,
    /// and take more room.
    pub fn calls(&mut self, thread: u32, calls: impl IntoIterator<Item = (u32, u64, u64)>) {
        let mut calls = calls.into_iter().map(|(target, began_ns, duration_ns)| {
            let end_ns = began_ns.saturating_add(duration_ns);
            // The one duration that means something else.
            (target, began_ns, if end_ns - began_ns == OPEN { OPEN - 1 } else { end_ns })
        });
        let mut next = calls.next();
        while let Some(first) = next {
            next = self.calls_block(thread, first, &mut calls);
        }
    }

    /// Writes one block of calls, and returns the first call that is not in it.
    fn calls_block(
        &mut self,
        thread: u32,
        first: (u32, u64, u64),
        calls: &mut impl Iterator<Item = (u32, u64, u64)>,
    ) -> Option<(u32, u64, u64)> {
        let start = self.begin_block();
        let head_at = self.out.len();
        // Room for the longest call at any time, so that nothing grows on the way.
        self.out.resize(head_at + BLOCK_BYTES + MAX_CALL_BYTES, 0);
        let packed = &mut self.out[head_at + HEAD_BYTES..];
        let base_ns = first.1;
        let mut previous = Previous { end_ns: base_ns, target: 0 };
        let (mut at, mut count) = (0, 0_u32);
        let mut next = Some(first);
        while let Some((target, began_ns, end_ns)) = next
            && end_ns >= previous.end_ns
            && let Some(room) = packed[at..].first_chunk_mut()
        {
            at += pack(room, previous, target, began_ns, end_ns);
            previous = Previous { end_ns, target };
            count += 1;
            next = calls.next();
        }
        self.out.truncate(head_at + HEAD_BYTES + at);
        let head = Head { thread, count, base_ns, until_ns: previous.end_ns };
        self.out[head_at..head_at + HEAD_BYTES].copy_from_slice(&head.to_bytes());
        self.end_block(start, kind::CALLS);
        next
    }

    /// What a thread is inside of at `at_ns`, each as target and beginning, the outermost first. It holds until this is said
    /// again; a call in it that returns later is told of by [`calls`](Encoder::calls) with the same target and beginning.
    pub fn open_calls(&mut self, thread: u32, at_ns: u64, open: impl IntoIterator<Item = (u32, u64)>) {
        self.block(kind::OPEN_CALLS, |out| {
            put_number(out, thread.into());
            put_number(out, at_ns);
            for (target, began_ns) in open.into_iter().take(MAX_OPEN_CALLS) {
                put_number(out, target.into());
                put_number(out, began_ns);
            }
        });
    }

    /// The process lives at this time. Tells readers of a recording that is cut up to when nothing is missing.
    pub fn alive(&mut self, at_ns: u64) {
        self.block(kind::ALIVE, |out| put_number(out, at_ns));
    }

    /// The runtime held its threads. One whose end is not known yet may be told of again, with the same beginning.
    pub fn pause(&mut self, pause: &Pause) {
        self.block(kind::PAUSES, |out| {
            out.push(code_of_reason(pause.reason));
            put_number(out, pause.began_ns);
            put_number(out, pause.stopping_ns);
            put_duration(out, pause.duration_ns);
        });
    }

    /// The garbage collector worked. May be told of again likewise.
    pub fn collection(&mut self, collection: &Collection) {
        self.block(kind::COLLECTIONS, |out| {
            out.push(collection.generation);
            out.push(u8::from(collection.induced));
            put_number(out, collection.began_ns);
            put_duration(out, collection.duration_ns);
        });
    }

    /// Calls are missing.
    pub fn loss(&mut self, loss: &Loss) {
        self.block(kind::LOSSES, |out| put_loss(out, loss));
    }

    /// Calls were overwritten, so many in all since the beginning. What is said last holds.
    pub(crate) fn overwritten(&mut self, loss: &Loss) {
        self.block(kind::OVERWRITTEN, |out| put_loss(out, loss));
    }

    /// The report, as JSON.
    pub fn report(&mut self, json: &str) {
        let mut rest = json;
        let mut is_first = true;
        loop {
            let (part, behind) = rest.split_at(rest.floor_char_boundary(REPORT_BYTES));
            self.block(kind::REPORT, |out| {
                out.push(u8::from(is_first) | u8::from(behind.is_empty()) << 1);
                out.extend_from_slice(part.as_bytes());
            });
            (rest, is_first) = (behind, false);
            if rest.is_empty() {
                return;
            }
        }
    }

    /// How the recording ends: the last thing that is told. [`End::Cut`] is what it is without this.
    pub fn end(&mut self, end: &End) {
        let (code, at_ns, number) = match *end {
            End::Cut => return,
            End::Stopped { at_ns } => (1, at_ns, 0),
            End::Exit { at_ns, code } => (2, at_ns, code),
            End::Signal { at_ns, signal } => (3, at_ns, signal),
        };
        self.block(kind::END, |out| {
            out.push(code);
            put_number(out, at_ns);
            put_number(out, number.cast_unsigned().into());
        });
    }

    fn block(&mut self, kind: u16, put: impl FnOnce(&mut Vec<u8>)) {
        let start = self.begin_block();
        put(&mut self.out);
        self.end_block(start, kind);
    }

    /// Leaves room for a header, and returns where.
    fn begin_block(&mut self) -> usize {
        let start = self.out.len();
        self.out.extend_from_slice(&[0; BLOCK_HEADER_BYTES]);
        start
    }

    fn end_block(&mut self, start: usize, kind: u16) {
        let (header, payload) = self.out[start..].split_at_mut(BLOCK_HEADER_BYTES);
        let block = BlockHeader {
            kind,
            sequence: self.sequence,
            // Nothing that is put here comes near the limit of 16 MiB.
            length: payload.len() as u32,
            payload_checksum: crc32c(0, payload),
        };
        header.copy_from_slice(&block.to_bytes());
        self.sequence = self.sequence.wrapping_add(1);
    }
}

/// How many bytes are whole blocks, a file header before them included, and how many calls are in these.
pub(crate) fn whole_blocks(bytes: &[u8]) -> (usize, u64) {
    let (mut whole, mut calls) = (0, 0);
    if FileHeader::parse(bytes).is_ok() {
        whole = FILE_HEADER_BYTES;
    }
    while let Some(header) = BlockHeader::parse(&bytes[whole..])
        && let Some(block) = bytes[whole..].get(..header.block_bytes())
    {
        if let Some((head, _)) =
            Head::parse(&block[BLOCK_HEADER_BYTES..]).filter(|_| header.kind == kind::CALLS)
        {
            calls += u64::from(head.count);
        }
        whole += block.len();
    }
    (whole, calls)
}

/// A duration, or 0 where the end was not seen.
fn put_duration(out: &mut Vec<u8>, duration_ns: u64) {
    put_number(out, duration_ns.wrapping_add(1));
}

fn put_loss(out: &mut Vec<u8>, loss: &Loss) {
    put_number(out, loss.thread.map_or(0, |thread| u64::from(thread) + 1));
    put_number(out, loss.until_ns);
    put_number(out, loss.calls);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reader;

    #[test]
    fn what_could_not_be_written_is_taken_back_and_nothing_is_missing() {
        let mut encoder = Encoder::new();
        encoder.targets(0, &[Target::default()]);
        encoder.thread_began(0, 1, 0);
        encoder.calls(0, [(0, 10, 1), (0, 20, 1)]);
        let kept = encoder.bytes().len();
        encoder.calls(0, [(0, 30, 1), (0, 40, 1), (0, 50, 1)]);
        let all = encoder.bytes().len();
        assert_eq!((encoder.calls_in(all), encoder.calls_in(all - 1), encoder.calls_in(kept)), (5, 2, 2));
        for written in [all - 1, kept + 1, kept] {
            let mut encoder = encoder.clone();
            assert_eq!(encoder.take_back(written), kept);
            encoder.loss(&Loss { thread: None, until_ns: 60, calls: 3 });
            encoder.end(&End::Stopped { at_ns: 60 });
            let recording = Reader::new(encoder.bytes()).unwrap().into_recording().unwrap();
            assert_eq!((recording.damage, recording.calls.len()), (vec![], 2));
            assert_eq!(recording.end, End::Stopped { at_ns: 60 });
        }
        assert_eq!(encoder.take_back(all), all);
    }

    #[test]
    fn half_a_block_that_a_panic_left_is_taken_back() {
        let mut encoder = Encoder::new();
        encoder.thread_began(0, 1, 0);
        let kept = encoder.bytes().len();
        encoder.begin_block();
        encoder.out.extend_from_slice(b"something");
        assert_eq!(encoder.take_back(usize::MAX), kept);
        encoder.alive(7);
        let recording = Reader::new(encoder.bytes()).unwrap().into_recording().unwrap();
        assert_eq!((recording.damage, recording.until_ns), (vec![], 7));
    }
}
