//! `cargo xtask models` and `cargo xtask mutants`: the loom models of `boundary`, and proof that each of them can fail.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::mutants::{MUTANTS, Mutant};
use crate::workspace::{
    self, cargo, copy, files, make_folder, progress, root, run_quietly, target, words, write,
};
use crate::{Failure, mutants};

/// The model checker tries every order of the core's atomic operations. Its flag changes all crates, hence
/// the build folder of its own; unoptimised it takes minutes.
pub fn command() -> Command {
    let mut loom = cargo();
    loom.args(["test", "--package", "clrhost-boundary", "--lib", "--release"]);
    loom.arg("--target-dir").arg(target().join("loom"));
    loom.env("RUSTFLAGS", "--cfg loom");
    loom
}

/// Runs the models, each of which says how many executions it had; with `filter` those whose names contain it.
pub fn run(filter: Option<&str>) -> Result<u8, Failure> {
    let mut models = command();
    models.args(["--", "--nocapture"]).args([filter.unwrap_or("loom_tests")]);
    progress("models", &words(&models));
    workspace::run(&mut models)?;
    Ok(0)
}

/// Breaks a copy of `boundary` in one way after the other, and looks whether the model of that part fails; with `filter` only
/// those of models whose names contain it.
pub fn mutants(filter: Option<&str>) -> Result<u8, Failure> {
    let copied = target().join("mutants");
    copy_crates(&copied)?;
    let sources = copied.join("crates/boundary/src");
    let mut survivors = Vec::new();
    let wanted = |mutant: &&Mutant| filter.is_none_or(|filter| mutant.model.contains(filter));
    for (number, mutant) in MUTANTS.iter().enumerate().filter(|(_, mutant)| wanted(mutant)) {
        let file = sources.join(mutant.file);
        let original =
            fs::read_to_string(&file).map_err(|e| format!("can't read {}: {e}", file.display()))?;
        let broken = mutants::apply(mutant, &original)?;
        write(&file, &broken)?;
        let verdict = verdict_on(mutant, &copied);
        write(&file, &original)?;
        let verdict = verdict?;
        progress(
            &format!("{}", number + 1),
            &format!("{}: {} ({})", mutant.model, verdict.word(), mutant.what),
        );
        if verdict != Verdict::Caught {
            survivors.push(mutant.what);
        }
    }
    if survivors.is_empty() {
        return Ok(0);
    }
    Err(format!("no model failed on: {}", survivors.join("; ")))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Caught,
    Survived,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Caught => "caught",
            Verdict::Survived => "NOT CAUGHT",
        }
    }
}

fn verdict_on(mutant: &Mutant, folder: &Path) -> Result<Verdict, Failure> {
    let mut build = command();
    build.current_dir(folder).arg("--no-run");
    // A mutant that does not compile would look caught.
    run_quietly(&mut build).map_err(|failure| format!("{}: {failure}", mutant.what))?;
    let mut test = command();
    test.current_dir(folder).args(["--", mutant.model]);
    let output = test.output().map_err(|e| format!("can't start {}: {e}", words(&test)))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if said.contains("running 0 tests") {
        return Err(format!("there is no model {:?}", mutant.model));
    }
    Ok(if output.status.success() { Verdict::Survived } else { Verdict::Caught })
}

/// A workspace of `boundary` and what it needs.
fn copy_crates(folder: &Path) -> Result<(), Failure> {
    for part in ["boundary/src", "boundary/src/loom_tests", "hresult/src"] {
        let (from, to) = (root().join("crates").join(part), folder.join("crates").join(part));
        make_folder(&to)?;
        for file in files(&from, ".rs")? {
            copy(&file, &to.join(file.file_name().unwrap_or_default()))?;
        }
    }
    for package in ["boundary", "hresult"] {
        let manifest = format!("crates/{package}/Cargo.toml");
        copy(&root().join(&manifest), &folder.join(&manifest))?;
    }
    copy(&root().join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    let manifest =
        fs::read_to_string(root().join("Cargo.toml")).map_err(|e| format!("can't read Cargo.toml: {e}"))?;
    let only_these = |line: &str| match line.split(" = ").next() {
        Some("members") => r#"members = ["crates/boundary", "crates/hresult"]"#.to_owned(),
        Some("exclude" | "default-members") => String::new(),
        _ => line.to_owned(),
    };
    let manifest: String = manifest.lines().map(|line| only_these(line) + "\n").collect();
    write(&folder.join("Cargo.toml"), &manifest)
}
