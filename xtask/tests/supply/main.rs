//! What clrhost is built from, held against deny.toml and docs/probe.md. cargo-deny does more (`cargo xtask audit`); this runs wherever
//! tests run.

mod environment;
mod graph;
mod licence;

use graph::{Package, build_scripts, compiled, root};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use toml::de::{DeTable, DeValue};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn deny() -> String {
    fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there")
}

/// The strings of a list in deny.toml; of tables the one named `crate`.
fn listed(section: &[&str], key: &str) -> Vec<String> {
    let text = deny();
    let table = DeTable::parse(&text).expect("deny.toml is TOML");
    let mut table = table.get_ref();
    for name in section {
        table = table[*name].get_ref().as_table().unwrap_or_else(|| panic!("[{name}]"));
    }
    let list = table[key].get_ref().as_array().unwrap_or_else(|| panic!("{key} is a list"));
    let word = |value: &DeValue| match value {
        DeValue::String(word) => word.to_string(),
        DeValue::Table(table) => table["crate"].get_ref().as_str().expect("a name").to_owned(),
        other => panic!("{key}: {other:?}"),
    };
    list.iter().map(|value| word(value.get_ref())).collect()
}

/// With tests too, as deny.toml has it.
#[test]
fn each_crate_has_an_allowed_licence_and_each_allowed_licence_is_needed() {
    let allowed: BTreeSet<String> = listed(&["licenses"], "allow").into_iter().collect();
    let packages = compiled(None, "normal,build,dev");
    assert!(packages.len() > 100, "only {} crates were found", packages.len());
    let refused = |allowed: &BTreeSet<String>| -> Vec<String> {
        let refused = packages.iter().filter(|package| !licence::satisfied(&package.licence, allowed));
        refused.map(|package| format!("{}: {}", package.name, package.licence)).collect()
    };
    assert_eq!(refused(&allowed), [""; 0], "no licence that deny.toml allows");
    for licence in &allowed {
        let mut fewer = allowed.clone();
        fewer.remove(licence);
        assert!(!refused(&fewer).is_empty(), "no crate needs {licence} any more");
    }
}

#[test]
fn crates_come_from_crates_io_alone_with_their_sums() {
    let locks = [root().join("Cargo.lock"), root().join("tools/abi/Cargo.lock")];
    let fuzz = root().join("crates/trace/fuzz/Cargo.lock");
    for lock in locks.into_iter().chain(fuzz.exists().then_some(fuzz)) {
        let text = fs::read_to_string(&lock).unwrap_or_else(|error| panic!("{}: {error}", lock.display()));
        let table = DeTable::parse(&text).expect("a lock file is TOML");
        let packages = table.get_ref()["package"].get_ref().as_array().expect("it has packages");
        for package in packages.iter().map(|package| package.get_ref().as_table().expect("a table")) {
            let text = |key: &str| Some(package.get(key)?.get_ref().as_str().expect("text").to_owned());
            let name = text("name").expect("a name");
            // Without a source it is of this tree.
            let Some(source) = text("source") else { continue };
            assert_eq!(source, CRATES_IO, "{name} in {}", lock.display());
            assert!(text("checksum").is_some_and(|sum| sum.len() == 64), "{name} in {}", lock.display());
        }
    }
}

#[test]
fn no_crate_is_there_twice_but_for_those_that_deny_toml_names() {
    let packages = compiled(None, "normal,build");
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Package { name, version, .. } in &packages {
        versions.entry(name).or_default().insert(version);
    }
    let skipped = listed(&["bans"], "skip");
    let is_skipped = |name: &str, version: &str| {
        skipped.iter().filter_map(|skipped| skipped.split_once('@')).any(|(skipped, begins)| {
            skipped == name && version.strip_prefix(begins).is_some_and(|rest| rest.starts_with('.'))
        })
    };
    let mut used = 0;
    for (name, versions) in versions {
        let left: Vec<_> = versions.iter().filter(|version| !is_skipped(name, version)).collect();
        used += versions.len() - left.len();
        assert!(left.len() <= 1, "{name} is there more than once: {left:?}");
    }
    assert_eq!(used, skipped.len(), "deny.toml passes over what is not there twice any more");
}

