//! What the probe brings into a process, as its file says: names, libraries, memory.
//!
//! In CI that is the library as these tests are built; `cargo xtask audit` names the folder of the one that is shipped.

use clrhost_testkit::{SharedLibrary, workspace_root};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The newest version of the C library's names that it may ask for: that of Debian 12, Ubuntu 22.04 and RHEL 9.
const NEWEST_C_LIBRARY: (u32, u32) = (2, 34);
/// Bytes of static thread-local storage that it may take. The linker keeps 512 to spare for all libraries that are loaded later.
const MOST_THREAD_BYTES: u64 = 256;
/// Bytes of address space that it may take with optimisation and without.
const MOST_LOADED_BYTES: (u64, u64) = (3 << 20, 8 << 20);

fn path() -> PathBuf {
    let folder = std::env::var_os("CLRHOST_BORDER_FOLDER").map(PathBuf::from);
    let test = std::env::current_exe().expect("the test has a path");
    folder.unwrap_or_else(|| test.with_file_name("")).join("libclrhost_profiler.so")
}

fn library() -> &'static SharedLibrary {
    static READ: LazyLock<SharedLibrary> = LazyLock::new(|| SharedLibrary::read(&path()));
    &READ
}

/// It was built as it is shipped.
fn is_optimised() -> bool {
    path().components().any(|part| part.as_os_str() == "release")
}

fn strings<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[test]
fn nothing_but_the_way_in_is_exported() {
    assert_eq!(library().exports, strings(["DllGetClassObject"]));
}

#[test]
fn only_known_functions_are_imported() {
    let listed: BTreeSet<String> = include_str!("imports.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split_whitespace().map(str::to_owned))
        .collect();
    let mut imported: BTreeSet<String> = library().imports.keys().cloned().collect();
    // Only where the standard library checks descriptors, which it does without optimisation.
    imported.remove("fcntl");
    let unknown: Vec<_> = imported.difference(&listed).collect();
    let unused: Vec<_> = listed.difference(&imported).collect();
    assert!(
        unknown.is_empty() && unused.is_empty(),
        "imported and not in tests/imports.txt: {unknown:?}; in it and not imported: {unused:?}"
    );
}

/// Whatever the list says.
#[test]
fn no_program_is_started_and_nobody_is_called() {
    let imports = &library().imports;
    let never = |name: &str| {
        let starts = ["exec", "fexec", "posix_spawn", "getaddrinfo", "gethost", "sendto", "sendmsg"];
        starts.iter().any(|start| name.starts_with(start))
            || ["system", "popen", "fork", "vfork", "clone", "connect", "ptrace", "kill", "mknod", "symlink"]
                .contains(&name)
    };
    assert_eq!(imports.keys().filter(|name| never(name)).collect::<Vec<_>>(), [""; 0]);
    // The rule can strike.
    assert!(never("execve") && never("connect") && imports.contains_key("socket"));
}

#[test]
fn the_c_library_may_be_as_old_as_said() {
    let number = |version: &str| {
        let (major, rest) = version.strip_prefix("GLIBC_")?.split_once('.')?;
        let minor = rest.split('.').next()?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    let imports = &library().imports;
    let newest = imports.iter().filter_map(|(name, version)| Some((number(version)?, name))).max();
    let (newest, name) = newest.expect("it uses the C library");
    assert!(newest <= NEWEST_C_LIBRARY, "{name} is of version {newest:?}");
}

#[test]
fn no_further_library_is_loaded_and_none_is_searched_for() {
    let library = library();
    assert_eq!(library.needed, strings(["libc.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"]));
    assert_eq!(library.search_path, None);
}

#[test]
fn memory_is_written_or_executed_and_tables_are_closed() {
    let library = library();
    assert!(!library.writable_code && !library.executable_stack && !library.changes_code);
    assert!(library.closes_tables && library.binds_now);
    assert!(library.build_id);
}

/// CoreCLR unloads a profiler that refuses.
#[test]
fn it_stays_when_it_is_unloaded() {
    assert!(library().stays);
}

/// The thunks' code reads the thread's own data without a call, which needs static storage: there is little to spare.
#[test]
fn little_of_each_threads_static_storage_is_taken() {
    let library = library();
    assert!(library.static_thread_storage, "then the bound below is of no use");
    assert!((1..=MOST_THREAD_BYTES).contains(&library.thread_bytes), "{}", library.thread_bytes);
}

#[test]
fn nothing_of_ours_runs_when_it_is_loaded() {
    // Of the compiler's start-up files, and the standard library's, which keeps the command line.
    let initialisers = &library().initialisers;
    let [c, std] = &initialisers[..] else { panic!("{initialisers:?}") };
    assert!(std.starts_with("std::sys::args::"), "{std}");
    assert_eq!(c, "frame_dummy");
}

#[test]
fn it_is_no_larger_than_said() {
    let library = library();
    let most = if is_optimised() { MOST_LOADED_BYTES.0 } else { MOST_LOADED_BYTES.1 };
    println!(
        "{}: {} bytes when loaded, {} of at most {most}; the file has {} bytes",
        path().display(),
        library.loaded_bytes,
        if is_optimised() { "optimised" } else { "not optimised" },
        library.file_bytes
    );
    assert!(library.loaded_bytes <= most, "{} bytes", library.loaded_bytes);
}

/// Whatever cargo compiled for it: what it does not call is not in it.
#[test]
fn only_code_of_listed_crates_is_in_it() {
    // What Rust's standard library is made of.
    let rust = "std core alloc std_detect panic_unwind hashbrown gimli addr2line object miniz_oxide adler2 rustc_demangle __rustc";
    let text = std::fs::read_to_string(workspace_root().join("docs/probe.md")).expect("the page is there");
    let listed: BTreeSet<String> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (cells.get(2) == Some(&"code")).then(|| cells[1].trim_matches('`').replace('-', "_"))
        })
        .collect();
    let rust = strings(rust.split(' '));
    let found: BTreeSet<String> = library()
        .crates
        .iter()
        .filter(|name| !rust.contains(*name) && !name.starts_with("clrhost"))
        .cloned()
        .collect();
    // Optimised, nothing is left of some.
    let missing = listed.difference(&found).count();
    assert!(
        found.is_subset(&listed) && (missing == 0 || is_optimised()),
        "in the library: {found:?}; with `code` in docs/probe.md: {listed:?}"
    );
}
