//! `cargo xtask abi`: the interfaces of the hosting API, for Rust, C and C++, from Microsoft's metadata.
//!
//! The generator is a package of its own outside the workspace, so that nobody else compiles it. It takes a minute the
//! first time, and a network for its dependencies.

use std::process::Command;

use crate::Failure;
use crate::workspace::{self, cargo, progress, run, run_quietly};

/// Writes the files; with `--check` only compares them.
pub fn generate(arguments: &[String]) -> Result<u8, Failure> {
    progress("abi", "building tools/abi and running it");
    run(generator("run").arg("--quiet").arg("--").args(arguments))?;
    Ok(0)
}

/// Compares the files with what the generator would write, where it can be built without a network. What is checked in
/// has sums that a plain test compares, so nothing is lost where it cannot.
pub fn check_if_possible() -> Result<(), Failure> {
    if run_quietly(generator("fetch").arg("--offline")).is_err() {
        progress("abi", "the generator's dependencies are not here, so only sums are compared");
        return Ok(());
    }
    generate(&["--check".into()]).map(drop)
}

fn generator(subcommand: &str) -> Command {
    let mut command = cargo();
    command.args([subcommand, "--locked", "--manifest-path", "tools/abi/Cargo.toml"]);
    command.env("CARGO_TARGET_DIR", workspace::target().join("abi"));
    command
}
