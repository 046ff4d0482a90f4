//! How messages lie on a connection: a byte that tells JSON from plain bytes, a length, the message.
//!
//! Both sides trust no length: a message longer than what the reader is ready for is refused before a byte of it is read.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};

/// A message of JSON.
const JSON: u8 = b'J';
/// A message of bytes, which the message before it announced.
const BYTES: u8 = b'B';

/// Writes a value.
pub(crate) fn write_json(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    write(to, JSON, &serde_json::to_vec(value)?)
}

/// Writes bytes.
pub(crate) fn write_bytes(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write(to, BYTES, bytes)
}

fn write(to: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length =
        u32::try_from(bytes.len()).map_err(|_| io::Error::other("the message is too long to be sent"))?;
    let mut head = [kind; 5];
    head[1..].copy_from_slice(&length.to_le_bytes());
    to.write_all(&head)?;
    to.write_all(bytes)
}

/// Reads a value of at most `limit` bytes.
pub(crate) fn read_json<T: DeserializeOwned>(from: &mut impl Read, limit: usize) -> io::Result<T> {
    Ok(serde_json::from_slice(&read(from, JSON, limit)?)?)
}

/// Reads bytes, at most `limit`.
pub(crate) fn read_bytes(from: &mut impl Read, limit: usize) -> io::Result<Vec<u8>> {
    read(from, BYTES, limit)
}

fn read(from: &mut impl Read, kind: u8, limit: usize) -> io::Result<Vec<u8>> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let [found, length @ ..] = head;
    let length = u32::from_le_bytes(length) as usize;
    if found != kind {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the other side does not keep to the protocol",
        ));
    }
    if length > limit {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a message of {length} bytes came where at most {limit} are taken"),
        ));
    }
    // Memory is taken as bytes come, not as they are announced.
    let mut bytes = Vec::new();
    from.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_as_they_went() {
        let mut line = Vec::new();
        write_json(&mut line, &vec![1, 2, 3]).unwrap();
        write_bytes(&mut line, b"abc").unwrap();
        let mut line = line.as_slice();
        assert_eq!(read_json::<Vec<u8>>(&mut line, 100).unwrap(), [1, 2, 3]);
        assert_eq!(read_bytes(&mut line, 3).unwrap(), b"abc");
        assert!(line.is_empty());
    }

    #[test]
    fn lies_are_errors() {
        let refused = |mut line: &[u8]| read_bytes(&mut line, 10).unwrap_err().kind();
        assert_eq!(refused(b"B\xFF\xFF\xFF\xFF"), io::ErrorKind::InvalidData);
        assert_eq!(refused(b"J\x01\0\0\0x"), io::ErrorKind::InvalidData);
        assert_eq!(refused(b"B\x05\0\0\0x"), io::ErrorKind::UnexpectedEof);
        assert_eq!(refused(b"B\x05"), io::ErrorKind::UnexpectedEof);
        assert!(read_json::<u8>(&mut &b"J\x02\0\0\0{}"[..], 10).is_err());
    }
}
