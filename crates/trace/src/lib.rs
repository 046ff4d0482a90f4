//! Recordings: every call over the border between managed and native code, with its thread and its time, beside what the
//! garbage collector and the threads did meanwhile.
//!
//! [`Recording`] is one in memory. [`Encoder`] makes a file of what happens while it happens, [`RingWriter`] keeps the file
//! below a size, and [`Reader`] reads it: `docs/trace-format.md` describes what is in it.
//!
//! Not for: where events come from. The probe records, and this crate knows nothing of it.

#[cfg(feature = "convert")]
pub mod convert;
mod encoder;
mod format;
mod model;
mod reader;
mod ring_writer;
mod write;

pub use encoder::Encoder;
pub use format::MAGIC;
pub use model::{
    Call, Collection, Damage, DamageKind, Direction, End, Loss, OPEN, Origin, Pause, PauseReason, Recording,
    Target, Thread,
};
pub use reader::{Event, FileSource, ReadError, Reader};
pub use ring_writer::{RingWriter, SMALLEST_RING};
