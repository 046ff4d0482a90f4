//! `cargo xtask demo`: the first sight of clrhost.

use std::process::Command;

use crate::workspace::{self, cargo, progress, root, shown, target, words};
use crate::{Failure, fixtures, setup};

/// Builds clrhost and the SQLite sample, and runs the one under the other; `args` go to the sample.
pub fn run(args: &[String]) -> Result<u8, Failure> {
    let dotnet = setup()?;
    progress("clrhost", "building it with optimisation");
    workspace::run(cargo().args(["build", "--release", "--quiet", "--package", "clrhost-cli"]))?;
    let sample = fixtures::build_sample("orders", "Orders")?;

    let mut clrhost = Command::new(shown(&target().join("release/clrhost")));
    // The rows that matter here fit on a screen; without the options all others come too.
    clrhost.current_dir(root()).args(["run", "--user-only", "--top", "7"]).arg(shown(&sample)).args(args);
    let mut line = words(&clrhost);
    if dotnet.fetched {
        // clrhost would not look for a runtime in our build folder.
        clrhost.env("DOTNET_ROOT", &dotnet.root);
        line = format!("DOTNET_ROOT={} {line}", dotnet.root.display());
    }
    eprintln!("\n$ {line}");
    let status = clrhost.status().map_err(|e| format!("can't start {line}: {e}"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Builds the cooperative host and the load, and runs the comparison; `args` go to the host.
pub fn cooperative(args: &[String]) -> Result<u8, Failure> {
    let dotnet = setup()?;
    progress("cooperative", "building it with optimisation");
    workspace::run(cargo().args(["build", "--release", "--quiet", "--package", "cooperative"]))?;
    let load = fixtures::build_sample("load", "Load")?;
    let mut host = Command::new(target().join("release/cooperative"));
    host.arg(load).args(args);
    if dotnet.fetched {
        host.env("DOTNET_ROOT", &dotnet.root);
    }
    let status = host.status().map_err(|e| format!("can't start {}: {e}", words(&host)))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
