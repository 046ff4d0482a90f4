//! Says where cargo puts the probe's library, which the command carries in itself (`src/trace/library.rs`).

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_INCREMENTAL");
    if env::var("CARGO_INCREMENTAL").is_ok_and(|value| value == "1") {
        // It overrides the profile, in which this is switched off for the command.
        println!(
            "cargo::warning=with CARGO_INCREMENTAL=1 the command may carry a probe library of an earlier build"
        );
    }
    // PROFILE/build/PACKAGE/out, beside which lie the libraries that packages are made into: PROFILE/deps.
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let profile = out.ancestors().nth(3).expect("cargo's build folders lie so deep");
    let library = profile.join("deps/libclrhost_profiler.so");
    println!("cargo::rustc-env=CLRHOST_CARRIED_LIBRARY={}", library.display());
}
