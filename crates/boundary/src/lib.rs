//! The border between managed and native code, without a runtime.
//!
//! A *task* is one managed thread seen from the border. Four *crossings* move it: `Leave` and `Enter` bracket a call
//! from managed to native code, `ReverseEnter` and `ReverseLeave` bracket a call from native to managed code. Brackets
//! nest, so the state of a task is a stack of open brackets ([`Bracket`]). What is called is a [`Target`].
//!
//! A source of crossings (the probe's transitions callbacks, or its thunks) finds or makes the [`TaskOwner`] of its OS
//! thread and calls [`Boundary::leave`] and its three siblings there, or [`Boundary::open_exact`] and
//! [`Boundary::close_bracket`]. Everything else happens here: pairing, counting,
//! timing, repair after `longjmp` and `pthread_exit`, and the calls to a [`TaskManager`], the host.
//!
//! Rules of this crate, relied on by the rest:
//! * no operating system calls: time comes from a [`Clock`], stack bounds and thread ids from the caller;
//! * on the crossing path no lock and no allocation once a thread has its task and the target is bound. The
//!   exception for allocations grows with the program, not with its calls: one per 1,024 distinct targets that one
//!   thread uses. The one for locks: a thread that cycles through more targets than its cache holds (256 places) looks
//!   some up under a short lock, unless its source is a thunk, which knows its target's number;
//! * every number a task keeps is written by its own thread alone and may be read by any thread at any time
//!   (`block`, the protocol that loom checks);
//! * nothing a host does unwinds through here, and no lock is held while a host runs.

mod abort;
mod admission;
mod block;
mod boundary;
mod crossing;
mod engine;
mod histogram;
mod host;
mod layer;
pub mod layout;
mod owner;
mod pages;
mod records;
mod registry;
mod repair;
mod ring;
mod snapshot;
mod sync;
mod target;
mod task;
mod task_type;

#[cfg(all(test, loom))]
mod loom_tests;

pub use abort::{AbortRequest, AbortState, RegionEnd, Stop, gate};
pub use admission::{Admission, DeniedTarget, Gate, Substitute};
pub use boundary::{Boundary, Clock};
pub use crossing::{Bracket, Crossing};
pub use engine::Engine;
pub use histogram::HistogramSnapshot;
pub use host::{GcManager, HostResult, TaskManager, TaskRequest, WaitOption};
pub use layer::{HostFailure, HostingLayer};
pub use owner::TaskOwner;
pub use registry::{MAX_ENDED_TASKS, RecordedTask, Registry};
pub use ring::Event;
pub use snapshot::{
    Callers, CrossingCounts, Mismatch, OpenBracket, Snapshot, StackBracket, TargetStats, TaskStats,
};
pub use target::{Origin, Target, TargetDescription, TargetId, TargetKind};
pub use task::{Task, TaskIdentity};
pub use task_type::TaskType;

pub use clrhost_hresult::Hresult;
