//! What libmscoree.so brings into a host, as its file says. docs/probe.md has the reasons, and `crates/probe-library/tests/border.rs`
//! the same tests of the probe's library.

use clrhost_testkit::{SharedLibrary, workspace_root};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

/// As in the test of the probe's library.
const NEWEST_C_LIBRARY: &str = "GLIBC_2.34";

fn path() -> PathBuf {
    let folder = std::env::var_os("CLRHOST_BORDER_FOLDER").map(PathBuf::from);
    let test = std::env::current_exe().expect("the test has a path");
    folder.unwrap_or_else(|| test.with_file_name("")).join("libmscoree.so")
}

fn library() -> &'static SharedLibrary {
    static READ: LazyLock<SharedLibrary> = LazyLock::new(|| SharedLibrary::read(&path()));
    &READ
}

fn is_optimised() -> bool {
    path().components().any(|part| part.as_os_str() == "release")
}

fn words(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| line.split_whitespace().map(str::to_owned)).collect()
}

#[test]
fn only_the_functions_of_the_hosting_api_are_exported() {
    let functions =
        "CLRCreateInstance CorBindToRuntimeEx CorBindToRuntimeHost GetCORSystemDirectory GetCORVersion";
    assert_eq!(library().exports, words(functions));
}

/// What the probe's library imports is known; this one has a list of what it takes besides.
#[test]
fn only_known_functions_are_imported() {
    let probe = workspace_root().join("crates/probe-library/tests/imports.txt");
    let probe = words(&std::fs::read_to_string(probe).expect("the list is there"));
    let own = words(include_str!("imports.txt"));
    let imported: BTreeSet<String> =
        library().imports.keys().filter(|name| *name != "fcntl").cloned().collect();
    let besides: BTreeSet<String> = imported.difference(&probe).cloned().collect();
    assert_eq!(besides, own, "left: imported; right: tests/imports.txt");
}

#[test]
fn it_is_built_as_the_probes_library_is() {
    let library = library();
    let needed = words("libc.so.6 libgcc_s.so.1 ld-linux-x86-64.so.2");
    assert_eq!((&library.needed, library.name.as_deref()), (&needed, Some("libmscoree.so")));
    assert_eq!(library.search_path, None);
    assert!(!library.writable_code && !library.executable_stack && !library.changes_code);
    assert!(library.closes_tables && library.binds_now && library.stays && library.build_id);
    assert!((1..=256).contains(&library.thread_bytes), "{}", library.thread_bytes);
    assert_eq!(library.initialisers.len(), 2, "{:?}", library.initialisers);
    let newer = |version: &&String| {
        let number = |version: &str| version.strip_prefix("GLIBC_2.")?.split('.').next()?.parse::<u32>().ok();
        number(version) > number(NEWEST_C_LIBRARY)
    };
    assert_eq!(library.imports.values().filter(newer).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn only_code_of_listed_crates_is_in_it() {
    // What Rust's standard library is made of, and the crate itself.
    let known = words(
        "std core alloc std_detect panic_unwind hashbrown gimli addr2line object miniz_oxide adler2 rustc_demangle __rustc mscoree",
    );
    let text = std::fs::read_to_string(workspace_root().join("docs/probe.md")).expect("the page is there");
    let rows = text.lines().filter(|line| line.starts_with("| `")).filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        (cells.get(3) == Some(&"code")).then(|| cells[1].trim_matches('`').replace('-', "_"))
    });
    let listed: BTreeSet<String> = rows.collect();
    let is_foreign = |name: &&String| !known.contains(*name) && !name.starts_with("clrhost");
    let found: BTreeSet<String> = library().crates.iter().filter(is_foreign).cloned().collect();
    let missing = listed.difference(&found).count();
    assert!(
        found.is_subset(&listed) && (missing == 0 || is_optimised()),
        "in the library: {found:?}; with `code` in docs/probe.md: {listed:?}"
    );
}
