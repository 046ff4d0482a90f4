//! The part of clrhost that CoreCLR loads as its profiler.
//!
//! [`Probe::install`] makes the one probe of the process and names it to the runtime that is started next. From then on
//! the probe is a *source* of crossings, which it turns into calls of [`Boundary`](clrhost_boundary::Boundary). It has two:
//! thunks (`thunk`, with `lookups`, `bindings`, `callbacks` and `rewrite`), and the transitions flag (`transitions`). Another
//! one has to know its thread's state (`thread_state`), bind targets under keys of its own, and call the same methods.
//!
//! Rules: every call from the runtime goes through `entry::guarded`; on the crossing path no lock, no allocation, no
//! change of `errno`; no lock is held while the runtime or a host is called.

mod activation;
mod admission;
mod arch;
mod bindings;
mod callback;
mod callbacks;
mod class_factory;
mod clock;
mod elf;
mod entry;
mod forwarder;
mod il;
mod image;
mod imports;
mod info;
mod inlining;
mod lookups;
mod managed_threads;
mod metadata;
mod names;
mod native_hooks;
mod native_return;
mod native_symbol;
mod notify;
mod own_file;
mod pauses;
mod pinvokes;
mod probe;
mod rewrite;
mod say;
mod stacks;
mod stops;
mod suspension;
mod thread_state;
mod threads;
mod thunk;
mod transitions;
pub mod versions;

pub use activation::{
    ProbeError, check_environment, configured_profiler, diagnostics_off, environment_beside, environment_for,
    secure_execution,
};
pub use class_factory::{CLSID_PROBE, dll_get_class_object};
pub use clock::ProbeClock;
pub use own_file::{OwnFile, new_memory_file};
pub use pauses::{Noted, RuntimeCollection, RuntimePause};
pub use probe::{Attachment, HostState, Probe, ProbeConfig, ProbeSnapshot, Source, Timing};
pub use say::say;
pub use stacks::{ManagedMethod, thunk_code};
pub use thunk::pages::{ThunkMemory, check_thunks};