#[test]
fn only_known_build_scripts_run() {
    let scripts = build_scripts();
    let has_script = |package: &Package| scripts[&(package.name.clone(), package.version.clone())];
    let packages = compiled(None, "normal,build,dev");
    let found: BTreeSet<String> = packages.into_iter().filter(has_script).map(|it| it.name).collect();
    let listed: BTreeSet<String> = listed(&["bans", "build"], "allow-build-scripts").into_iter().collect();
    assert_eq!(found, listed, "left: crates with a build script; right: deny.toml");
}

/// Features are those that the package has by itself: in the whole workspace, others switch on more.
#[test]
fn the_page_on_the_probe_has_each_crate_that_is_compiled_for_it() {
    let page = fs::read_to_string(root().join("docs/probe.md")).expect("the page is there");
    let rows = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| {
        let cells: Vec<String> =
            line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        let [_, name, library, hosts, why, _] = <[String; 6]>::try_from(cells).ok()?;
        Some((name, [library, hosts], why))
    });
    let rows: Vec<_> = rows.collect();
    let mut listed = BTreeSet::new();
    for (name, parts, why) in &rows {
        assert!(
            parts.iter().all(|part| ["code", "unused", "build"].contains(&part.as_str())),
            "{name}: {parts:?}"
        );
        assert!(why.len() > 5, "{name} has no reason");
        assert!(listed.insert(name.clone()), "{name} is there twice");
    }
    for package in ["clrhost-probe-library", "clrhost-mscoree"] {
        let compiled = compiled(Some(package), "normal,build");
        let found: BTreeSet<String> = compiled.into_iter().map(|package| package.name).collect();
        assert_eq!(found, listed, "left: compiled for {package}; right: docs/probe.md");
    }
}

/// xtask/src/pinned.rs holds what comes from PyPI and npm against sums, and Debian's packages are signed.
#[test]
fn nothing_is_fetched_but_by_the_ways_that_check_it() {
    let own = |name: &str| ["pinned.rs", "python.rs"].contains(&name);
    let words = [
        "\"pip\"",
        "python::pip(",
        "\"npm\").args",
        "\"npm\").arg",
        "\"curl\"",
        "\"wget\"",
        "http://",
        "https://",
    ];
    let mut seen = 0;
    for file in sources(&root().join("xtask/src")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a source file is text");
        // What tests are made of, and advice, may look like an address.
        let only_looks =
            |line: &str| ["$schema", "(https://rustup.rs)"].iter().any(|word| line.contains(word));
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//") && !only_looks(line));
        for line in code {
            let found = words.iter().any(|word| line.contains(word));
            seen += usize::from(found && own(&name));
            assert!(!found || own(&name), "{}: {line}", file.display());
        }
    }
    assert!(seen > 0, "the words are not those that the code uses");
}

/// The build scripts of this tree name no command and no connection.
#[test]
fn own_build_scripts_start_nothing() {
    let scripts: Vec<PathBuf> =
        sources(&root().join("crates")).into_iter().filter(|file| file.ends_with("build.rs")).collect();
    assert!(scripts.len() >= 3, "{scripts:?}");
    for script in scripts {
        let text = fs::read_to_string(&script).expect("a source file is text");
        for word in ["Command", "TcpStream", "UnixStream", "fs::write", "download"] {
            assert!(!text.contains(word), "{}: {word}", script.display());
        }
    }
}

/// All files of Rust below a folder that git knows.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut list = Command::new("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]).current_dir(folder);
    graph::output(&mut list).lines().map(|line| folder.join(line)).collect()
}
