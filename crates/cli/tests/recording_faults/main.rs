//! Faults while calls are recorded and reports are made, on the real runtime. Every test runs the command, or a traced program, in
//! processes of its own, and most show first what happens without the fault. docs/testing.md says what each covers.

mod clock;
mod descriptors;
mod disk;
mod hostile;
mod kill;
mod pipe;
mod sockets;
mod support;
