//! The one managed part of the process's one runtime.

use crate::{Crossings, Error};
use clrhost_engine_coreclr::Shim;
use std::sync::OnceLock;

static SHIM: OnceLock<Shim> = OnceLock::new();

/// The managed part, if it is loaded.
pub(crate) fn loaded() -> Option<&'static Shim> {
    SHIM.get()
}

/// The same, loaded now by `load` if it was not. Threads that come meanwhile load it too, and one of the copies is used.
pub(crate) fn get_or_load(
    crossings: Option<Crossings>,
    load: impl FnOnce() -> Result<Shim, clrhost_engine_coreclr::Error>,
) -> Result<&'static Shim, Error> {
    if let Some(shim) = SHIM.get() {
        return Ok(shim);
    }
    let loaded = load()?;
    let shim = SHIM.get_or_init(|| loaded);
    if let Some(crossings) = crossings {
        crossings.deliver_aborts(*shim);
    }
    Ok(shim)
}
