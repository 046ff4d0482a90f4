//! The environment's part of SECURITY.md.

use crate::graph::{output, root};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// Names that begin so and are no variables for users: of tests, and of the build.
const NOT_FOR_USERS: [&str; 3] = ["CLRHOST_TEST_", "CLRHOST_CARRIED_LIBRARY", "CLRHOST_BORDER_FOLDER"];

/// Words of a text that begin with CLRHOST_.
fn variables(text: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.match_indices("CLRHOST_").filter_map(move |(start, _)| {
        let rest = &text[start..];
        let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        let begins = text[..start].chars().next_back().is_none_or(|before| !is_part(before));
        (begins && !NOT_FOR_USERS.iter().any(|other| name.starts_with(other))).then(|| name.to_owned())
    })
}

#[test]
fn each_variable_that_is_read_is_in_the_threat_model() {
    let mut list = Command::new("git");
    list.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "crates/*/src/*.rs",
        "crates/*/src/**/*.rs",
    ]);
    let files = output(list.current_dir(root()));
    let read: BTreeSet<String> = files
        .lines()
        .filter(|file| !file.starts_with("crates/testkit/") && !file.starts_with("crates/bench/"))
        .flat_map(|file| {
            let text = fs::read_to_string(root().join(file)).expect("a source file is text");
            // In quotes it is a name; comments have none.
            text.split('"').skip(1).step_by(2).flat_map(variables).collect::<Vec<_>>()
        })
        .collect();
    let page = fs::read_to_string(root().join("SECURITY.md")).expect("the page is there");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let told: BTreeSet<String> = rows.flat_map(|row| variables(row).collect::<Vec<_>>()).collect();
    assert!(read.len() > 5, "{read:?}");
    assert_eq!(read, told, "left: in the sources; right: in SECURITY.md");
}
