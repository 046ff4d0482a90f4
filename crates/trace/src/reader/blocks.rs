//! Finds the blocks in a stream of bytes, behind damage too.

use crate::format::checksum::crc32c;
use crate::format::{
    BLOCK_HEADER_BYTES, BadFileHeader, BlockHeader, FILE_HEADER_BYTES, FileHeader, MAGIC, MARKER,
};
use crate::model::{Damage, DamageKind};
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// Read at a time.
const CHUNK: usize = 64 << 10;

/// Content whose checksum does not hold may be a block that was cut, with sound ones inside. It is searched for them until so
/// many bytes were summed up in vain; from then on it is passed over, or else a hostile file could keep a reader busy for hours.
const SEARCHED: usize = 64 << 20;

/// A sound block.
#[derive(Clone, Debug)]
pub struct Block {
    pub header: BlockHeader,
    /// Where it stands in the stream.
    pub offset: u64,
    /// Where its content lies in the buffer, until the next is read.
    payload: Range<usize>,
}

/// What is found next.
pub enum Found {
    Block(Block),
    Damage(Damage),
    /// No more bytes.
    Nothing,
}

/// A stream of bytes as blocks. Holds no more than the longest block, and no more than the stream gave.
pub struct Blocks<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where in `buffer` goes on what was not taken yet.
    start: usize,
    /// Where in the stream `buffer` begins.
    buffer_offset: u64,
    ended: bool,
    /// Bytes passed over right before `start`.
    skipped: u64,
    /// A sound block at `start` whose content was checked already.
    checked: Option<BlockHeader>,
    /// Bytes whose checksum did not hold.
    in_vain: usize,
    /// The stream ends inside what looked like a block.
    cut_short: bool,
    /// Number of the next block.
    expected: u32,
}

impl<R: Read> Blocks<R> {
    /// Blocks the first of which has the number `expected`.
    pub fn new(source: R, expected: u32) -> Blocks<R> {
        Blocks {
            source,
            buffer: Vec::new(),
            start: 0,
            buffer_offset: 0,
            ended: false,
            skipped: 0,
            checked: None,
            in_vain: 0,
            cut_short: false,
            expected,
        }
    }

    /// Reads the header of the file. A damaged one is passed over if what follows it is a recording.
    pub fn file_header(&mut self) -> io::Result<Result<FileHeader, BadFileHeader>> {
        self.fill(FILE_HEADER_BYTES)?;
        match FileHeader::parse(self.rest()) {
            Ok(header) => {
                self.start += FILE_HEADER_BYTES;
                return Ok(Ok(header));
            }
            Err(BadFileHeader::Version(version)) => return Ok(Err(BadFileHeader::Version(version))),
            // Cut inside of it, or the very first bytes of it are damaged.
            Err(BadFileHeader::NotOne | BadFileHeader::Damaged) => {}
        }
        let cut = self.rest().len() < FILE_HEADER_BYTES;
        if cut && self.rest().len() >= MAGIC.len() && self.rest().starts_with(&MAGIC) {
            return Ok(Ok(FileHeader::default()));
        }
        self.fill(CHUNK)?;
        let mut windows = self.rest().windows(BLOCK_HEADER_BYTES);
        match windows.any(|window| BlockHeader::parse(window).is_some()) {
            true => Ok(Ok(FileHeader::default())),
            false => Ok(Err(BadFileHeader::NotOne)),
        }
    }

    /// Behind [`file_header`](Blocks::file_header): the stream has no more than the first bytes of a recording, or none.
    pub fn is_barely_begun(&self) -> bool {
        MAGIC.starts_with(self.rest())
    }

