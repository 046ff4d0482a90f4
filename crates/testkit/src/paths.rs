//! Where `cargo xtask` puts what tests run. Every function panics, naming the command that helps,
//! when the thing is not there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The root of clrhost's own source tree.
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the workspace").to_path_buf()
}

/// The build folder: `CARGO_TARGET_DIR` if set, otherwise `target`.
pub fn target_dir() -> PathBuf {
    workspace_root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The folder of the .NET that tests run on: `CLRHOST_TEST_DOTNET_ROOT`, which `cargo xtask test`
/// sets, or the runtime that it fetched.
pub fn dotnet_root() -> PathBuf {
    match env::var_os("CLRHOST_TEST_DOTNET_ROOT") {
        Some(root) => present(PathBuf::from(root)),
        None => present(built("dotnet")),
    }
}

/// The `dotnet` command of [`dotnet_root`].
pub fn dotnet() -> PathBuf {
    present(dotnet_root().join("dotnet"))
}

/// The `clrhost` command of this build, for tests outside its own package (which have
/// `CARGO_BIN_EXE_clrhost`). `cargo xtask test` builds it first.
pub fn clrhost() -> PathBuf {
    present(target_dir().join("debug/clrhost"))
}

/// A program of `fixtures/managed`, such as `fixture("Values")`: the path of its assembly.
pub fn fixture(name: &str) -> PathBuf {
    present(built("fixtures").join(name).join(name).with_extension("dll"))
}

/// A program of `samples`, such as `sample("orders")`: the path of its assembly.
pub fn sample(name: &str) -> PathBuf {
    let mut assembly = name.to_owned();
    assembly[..1].make_ascii_uppercase();
    present(built("samples").join(name).join(assembly).with_extension("dll"))
}

/// The folder of a program that others wrote: `mcs` (Mono's C# compiler), `coco` (Coco/R), `nbgv`
/// (Nerdbank.GitVersioning), `prometheus` (its `promtool`) or `sarif` (a program of a single file). `xtask/src/programs.rs` says what lies in each.
pub fn program(name: &str) -> PathBuf {
    present(built("programs").join(name))
}

/// A new empty folder for one test's files, below the build folder.
pub fn scratch(test: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = target_dir().join("clrhost/scratch").join(format!("{test}-{}-{number}", process::id()));
    // Left by an earlier process that had the same number.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("can't make {}: {e}", folder.display()));
    folder
}

fn built(name: &str) -> PathBuf {
    target_dir().join("clrhost").join(name)
}

fn present(path: PathBuf) -> PathBuf {
    assert!(path.exists(), "{} is missing; `cargo xtask test` makes it", path.display());
    path
}
