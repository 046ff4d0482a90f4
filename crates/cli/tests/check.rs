//! `clrhost check` with hosts in C++: the example worth copying passes, and each wrong one is caught.

use clrhost_testkit::{Finished, Run, workspace_root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A shared library of these sources of `folder`, compiled anew.
fn library(folder: &str, sources: &[&str], into: &Path) -> PathBuf {
    let library = into.join(format!("lib{}.so", sources[0].trim_end_matches(".cpp")));
    let mut compiler = Command::new("g++");
    compiler
        .args(["-std=c++17", "-O1", "-shared", "-fPIC", "-pthread", "-I"])
        .arg(workspace_root().join("include"));
    compiler.args(sources.iter().map(|source| workspace_root().join(folder).join(source)));
    let done = compiler.arg("-o").arg(&library).output().expect("g++ is installed by `cargo xtask test`");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    library
}

fn check(host: &Path, arguments: &[&str]) -> Finished {
    Run::clrhost().arg("check").args(arguments).arg(host).time_limit(Duration::from_secs(300)).output()
}

/// The rules that a host breaks, each with its script.
fn broken(finished: &Finished) -> Vec<(String, String)> {
    let document: Value =
        serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished}"));
    assert_eq!(document["format"], "clrhost.check/1");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let breach = |breach: &Value| {
        let script: Vec<String> = breach["script"].as_array().unwrap().iter().map(text).collect();
        (text(&breach["rule"]), script.join("\n"))
    };
    document["breaches"].as_array().unwrap().iter().map(breach).collect()
}

#[test]
fn the_cooperative_example_passes() {
    let folder = tempfile::tempdir().unwrap();
    let host = library("examples/cooperative-cpp", &["check.cpp", "scheduler.cpp"], folder.path());
    let finished = check(&host, &["--scripts", "25"]);
    finished.assert_code(0);
    assert!(finished.stdout.starts_with("no rule is broken; "), "{finished}");
}

#[test]
fn each_wrong_host_is_caught_and_what_catches_it_can_be_replayed() {
    let wrong: [(&str, &[&str]); 7] = [
        ("right", &[]),
        ("shared_depth", &["returns"]),
        ("lost_alert", &["alert-wakes"]),
        ("mild_failure", &["no-e-fail"]),
        ("throws", &["survives"]),
        ("early_start", &["starts-when-told"]),
        ("second_task", &["same-task"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, rules) in wrong {
        let source = format!("{name}.cpp");
        let host = library("examples/wrong-hosts", &[&source], folder.path());
        let options = ["--scripts", "2", "--patience", "400", "--format", "json"];
        let finished = check(&host, &options);
        finished.assert_code(i32::from(!rules.is_empty()));
        let found = broken(&finished);
        let ids: BTreeSet<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
        assert!(rules.iter().all(|rule| ids.contains(rule)), "{name} breaks {rules:?}: {finished}");
        for (rule, script) in found {
            let replayed = folder.path().join("script");
            std::fs::write(&replayed, script).unwrap();
            let options = ["--patience", "400", "--format", "json", "--replay", replayed.to_str().unwrap()];
            let again = check(&host, &options);
            again.assert_code(1);
            assert!(broken(&again).iter().any(|(id, _)| *id == rule), "{name}, {rule}: {again}");
        }
    }
}

#[test]
fn what_cannot_be_checked_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("other.cpp");
    let told = |text: &str, arguments: &[&str], words: &str| {
        std::fs::write(&source, text).unwrap();
        let host = library(folder.path().to_str().unwrap(), &["other.cpp"], folder.path());
        let finished = check(&host, arguments);
        finished.assert_code(125);
        assert!(finished.stderr.contains(words), "{words}: {finished}");
        host
    };
    told(
        "int other;",
        &[],
        "exports no ClrhostCreateHostControl, which makes its IHostControl; include/clrhost_check.h",
    );
    let refuses = "#include <clrhost_check.h>
        HRESULT ClrhostCreateHostControl(ICLRRuntimeHost *, IHostControl **) { return E_ACCESSDENIED; }";
    told(refuses, &[], "does not want to be checked: E_ACCESSDENIED");
    let empty = "#include <clrhost_check.h>
        HRESULT ClrhostCreateHostControl(ICLRRuntimeHost *, IHostControl **control) { *control = 0; return S_OK; }";
    let host = told(empty, &[], "gave no IHostControl");

    let missing = check(Path::new("/no/such/host.so"), &[]);
    missing.assert_code(125);
    assert!(missing.stderr.contains("cannot find /no/such/host.so"), "{missing}");
    let text = folder.path().join("text.so");
    std::fs::write(&text, "text").unwrap();
    let no_library = check(&text, &[]);
    no_library.assert_code(125);
    assert!(no_library.stderr.contains("cannot load the host: "), "{no_library}");

    let script = folder.path().join("script");
    for (steps, words) in [
        ("1: leap a", "line 1: `1: leap a` is no step"),
        ("1: reverse-enter m\n1: enter", "no runtime could do step 2, `1: enter`, there"),
        ("# nothing", "has no steps"),
    ] {
        std::fs::write(&script, steps).unwrap();
        let finished = check(&host, &["--replay", script.to_str().unwrap()]);
        finished.assert_code(125);
        assert!(finished.stderr.contains(words), "{words}: {finished}");
    }
}

#[test]
fn the_rules_are_listed_and_the_documentation_has_each() {
    let finished = Run::clrhost().args(["check", "--rules"]).output();
    finished.assert_code(0);
    let page = std::fs::read_to_string(workspace_root().join("docs/conformance.md")).unwrap();
    let ids: Vec<&str> = finished.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert!(ids.len() > 15, "{finished}");
    for id in &ids {
        assert!(page.contains(&format!("| `{id}` |")), "docs/conformance.md lacks {id}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains("[contract]"));
    assert_eq!(rows.count(), ids.len(), "rows of the table of rules");
}