    /// The next block, or what is wrong with the bytes in its place.
    pub fn next(&mut self) -> io::Result<Found> {
        loop {
            if let Some(header) = self.checked.take() {
                return Ok(self.judge(header));
            }
            if !self.fill(BLOCK_HEADER_BYTES)? {
                let rest = self.rest();
                let begins_a_block = rest.iter().zip(&MARKER).all(|(byte, marker)| byte == marker);
                self.cut_short |= self.skipped == 0 && begins_a_block;
                self.skip(self.rest().len());
                return Ok(self.passed_over().map_or(Found::Nothing, Found::Damage));
            }
            let Some(header) = BlockHeader::parse(self.rest()) else {
                self.skip_to_marker();
                continue;
            };
            if !self.fill(header.block_bytes())? {
                self.cut_short = true;
                self.skip_to_marker();
            } else if self.payload_is_sound(header) {
                self.checked = Some(header);
                // Sound bytes behind it: it was not the end.
                self.cut_short = false;
                if let Some(damage) = self.passed_over() {
                    return Ok(Found::Damage(self.with_lost_blocks(damage, header)));
                }
            } else {
                self.in_vain = self.in_vain.saturating_add(header.length as usize);
                match self.in_vain < SEARCHED {
                    true => self.skip_to_marker(),
                    false => self.skip(header.block_bytes()),
                }
            }
        }
    }

    /// The content of a block that was the last to be found.
    pub fn payload(&self, block: &Block) -> &[u8] {
        &self.buffer[block.payload.clone()]
    }

    fn payload_is_sound(&self, header: BlockHeader) -> bool {
        crc32c(0, &self.rest()[BLOCK_HEADER_BYTES..header.block_bytes()]) == header.payload_checksum
    }

    /// Takes a sound block if it is the one in turn. One that comes after a gap is taken at the second time.
    fn judge(&mut self, header: BlockHeader) -> Found {
        let offset = self.offset();
        if header.sequence > self.expected {
            let blocks = header.sequence - self.expected;
            self.expected = header.sequence;
            self.checked = Some(header);
            return Found::Damage(Damage { offset, bytes: 0, blocks, kind: DamageKind::Missing });
        }
        let payload = self.start + BLOCK_HEADER_BYTES..self.start + header.block_bytes();
        self.start = payload.end;
        if header.sequence < self.expected {
            let bytes = header.block_bytes() as u64;
            return Found::Damage(Damage { offset, bytes, blocks: 0, kind: DamageKind::OutOfPlace });
        }
        self.expected = self.expected.saturating_add(1);
        Found::Block(Block { header, offset, payload })
    }

    /// What was passed over since the last time.
    fn passed_over(&mut self) -> Option<Damage> {
        let bytes = std::mem::take(&mut self.skipped);
        let kind = match self.cut_short {
            true => DamageKind::CutShort,
            false => DamageKind::Unreadable,
        };
        (bytes > 0).then(|| Damage { offset: self.offset() - bytes, bytes, blocks: 0, kind })
    }

    /// Adds how many blocks stood where bytes were passed over, as the number of the block behind them tells.
    fn with_lost_blocks(&mut self, damage: Damage, behind: BlockHeader) -> Damage {
        let blocks = behind.sequence.saturating_sub(self.expected);
        self.expected = self.expected.max(behind.sequence);
        Damage { blocks, ..damage }
    }

    /// Where in the stream goes on what was not taken yet.
    fn offset(&self) -> u64 {
        self.buffer_offset + self.start as u64
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Passes over one byte at least, up to where a block may begin.
    fn skip_to_marker(&mut self) {
        let rest = &self.rest()[1..];
        let marker = rest.windows(MARKER.len()).position(|window| window == MARKER);
        // A marker may have begun in the last bytes.
        self.skip(1 + marker.unwrap_or(rest.len().saturating_sub(MARKER.len() - 1)));
    }

    fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        self.skipped += bytes as u64;
    }

    /// Reads until so many bytes lie ahead. False if the stream ends before.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        while self.rest().len() < wanted && !self.ended {
            if self.start > 0 {
                self.buffer.drain(..self.start);
                self.buffer_offset += self.start as u64;
                self.start = 0;
            }
            // Never more than lies here already, or a file could claim a long block and have memory for it.
            let length = self.buffer.len();
            self.buffer.resize(length + CHUNK.max(length).min(CHUNK.max(wanted - length)), 0);
            let read = self.source.read(&mut self.buffer[length..]);
            self.buffer.truncate(length + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(read) => self.ended = read == 0,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.rest().len() >= wanted)
    }
}
