//! Thunks called by native code, without a runtime: what they hand on, what they count, and how one gets out of them.
//!
//! A process has one probe, so every test runs in processes of its own, one for each mode; see [`child`]. A thread that the
//! runtime does not know counts as made by native code, so calls through exports count only inside a callback:
//! [`Bed::as_managed`](bed::Bed::as_managed).

mod bed;
mod child;
mod depth;
mod figures;
mod jumps;
mod native;
mod recorded;
mod registers;
mod signals;
mod stacks;
mod stepped;
mod threads;
mod throws;
mod times;
mod values;
