//! `cargo xtask shim`: compiles clrhost's own managed part, which is checked in because users have no C# compiler.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::workspace::{built, make_folder, progress, root, run_quietly};
use crate::{Failure, compiler};

const SOURCE: &str = "crates/engine-coreclr/shim/Shim.cs";
const IMAGE: &str = "crates/engine-coreclr/shim/clrhost.shim.dll";

/// Compiles it; with `--check` only compares what is checked in with what the compiler makes.
pub fn generate(arguments: &[String]) -> Result<u8, Failure> {
    compiler::ensure()?;
    let image = root().join(IMAGE);
    match arguments {
        [] => compile(&image).map(|()| 0),
        [check] if check == "--check" => check_current(&image).map(|()| 0),
        _ => Err("usage: cargo xtask shim [--check]".to_owned()),
    }
}

/// An error if the image is not that of the source.
pub fn check_current(image: &Path) -> Result<(), Failure> {
    let folder = built().join("shim");
    make_folder(&folder)?;
    let fresh = folder.join("clrhost.shim.dll");
    compile(&fresh)?;
    if comparable(image)? == comparable(&fresh)? {
        progress("shim", "is current");
        return Ok(());
    }
    Err(format!("{IMAGE} is not what {SOURCE} compiles to; run `cargo xtask shim`"))
}

/// Checks the one that is checked in.
pub fn check() -> Result<(), Failure> {
    check_current(&root().join(IMAGE))
}

fn compile(image: &Path) -> Result<(), Failure> {
    let mut mcs = Command::new("mcs");
    mcs.args(["-nologo", "-optimize+", "-unsafe", "-warnaserror+", "-target:library"]);
    let mut out = std::ffi::OsString::from("-out:");
    out.push(image);
    run_quietly(mcs.arg(out).arg(root().join(SOURCE)))?;
    progress("shim", &format!("compiled from {SOURCE}"));
    Ok(())
}

/// The image without what differs from one compilation to the next: its time stamp and the module's identifier.
fn comparable(image: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = || format!("{} is no assembly", image.display());
    let mut bytes = fs::read(image).map_err(|e| format!("can't read {}: {e}", image.display()))?;
    let word = |at: usize| -> Option<usize> {
        Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
    };
    let stamp = word(0x3C).ok_or_else(wrong)? + 8;
    // The heap of GUIDs, by the stream headers in the root of the metadata (ECMA-335 II.24.2.2).
    let root = bytes.windows(4).position(|window| window == b"BSJB").ok_or_else(wrong)?;
    let name = bytes[root..].windows(6).position(|window| window == b"#GUID\0").ok_or_else(wrong)? + root;
    let guids = root + word(name - 8).ok_or_else(wrong)?;
    for range in [stamp..stamp + 4, guids..guids + 16] {
        bytes.get_mut(range).ok_or_else(wrong)?.fill(0);
    }
    Ok(bytes)
}
