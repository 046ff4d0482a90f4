//! Finds .NET on this machine, holds it against what an app asks for, and runs the app in this process.
//!
//! The steps are separate, so that a caller can stop and explain after each: [`locate()`] lists the roots, [`App::open`]
//! checks the app, [`Requirements::select`] chooses a root, [`HostFxr::load`] loads its hostfxr, and a [`Context`]
//! prepares the runtime, which [`Context::run`] or [`Context::load_assembly_and_get_function_pointer`] then starts. A
//! process holds one runtime, once.
//!
//! The crate knows CoreCLR and its hosting components only: no command line, no profiler, no hooks. It takes the
//! decisions of hostfxr as final and makes its own only to choose a root and to explain.

pub mod app;
pub mod context;
mod dac;
pub mod environment;
pub mod error;
mod error_writer;
pub mod hostfxr;
mod json;
pub mod locate;
pub mod misfit;
pub mod options;
mod os;
pub mod pe;
mod private_folder;
pub mod roll_forward;
pub mod root;
pub mod runtime_config;
pub mod selection;
mod shim;
pub mod status;
#[cfg(test)]
mod testing;

pub use app::App;
pub use context::{CommandLine, Context, MethodKind, RuntimeConfigFile};
pub use dac::{Dac, DacThread};
pub use environment::Environment;
pub use error::{Error, ErrorKind};
pub use hostfxr::HostFxr;
pub use locate::{Located, locate};
pub use misfit::DoesNotFit;
pub use options::HostOptions;
pub use private_folder::PrivateFolder;
pub use roll_forward::RollForward;
pub use root::{DotnetRoot, RootSource, Runtime};
pub use runtime_config::RuntimeConfig;
pub use selection::{Requirements, Selection};
pub use semver::Version;
pub use shim::{MemoryNumbers, Shim, ThreadHandle};
pub use status::Status;
