//! The crates that are compiled, as cargo tells them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One crate of others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// An expression of SPDX's, or an older form with a slash.
    pub licence: String,
}

/// The root of the source tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}

/// What a command prints.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// Of one member of the workspace, or with all features of all of them; `edges` as `cargo tree` has it. `cargo metadata` knows
/// features less well and has crates that nobody compiles.
pub fn compiled(member: Option<&str>, edges: &str) -> BTreeSet<Package> {
    let mut tree = cargo();
    tree.args(["tree", "--offline", "--locked", "--edges", edges, "--prefix", "none"]);
    tree.args(["--target", "x86_64-unknown-linux-gnu", "--format", "{p}\t{l}\t"]);
    match member {
        Some(member) => tree.args(["--package", member]),
        None => tree.args(["--workspace", "--all-features"]),
    };
    let line = |line: &str| {
        let (package, rest) = line.split_once('\t')?;
        let (licence, _) = rest.split_once('\t')?;
        // Those of this tree have their folder behind the version.
        let mut words = package.split(' ').filter(|word| *word != "(proc-macro)");
        let (name, version) = (words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned());
        words.next().is_none().then_some(Package { name, version, licence: licence.to_owned() })
    };
    output(&mut tree).lines().filter_map(line).collect()
}

/// Name and version of all crates in the lock file with whether they have a build script.
pub fn build_scripts() -> BTreeMap<(String, String), bool> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--format-version", "1", "--offline", "--locked"]);
    metadata.args(["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let all: Value = serde_json::from_str(&output(&mut metadata)).expect("cargo prints JSON");
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let is_script = |target: &Value| list(&target["kind"]).iter().any(|kind| kind == "custom-build");
    let package = |package: &Value| {
        let has_script = list(&package["targets"]).iter().any(is_script);
        ((text(&package["name"]), text(&package["version"])), has_script)
    };
    list(&all["packages"]).iter().map(package).collect()
}

/// The cargo that runs the tests.
fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root());
    cargo
}
