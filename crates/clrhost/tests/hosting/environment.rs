//! The variables that lead the runtime to the probe are gone as soon as it has read them.

use crate::child::Child;
use clrhost::{Application, Host, Runtime};
use clrhost_testkit::fixture;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;

/// A profiler that somebody configured and switched off.
const CONFIGURED: [(&str, &str); 3] = [
    ("CORECLR_ENABLE_PROFILING", "0"),
    ("CORECLR_PROFILER", "{cf0d821e-299b-5307-a3d8-b283c03916dd}"),
    ("CORECLR_PROFILER_PATH_64", "/opt/other/profiler.so"),
];

fn configured() -> Child {
    CONFIGURED.iter().fold(Child::new(), |child, (name, value)| child.env(name, value))
}

/// All variables, the way the C library has them too.
fn variables() -> BTreeMap<OsString, OsString> {
    env::vars_os().collect()
}

/// In the child: the application prints its environment; ours afterwards is what it was before.
fn run_printing() -> i32 {
    let before = variables();
    let application = Application::new(fixture("Child")).arg("env");
    let code = Host::builder().run(application).expect("it runs");
    assert_eq!(variables(), before);
    code
}

#[test]
fn the_application_and_its_children_do_not_see_the_probe() {
    let finished = Child::new().run(|_| run_printing());
    finished.assert_code(0);
    assert!(finished.stdout.contains("PATH="), "the environment is printed\n{finished}");
    assert!(!finished.stdout.contains("CORECLR_"), "{finished}");
}

#[test]
fn a_profiler_that_is_switched_off_stays_configured() {
    let finished = configured().run(|_| run_printing());
    finished.assert_code(0);
    for (name, value) in CONFIGURED {
        assert!(finished.stdout.lines().any(|line| line == format!("{name}={value}")), "{name}\n{finished}");
    }
}

#[test]
fn a_runtime_without_an_application_leaves_the_environment_alone_too() {
    let finished = configured().run(|_| {
        let before = variables();
        let entries = fixture("Entries");
        let runtime: Runtime =
            Host::builder().start(entries.with_extension("runtimeconfig.json")).expect("it starts");
        let entry = runtime.component(&entries, "Entries, Entries", "Entry").expect("it is there");
        assert_eq!(entry.call(&mut [1, 2]).expect("it is called"), 3);
        assert_eq!(variables(), before);
        0
    });
    finished.assert_code(0);
}

#[test]
fn a_run_that_cannot_be_prepared_leaves_the_environment_alone() {
    let finished = configured().run(|_| {
        let before = variables();
        assert!(Host::builder().prepare(Application::new("/no/such/app.dll")).is_err());
        assert_eq!(variables(), before);
        0
    });
    finished.assert_code(0);
}

#[test]
fn what_was_prepared_and_not_run_leaves_the_environment_alone() {
    let finished = configured().run(|_| {
        let before = variables();
        let prepared = Host::builder().prepare(Application::new(fixture("Hello"))).expect("it is prepared");
        assert_ne!(variables(), before, "the runtime would be led to the probe");
        drop(prepared);
        assert_eq!(variables(), before);
        0
    });
    finished.assert_code(0);
}
