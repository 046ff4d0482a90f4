//! `libmscoree.so`: the .NET Framework's hosting API (`mscoree.h`, `metahost.h`) for C and C++ hosts, over modern .NET.
//!
//! Everything here translates: COM objects of ours that call the crate `clrhost`, and adapters that make a host's COM objects
//! its [`clrhost::TaskManager`] and [`clrhost::GcManager`]. What each method does, and which ones CoreCLR leaves no way for,
//! is written in `docs/contract.md`.
//!
//! Rules:
//! * every entry goes through [`entry::entry`], which catches panics;
//! * objects that a host can get hold of are never freed: hosts release them in their destructors, long after `Stop`;
//! * a host's objects are never asked for another interface, and get an `AddRef` before anything else: many begin with a
//!   count of 0 (see `host_object`);
//! * no lock is held while the host or the runtime is called.

#![expect(non_snake_case, reason = "parameters of exported functions have the names of the headers")]
#![expect(non_upper_case_globals, reason = "constants in patterns have the names of the headers")]

mod control;
mod cor_runtime_host;
mod debug_manager;
mod entry;
mod enumeration;
mod error_reporting;
mod event_manager;
mod exports;
mod gc_manager;
mod host_control;
mod host_gc_manager;
mod host_object;
mod host_task_manager;
mod hosting;
mod installed;
mod meta_host;
mod object;
mod policy;
mod protection;
mod runtime_host;
mod runtime_info;
mod sync_manager;
mod task;
mod task_manager;
mod text;
mod under_test;
mod version;

pub use exports::{
    CLRCreateInstance, CorBindToRuntimeEx, CorBindToRuntimeHost, GetCORSystemDirectory, GetCORVersion,
};
pub use under_test::{CREATE_HOST_CONTROL, CreateHostControl, Managers, Remark, managers_of, remarks};
