//! The nightly compiler, which Miri and the sanitizers need. Nothing else here does, so it is never asked for: what needs it
//! says how to get it.

use std::process::Command;

use crate::Failure;
use crate::workspace::{find_command, progress, root, run_quietly};

/// The toolchain is there, and so are these of its components, or they are installed now.
///
/// # Errors
/// There is none, or it lacks one: in words that say what to install.
pub fn ensure(components: &[&str]) -> Result<(), Failure> {
    let all = components.iter().map(|it| format!(" --component {it}")).collect::<String>();
    let advice = format!("install it with: rustup toolchain install nightly{all}");
    if find_command("rustup").is_none() {
        return Err(format!(
            "this needs a nightly Rust, and rustup to run it (https://rustup.rs); then {advice}"
        ));
    }
    let toolchains = run_quietly(Command::new("rustup").args(["toolchain", "list"]))?;
    if !toolchains.lines().any(|line| line.starts_with("nightly")) {
        return Err(format!("this needs a nightly Rust, which is not installed; {advice}"));
    }
    for component in components {
        if !has(component)? {
            progress(component, "installing it with rustup");
            let mut add = Command::new("rustup");
            add.args(["component", "add", "--toolchain", "nightly", component]);
            if let Err(failure) = run_quietly(&mut add) {
                return Err(format!(
                    "the nightly Rust here lacks {component}, and it cannot be had for this one; a newer one may have \
                     it: rustup update nightly\n{failure}"
                ));
            }
        }
    }
    Ok(())
}

fn has(component: &str) -> Result<bool, Failure> {
    let mut list = Command::new("rustup");
    list.args(["component", "list", "--toolchain", "nightly", "--installed"]);
    Ok(run_quietly(&mut list)?.lines().any(|line| line.starts_with(component)))
}

/// Cargo of the nightly toolchain, in the root of the source tree.
pub fn cargo() -> Command {
    let mut cargo = Command::new("rustup");
    // As we run inside of another cargo, which says by these what compiles.
    cargo.env_remove("RUSTC").env_remove("RUSTDOC").env_remove("CARGO");
    cargo.args(["run", "nightly", "cargo"]).current_dir(root());
    cargo
}
