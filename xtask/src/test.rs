//! `cargo xtask test`: everything that must hold before a change goes in.

use std::process::Command;

use crate::dotnet::{named, others};
use crate::load::Background;
use crate::workspace::{self, cargo, find_command, progress, run_quietly, words};
use crate::{Failure, abi, debian, fixtures, models, programs, setup, shim, supply, versions};

/// Runs all checks, the tests proper last; with `filter` only the tests whose names contain it.
pub fn run(filter: Option<&str>) -> Result<u8, Failure> {
    let dotnet = setup()?;
    supply::fetch_crates()?;
    workspace::stay_offline();
    let browser = prepare()?;

    // Tests outside the command's own package run the binary too.
    let mut binaries = cargo();
    binaries.args(["build", "--quiet", "--package", "clrhost-cli"]);
    if filter.is_none() {
        binaries.args(["--package", "clrhost-load"]);
    }
    step("clrhost", &mut binaries)?;
    // Beside what only compiles; the tests proper have the machine for themselves.
    let load = if filter.is_none() { Some(Background::start(&dotnet)?) } else { None };

    if filter.is_none() {
        if has_component("fmt", "rustfmt") {
            step("formatting", cargo().args(["fmt", "--all", "--check"]))?;
            // It formats what it writes.
            abi::check_if_possible()?;
            shim::check()?;
        }
        if has_component("clippy", "clippy") {
            let mut clippy = cargo();
            clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            // It runs all build scripts and macros, so this shows that none needs a network.
            let (mut clippy, is_cut) = supply::without_network(clippy);
            if !is_cut {
                progress(
                    "lints",
                    "`unshare --net` is not allowed here, so build scripts could reach the network",
                );
            }
            step("lints", &mut clippy)?;
        }
        supply::check()?;
        step("interleavings", &mut models::command())?;
    }
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]);
    if let Some(load) = load {
        let mut compile = cargo();
        compile.args(["test", "--workspace", "--no-run", "--quiet"]);
        step("compiling tests", &mut compile)?;
        load.join()?;
    }
    tests.args(filter);
    if browser {
        tests.env("CLRHOST_NEEDS_BROWSER", "1");
    }
    let on_main = versions::test_all(&mut tests, &dotnet);
    // What fails on one version may say more with what fails on the others.
    let others = others(&dotnet)?;
    let on_others = others.iter().map(|other| versions::test(&mut versions::chosen(filter), other));
    on_others.fold(on_main, |all, one| all.and(one)).map(|()| 0)
}

/// Runs the tests of real programs on the .NET of this name.
pub fn on(name: &str, filter: Option<&str>) -> Result<u8, Failure> {
    crate::setup()?;
    let dotnet = named(name)?;
    prepare()?;
    build()?;
    versions::test(&mut versions::all(filter), &dotnet).map(|()| 0)
}

/// Gets and builds what tests run. Answers whether there is a browser.
fn prepare() -> Result<bool, Failure> {
    // The tests of the headers compile C++.
    debian::ensure_command("g++", "g++")?;
    // Those of stack walks run it; they do without where there is none.
    if let Err(failure) = debian::ensure_command("gdb", "gdb") {
        progress("gdb", &format!("missing, so its tests are skipped: {failure}"));
    }
    // So do those of the page that `clrhost report --html` writes: 100 MB to fetch, ten seconds.
    let browser = debian::ensure_command("chromium-headless-shell", "chromium-headless-shell");
    if let Err(failure) = &browser {
        progress("chromium", &format!("missing, so tests that need a browser may be skipped: {failure}"));
    }
    fixtures::build()?;
    fixtures::build_sample("orders", "Orders")?;
    fixtures::build_sample("load", "Load")?;
    programs::ensure()?;
    Ok(browser.is_ok())
}

/// Tests outside the command's own package run the binary too.
fn build() -> Result<(), Failure> {
    step("clrhost", cargo().args(["build", "--quiet", "--package", "clrhost-cli"]))
}

pub fn step(what: &str, command: &mut Command) -> Result<(), Failure> {
    progress(what, &words(command));
    workspace::run(command).map_err(|failure| format!("the step \"{what}\" failed: {failure}"))
}

/// A Rust installed with rustup's minimal profile has neither.
fn has_component(subcommand: &str, component: &str) -> bool {
    let works = || run_quietly(cargo().args([subcommand, "--version"])).is_ok();
    if !works() && find_command("rustup").is_some() {
        progress(component, "installing it with rustup");
        // Whether that helped is asked below.
        let _ = run_quietly(Command::new("rustup").args(["component", "add", component]));
    }
    works() || {
        progress(component, "missing, so its check is skipped");
        false
    }
}
