//! Python and its package installer, for what only PyPI has.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::run_quietly;
use crate::{Failure, debian};

/// The interpreter, installed if it is missing.
pub fn interpreter() -> Result<PathBuf, Failure> {
    debian::ensure_command("python3", "python3")
}

/// A `pip` to give arguments to, installed if it is missing. Debian's mark "externally managed" stops only what would change the
/// system's own packages, which `download`, and `install` into a folder, do not.
pub fn pip() -> Result<Command, Failure> {
    let python = interpreter()?;
    let pip = || {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip"]);
        pip
    };
    if run_quietly(pip().arg("--version")).is_err() {
        debian::install("python3-pip")?;
    }
    Ok(pip())
}
