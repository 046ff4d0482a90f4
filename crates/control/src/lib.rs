//! Questions to a process with a probe, and their answers.
//!
//! A process with a probe [serves](serve) a Unix socket, on a thread of its own that does nothing unless somebody asks. Who
//! asks is a [client](client) with the rights of the same user, or root. One connection is one question; docs/live.md describes
//! the protocol. Nothing a client does, or does not do, can hold the application up: see `server`.

pub mod client;
mod copied_stack;
mod folder;
mod frame;
mod numbers;
pub mod procfs;
pub mod protocol;
mod server;
mod stuck;

pub use server::{remove_socket, serve};
