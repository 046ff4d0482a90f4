//! A file that was written as a ring, from its oldest bytes to its newest.

use crate::format::checksum::crc32c;
use crate::format::{BLOCK_HEADER_BYTES, BlockHeader, FILE_HEADER_BYTES, FileHeader, MARKER};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// Segments smaller than this are made by nobody.
const SMALLEST_SEGMENT: u64 = 1 << 10;

/// A part of a file, and where it stands in the stream.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    stream: u64,
    file: u64,
    bytes: u64,
}

/// What was written into a ring and is still there.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    /// The written part of each segment, the oldest first.
    pub places: Vec<Place>,
    /// Number of the first block.
    pub first: u32,
}

/// The offset in the file of one in the stream.
pub fn in_file(places: &[Place], offset: u64) -> u64 {
    let behind = places.partition_point(|place| place.stream <= offset);
    match behind.checked_sub(1).map(|before| places[before]) {
        Some(place) => place.file + (offset - place.stream),
        None => offset,
    }
}

/// A file, read in the order in which it was written.
pub struct Source<F> {
    file: F,
    /// What was read of a file that is no ring.
    head: Cursor<Vec<u8>>,
    /// The parts of a ring that are still to be read; `None` if it is none.
    places: Option<std::vec::IntoIter<Place>>,
    /// Bytes left of the present part.
    left: u64,
}

impl<F: Read + Seek> Source<F> {
    /// With where everything is, if it is a ring.
    pub fn new(mut file: F) -> io::Result<(Source<F>, Option<Ring>)> {
        let mut head = Vec::new();
        file.by_ref().take(FILE_HEADER_BYTES as u64).read_to_end(&mut head)?;
        let ring = match FileHeader::parse(&head) {
            Ok(header) if header.segments > 0 && header.segment_bytes >= SMALLEST_SEGMENT => {
                Some(Ring::find(&mut file, header)?)
            }
            _ => None,
        };
        let to_read = ring.as_ref().map(|ring| ring.places.clone().into_iter());
        if ring.is_some() {
            head.clear();
        }
        Ok((Source { file, head: Cursor::new(head), places: to_read, left: 0 }, ring))
    }
}

impl<F: Read + Seek> Read for Source<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(places) = &mut self.places else {
            return match self.head.read(buffer)? {
                0 => self.file.read(buffer),
                read => Ok(read),
            };
        };
        if self.left == 0 {
            let Some(place) = places.next() else { return Ok(0) };
            self.file.seek(SeekFrom::Start(place.file))?;
            self.left = place.bytes;
        }
        let read = self.file.by_ref().take(self.left).read(buffer)?;
        // A file that became shorter meanwhile ends here.
        self.left = if read == 0 { 0 } else { self.left - read as u64 };
        Ok(read)
    }
}

impl Ring {
    fn find(file: &mut (impl Read + Seek), header: FileHeader) -> io::Result<Ring> {
        let length = file.seek(SeekFrom::End(0))?;
        let mut found = Vec::new();
        let mut start = FILE_HEADER_BYTES as u64;
        for _ in 0..header.segments {
            let end = start.saturating_add(header.segment_bytes).min(length);
            if start >= end {
                break;
            }
            found.extend(written_part(file, start, end)?);
            start = end;
        }
        found.sort_by_key(|(sequence, _)| *sequence);
        let first = found.first().map_or(0, |(sequence, _)| *sequence);
        let mut stream = 0;
        let places = found.into_iter().map(|(_, place)| {
            let place = Place { stream, ..place };
            stream += place.bytes;
            place
        });
        Ok(Ring { places: places.collect(), first })
    }
}

/// What was written into a segment since it was begun, and the number of its first block. Behind it there may be blocks from the
/// time before, which have lower numbers, the first of them half overwritten.
fn written_part(file: &mut (impl Read + Seek), start: u64, end: u64) -> io::Result<Option<(u32, Place)>> {
    let mut first: Option<(u32, u64)> = None;
    // The block written last, and where the one before it ends.
    let mut last: Option<(u64, BlockHeader)> = None;
    let mut before_last = start;
    let mut at = start;
    while at + BLOCK_HEADER_BYTES as u64 <= end {
        let bytes = bytes_at(file, at, BLOCK_HEADER_BYTES as u64)?;
        let block = BlockHeader::parse(&bytes).map(|header| (header, at + header.block_bytes() as u64));
        let Some((header, behind)) = block.filter(|(_, behind)| *behind <= end) else {
            at = next_marker(file, at + 1, end)?;
            continue;
        };
        let (first, _) = first.get_or_insert((header.sequence, at));
        if header.sequence >= *first {
            before_last = last.map_or(at, |(at, header)| at + header.block_bytes() as u64);
            last = Some((at, header));
        }
        at = behind;
    }
    let (Some((first, start)), Some((at, header))) = (first, last) else { return Ok(None) };
    // A process that was killed may have written its header and not all of its content.
    let payload = bytes_at(file, at + BLOCK_HEADER_BYTES as u64, header.length.into())?;
    let end = match crc32c(0, &payload) == header.payload_checksum {
        true => at + header.block_bytes() as u64,
        false => before_last,
    };
    Ok((end > start).then_some((first, Place { stream: 0, file: start, bytes: end - start })))
}

/// So many bytes from `at` on, or fewer if the file ends before.
fn bytes_at(file: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where a block may begin, from `at` on; `end` if nowhere.
fn next_marker(file: &mut (impl Read + Seek), mut at: u64, end: u64) -> io::Result<u64> {
    while at < end {
        let bytes = bytes_at(file, at, (end - at).min(64 << 10))?;
        if let Some(found) = bytes.windows(MARKER.len()).position(|window| window == MARKER) {
            return Ok(at + found as u64);
        }
        if bytes.len() < MARKER.len() {
            break;
        }
        // One may have begun in the last bytes.
        at += (bytes.len() - (MARKER.len() - 1)) as u64;
    }
    Ok(end)
}
