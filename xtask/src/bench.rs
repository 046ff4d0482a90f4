//! `cargo xtask bench`: what a crossing costs, with and without clrhost.

use crate::workspace::{self, cargo, progress};
use crate::{Failure, fixtures, setup};

/// Builds everything and runs the package `clrhost-bench`; `args` go to it.
pub fn run(args: &[String]) -> Result<u8, Failure> {
    let dotnet = setup()?;
    fixtures::build()?;
    fixtures::build_sample("orders", "Orders")?;
    progress("clrhost", "building it with optimisation");
    workspace::run(cargo().args([
        "build",
        "--release",
        "--quiet",
        "--package",
        "clrhost-cli",
        "--package",
        "clrhost-mscoree",
    ]))?;
    let mut bench = cargo();
    bench.args(["run", "--release", "--quiet", "--package", "clrhost-bench", "--"]).args(args);
    workspace::run(bench.env("CLRHOST_TEST_DOTNET_ROOT", &dotnet.root))?;
    Ok(0)
}
