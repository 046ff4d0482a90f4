//! The hosting API (`mscoree.h`, `metahost.h`, `gchost.h`): interfaces as tables of functions, and what they use.
//!
//! Generated from Microsoft's Win32 metadata by `cargo xtask abi`, which writes the headers in `include` from the same
//! source; `tests/hosting.rs` and `tests/headers.rs` compare both with the contract's tables. Each interface `IName`
//! has its table `IName_Vtbl`, which begins with that of its base, its `IID_IName`, and the alias `IName` for an object
//! that has such a table.
//!
//! Interfaces are plain tables and not windows-core's smart pointers, for three reasons. Hosts hand out objects with a
//! reference count of 0 and refuse `QueryInterface`, so when to count must be decided at each call. The contract tells
//! `S_OK` from `S_FALSE`, which windows-core makes the same. And they cost neither a dependency nor compile time.

use core::ffi::c_void;

#[allow(
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    reason = "generated, under the names of Microsoft's documentation; an expectation would ask that each lint fires"
)]
mod generated;
pub use generated::*;

/// Types that hosting only points to.
mod opaque {
    /// A processor's registers and an exception, in the layout of the operating system; nothing on Linux makes one.
    #[repr(C)]
    pub struct EXCEPTION_POINTERS {
        _unknown: [u8; 0],
    }
}
pub use opaque::EXCEPTION_POINTERS;

/// `HDOMAINENUM`: an enumeration of application domains.
pub type HDOMAINENUM = *mut c_void;
