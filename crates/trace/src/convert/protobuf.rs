//! Messages of protocol buffers, as far as they are needed here.

use crate::format::wire::put_number;

/// A message that is being made.
#[derive(Clone, Debug, Default)]
pub struct Message(Vec<u8>);

impl Message {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// A field of a type without a fixed size that is written as it is: `uint64`, `bool`, an enumeration, `int32` from 0 on.
    pub fn number(&mut self, field: u32, value: u64) -> &mut Message {
        self.key(field, 0);
        put_number(&mut self.0, value);
        self
    }

    pub fn string(&mut self, field: u32, value: &str) -> &mut Message {
        self.bytes_field(field, value.as_bytes())
    }

    /// A message within it.
    pub fn message(&mut self, field: u32, fill: impl FnOnce(&mut Message)) -> &mut Message {
        let mut inner = Message::default();
        fill(&mut inner);
        self.bytes_field(field, &inner.0)
    }

    /// A message within it that is there already.
    pub fn bytes_field(&mut self, field: u32, bytes: &[u8]) -> &mut Message {
        self.key(field, 2);
        put_number(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn key(&mut self, field: u32, wire_type: u32) {
        put_number(&mut self.0, u64::from(field << 3 | wire_type));
    }
}
