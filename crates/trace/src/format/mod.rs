//! The file format, version 1: its numbers, headers and elements. `docs/trace-format.md` describes it in full.

pub mod calls;
pub mod checksum;
pub mod codes;
pub mod wire;

use checksum::crc32c;

/// How a file begins. The first byte and the line ends show transfers that change text.
pub const MAGIC: [u8; 8] = *b"\x93CLRTR\r\n";

/// The version of what blocks and their content mean. Files of another one are refused.
pub const MAJOR: u8 = 1;

/// The version of what may be passed over by older readers.
pub const MINOR: u16 = 0;

/// Bytes of [`FileHeader`].
pub const FILE_HEADER_BYTES: usize = 32;

/// Bytes of [`BlockHeader`].
pub const BLOCK_HEADER_BYTES: usize = 24;

/// How every block begins, so that readers find one behind damage.
pub const MARKER: [u8; 4] = [0xC7, 0x1E, 0xB1, 0x0C];

/// The longest content of a block.
pub const MAX_PAYLOAD: usize = 16 << 20;

/// What a block holds.
pub mod kind {
    /// Of what the recording is.
    pub const ORIGIN: u16 = 1;
    /// What is called.
    pub const TARGETS: u16 = 2;
    /// What threads did: began, got a name or a kind, ended.
    pub const THREADS: u16 = 3;
    /// Calls of one thread that returned.
    pub const CALLS: u16 = 4;
    /// What one thread is inside of.
    pub const OPEN_CALLS: u16 = 5;
    /// When the runtime held its threads.
    pub const PAUSES: u16 = 6;
    /// What the garbage collector did.
    pub const COLLECTIONS: u16 = 7;
    /// Calls that could not be recorded.
    pub const LOSSES: u16 = 8;
    /// A part of the report.
    pub const REPORT: u16 = 9;
    /// How the recording ends.
    pub const END: u16 = 10;
    /// What a ring has overwritten so far.
    pub const OVERWRITTEN: u16 = 11;
    /// The process lived at this time.
    pub const ALIVE: u16 = 12;
}

/// What a file begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileHeader {
    /// Segments of a ring; 0 for a file that is read from front to back.
    pub segments: u32,
    /// Bytes of each segment.
    pub segment_bytes: u64,
}

/// Why a file header cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadFileHeader {
    /// It does not begin as recordings do.
    NotOne,
    /// It was changed.
    Damaged,
    /// It is of this version.
    Version(u16),
}

impl FileHeader {
    pub fn to_bytes(self) -> [u8; FILE_HEADER_BYTES] {
        let mut bytes = [0; FILE_HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&u16::from(MAJOR).to_le_bytes());
        bytes[10..12].copy_from_slice(&MINOR.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.segments.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.segment_bytes.to_le_bytes());
        let checksum = crc32c(0, &bytes[..28]);
        bytes[28..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub fn parse(bytes: &[u8]) -> Result<FileHeader, BadFileHeader> {
        let Some(bytes) = bytes.first_chunk::<FILE_HEADER_BYTES>() else { return Err(BadFileHeader::NotOne) };
        if bytes[..8] != MAGIC {
            return Err(BadFileHeader::NotOne);
        }
        if crc32c(0, &bytes[..28]) != u32_at(bytes, 28) {
            return Err(BadFileHeader::Damaged);
        }
        let major = u16::from_le_bytes([bytes[8], bytes[9]]);
        if major != u16::from(MAJOR) {
            return Err(BadFileHeader::Version(major));
        }
        let segment_bytes = u64::from(u32_at(bytes, 16)) | u64::from(u32_at(bytes, 20)) << 32;
        Ok(FileHeader { segments: u32_at(bytes, 12), segment_bytes })
    }
}

/// What a block begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// One of [`kind`].
    pub kind: u16,
    /// One more than that of the block before.
    pub sequence: u32,
    /// Bytes of the payload.
    pub length: u32,
    /// CRC-32C of the payload.
    pub payload_checksum: u32,
}

impl BlockHeader {
    pub fn to_bytes(self) -> [u8; BLOCK_HEADER_BYTES] {
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        bytes[..4].copy_from_slice(&MARKER);
        bytes[4] = MAJOR;
        bytes[6..8].copy_from_slice(&self.kind.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.length.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.payload_checksum.to_le_bytes());
        let checksum = crc32c(0, &bytes[..20]);
        bytes[20..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// `None` for what is no sound header of a block of this version.
    pub fn parse(bytes: &[u8]) -> Option<BlockHeader> {
        let bytes = bytes.first_chunk::<BLOCK_HEADER_BYTES>()?;
        if bytes[..4] != MARKER || crc32c(0, &bytes[..20]) != u32_at(bytes, 20) || bytes[4] != MAJOR {
            return None;
        }
        let header = BlockHeader {
            kind: u16::from_le_bytes([bytes[6], bytes[7]]),
            sequence: u32_at(bytes, 8),
            length: u32_at(bytes, 12),
            payload_checksum: u32_at(bytes, 16),
        };
        (header.length as usize <= MAX_PAYLOAD).then_some(header)
    }

    /// Bytes of the whole block.
    pub fn block_bytes(self) -> usize {
        BLOCK_HEADER_BYTES + self.length as usize
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
