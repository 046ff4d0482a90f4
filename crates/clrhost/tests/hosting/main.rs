//! The crate on the real runtime. A process holds one runtime, so each case runs in a child process; see [`child`].

mod aborts;
mod answers;
mod binding;
mod blocking;
mod child;
mod component;
mod environment;
mod errno;
mod example;
mod failures;
mod held;
mod order;
mod process_end;
mod recorder;
mod recording;
mod scripted;
mod shut;
mod start;
mod threads;
mod thunk_memory;
mod whole;
