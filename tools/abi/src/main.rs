//! Writes the binary interfaces of the hosting API from Microsoft's Win32 metadata: the Rust module
//! `clrhost_abi::hosting` and the C and C++ headers in `include`.
//!
//! Run it as `cargo xtask abi`. With `--check` it writes nothing and fails when a file is not what it would write.
//! Whoever builds or tests clrhost needs neither this program nor the metadata: the files are checked in, and a test
//! compares their sums (`sums.rs`) with what was written last.

mod choice;
mod cxx;
mod header;
mod metadata;
mod rust;
mod spelling;
mod sums;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What went wrong, in words for the person at the terminal.
type Failure = String;

fn main() -> ExitCode {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => {
            eprintln!("usage: clrhost-abi-generator [--check]");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("clrhost-abi-generator: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<(), Failure> {
    let metadata = bindgen_folder()?.join("default/Windows.Win32.winmd");
    let model = metadata::read(&metadata)?;
    let mut files = header::all(&model)?;
    files.push(("crates/clr-abi/src/hosting/generated.rs".into(), rust::generate(&root(), &model)?));
    files.push(("crates/clr-abi/tests/tables/generated.rs".into(), rust::layout(&root(), &model)?));
    let sums = sums::of(&root(), &files)?;
    files.push((sums::FILE.into(), sums));

    let mut stale = Vec::new();
    for (name, text) in &files {
        let path = root().join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        stale.push(name.as_str());
        if !check {
            std::fs::write(&path, text).map_err(|e| format!("can't write {}: {e}", path.display()))?;
        }
    }
    match (check, stale.is_empty()) {
        (_, true) => println!("{} files are current", files.len()),
        (false, false) => println!("wrote {}", stale.join(", ")),
        (true, false) => return Err(format!("not current, run `cargo xtask abi`: {}", stale.join(", "))),
    }
    Ok(())
}

/// The root of clrhost's source tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("we lie in tools/abi").to_path_buf()
}

/// Where cargo keeps the sources of windows-bindgen, which carry the metadata.
fn bindgen_folder() -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .map_err(|e| format!("can't run cargo metadata: {e}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
    let packages = answer["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let bindgen = packages.iter().find(|package| package["name"] == "windows-bindgen");
    let manifest = bindgen.and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.ok_or("cargo metadata does not name windows-bindgen")?;
    Ok(Path::new(manifest).parent().expect("a manifest lies in a folder").to_path_buf())
}
