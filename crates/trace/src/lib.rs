//! Recordings: every call over the border between managed and native code, with its thread and its time, beside what the
//! garbage collector and the threads did meanwhile.
//!
//! Not for: where events come from. The probe records, and this crate knows nothing of it.

mod model;

pub use model::{
    Call, Collection, Direction, End, Loss, OPEN, Origin, Pause, PauseReason, Recording, Target, Thread,
};
