//! Says where cargo puts the probe's library, which the command carries in itself (`src/trace/library.rs`).

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // PROFILE/build/PACKAGE/out, beside which lie the libraries that packages are made into: PROFILE/deps.
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let profile = out.ancestors().nth(3).expect("cargo's build folders lie so deep");
    let library = profile.join("deps/libclrhost_profiler.so");
    println!("cargo::rustc-env=CLRHOST_CARRIED_LIBRARY={}", library.display());
}
