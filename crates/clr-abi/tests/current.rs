//! What is checked in is what the generator wrote last, and the generator has not changed since.
//!
//! Neither the generator nor the metadata is needed for this, nor a network: `cargo xtask abi` leaves sums of its inputs
//! and outputs. That the generator would write the same again is checked by `cargo xtask abi --check`, which
//! `cargo xtask test` runs where the generator can be built.

use std::path::Path;

const SUMS: &str = include_str!("data/generated.sums");

#[test]
fn generated_files_and_their_inputs_are_as_the_generator_left_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut checked = 0;
    for line in SUMS.lines().filter(|line| !line.starts_with('#')) {
        let (sum, file) = line.split_once('\t').expect("a sum and a file");
        let bytes = std::fs::read(root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(format!("{:016x}", fnv1a(&bytes)), sum, "{file} has changed; run `cargo xtask abi`");
        checked += 1;
    }
    let sources = std::fs::read_dir(root.join("tools/abi/src")).expect("the generator is there");
    for source in sources {
        let name = source.expect("the folder can be read").file_name();
        let name = format!("tools/abi/src/{}", name.display());
        assert!(
            SUMS.contains(&format!("\t{name}\n")),
            "{name} is not among the inputs in tools/abi/src/sums.rs"
        );
    }
    assert!(checked >= 19, "the list of sums has lost lines: {checked}");
}

/// As in `tools/abi/src/sums.rs`.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
