//! `cargo xtask miri`: the tests of `boundary` in an interpreter that finds undefined behaviour.

use crate::workspace::{progress, run, target, words};
use crate::{Failure, nightly};

/// Runs them; `args` go to `cargo miri test`, such as the name of a test.
pub fn test(args: &[String]) -> Result<u8, Failure> {
    nightly::ensure(&["miri", "rust-src"])?;
    let mut miri = nightly::cargo();
    miri.args(["miri", "test", "--package", "clrhost-boundary"]);
    miri.arg("--target-dir").arg(target().join("miri")).args(args);
    // Brackets are told by their address in words that assembly reads, so their provenance is exposed. Tests that keep seeds read
    // files. What a panic of a host carries is leaked on purpose (`HostingLayer`).
    miri.env("MIRIFLAGS", "-Zmiri-permissive-provenance -Zmiri-disable-isolation -Zmiri-ignore-leaks");
    // Panics that tests make on purpose would each be resolved frame by frame, interpreted.
    miri.env("RUST_BACKTRACE", "0");
    progress("miri", &words(&miri));
    run(&mut miri)?;
    Ok(0)
}
