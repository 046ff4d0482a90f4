//! The runtimes installed on this machine.

use crate::version::Wanted;
use clrhost::engine::{Environment, Runtime, Version, locate};

/// The framework that every application has.
const FRAMEWORK: &str = "Microsoft.NETCore.App";

/// Every installed version, newest first, each once.
pub(crate) fn runtimes() -> Vec<Runtime> {
    let located = locate(None, &Environment::of_process());
    // Roots come best first, and a version that several have is taken from the best.
    let mut found: Vec<Runtime> = Vec::new();
    for runtime in located.roots.iter().flat_map(|root| root.runtimes_named(FRAMEWORK)) {
        if !found.iter().any(|known| known.version == runtime.version) {
            found.push(runtime.clone());
        }
    }
    found.sort_by(|one, other| other.version.cmp(&one.version));
    found
}

/// The newest installed version that does.
pub(crate) fn newest(wanted: &Wanted) -> Option<Runtime> {
    let fits = |runtime: &Runtime| wanted.fits(&runtime.version);
    let runtimes = runtimes();
    let released = runtimes.iter().find(|runtime| fits(runtime) && runtime.version.pre.is_empty());
    released.or_else(|| runtimes.iter().find(|runtime| fits(runtime))).cloned()
}

/// `v8.0.4`.
pub(crate) fn version_string(version: &Version) -> String {
    format!("v{version}")
}
