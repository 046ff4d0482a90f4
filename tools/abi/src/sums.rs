//! Sums of the generator's inputs and outputs, so that a test can tell without the generator whether what is checked in
//! is current.
//!
//! The sum is FNV-1a with 64 bits; `crates/clr-abi/tests/current.rs` computes the same. It guards against forgetting,
//! not against malice.

use std::path::Path;

use crate::Failure;

/// Where the sums are kept.
pub const FILE: &str = "crates/clr-abi/tests/data/generated.sums";

/// What the files are made from. Cargo.lock holds the check sum of the crate that carries the metadata.
const INPUTS: &[&str] = &[
    "tools/abi/Cargo.toml",
    "tools/abi/Cargo.lock",
    "tools/abi/src/choice.rs",
    "tools/abi/src/cxx.rs",
    "tools/abi/src/header.rs",
    "tools/abi/src/main.rs",
    "tools/abi/src/metadata.rs",
    "tools/abi/src/rust.rs",
    "tools/abi/src/spelling.rs",
    "tools/abi/src/sums.rs",
    "tools/abi/templates/clrhost_windows.h",
    "tools/abi/templates/corerror.h",
];

/// The text of the file of sums.
pub fn of(root: &Path, outputs: &[(String, String)]) -> Result<String, Failure> {
    let mut text = String::from("# Written by `cargo xtask abi`: inputs and outputs of tools/abi.\n");
    for input in INPUTS {
        let bytes = std::fs::read(root.join(input)).map_err(|e| format!("can't read {input}: {e}"))?;
        text += &format!("{:016x}\t{input}\n", fnv1a(&bytes));
    }
    for (name, contents) in outputs {
        text += &format!("{:016x}\t{name}\n", fnv1a(contents.as_bytes()));
    }
    Ok(text)
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
