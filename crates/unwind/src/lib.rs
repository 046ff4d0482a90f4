//! From the copy of a thread's stack to the functions it is in, outside the process that it was taken from.
//!
//! What is known of the thread is its program counter, its stack pointer and the bytes above it: what the kernel tells of a
//! thread that waits in a system call. The other registers are not known, rbp among them, by which managed code and some native
//! code find their callers; [`Process::walk`] says how that is overcome, and marks what was guessed.
//!
//! A thunk of the probe's on the stack hides its caller: the caller's address is in the bracket, a record that the process keeps
//! elsewhere. So brackets are handed in with the stack, and stand for what the thunks took away.

mod maps;
mod module;
mod process;
mod walk;

pub use process::{CodeKind, NativeFunction, Process};
pub use walk::{Bracket, Frame, ThreadStack, Walk};
