//! What is fetched from PyPI and npm: exact versions, whose files are held against sums before anything of them is used. So whoever gets
//! hold of a registry, or of a name in it, still gets nothing to run here.
//!
//! Debian's packages need no sums of ours: apt holds them against lists that Debian signs. Nothing is fetched from anywhere else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{built, make_folder, run_quietly, write};
use crate::{Failure, debian, python};

/// A package of PyPI's.
pub struct Wheel {
    /// Name and version, as `name==1.2.3`.
    pub name: &'static str,
    /// SHA-256 of its files: of one for all systems, or for each version of Python.
    pub sha256: &'static [&'static str],
}

/// A package of npm's.
pub struct NpmPackage {
    /// Name and version, as `name@1.2.3`.
    pub name: &'static str,
    /// SHA-256 of its archive.
    pub sha256: &'static str,
}

impl Wheel {
    /// Fetches the file of one package into `folder`, which should be empty, and answers its path.
    pub fn download(&self, folder: &Path) -> Result<PathBuf, Failure> {
        make_folder(folder)?;
        let mut pip = pip("download", &[self])?;
        run_quietly(pip.arg("--dest").arg(folder))?;
        let files = crate::workspace::files(folder, ".whl")?;
        files.into_iter().next_back().ok_or_else(|| format!("pip fetched nothing for {}", self.name))
    }
}

/// Installs packages, and no others that they may ask for, into `folder`.
pub fn install(wheels: &[&Wheel], folder: &Path) -> Result<(), Failure> {
    let mut pip = pip("install", wheels)?;
    run_quietly(pip.arg("--target").arg(folder)).map(drop)
}

/// A `pip` that takes these files and no others, and runs nothing of theirs.
fn pip(action: &str, wheels: &[&Wheel]) -> Result<Command, Failure> {
    let line = |wheel: &&Wheel| {
        let sums: Vec<String> = wheel.sha256.iter().map(|sum| format!(" --hash=sha256:{sum}")).collect();
        format!("{}{}\n", wheel.name, sums.concat())
    };
    let lines: String = wheels.iter().map(line).collect();
    let folder = built().join("requirements");
    make_folder(&folder)?;
    let first = wheels.first().map_or("nothing", |wheel| wheel.name);
    let file = folder.join(format!("{first}.txt"));
    write(&file, &lines)?;
    let mut pip = python::pip()?;
    pip.args([action, "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    pip.arg("--require-hashes").arg("--requirement").arg(file);
    Ok(pip)
}

impl NpmPackage {
    /// Unpacks the package into `folder/package`.
    pub fn unpack(&self, folder: &Path) -> Result<(), Failure> {
        debian::ensure_command("npm", "npm")?;
        let packed =
            run_quietly(Command::new("npm").args(["pack", "--silent", self.name]).current_dir(folder))?;
        let archive = folder.join(packed.lines().last().ok_or("npm pack named no file")?.trim());
        check(&archive, self.sha256).map_err(|failure| format!("{}: {failure}", self.name))?;
        run_quietly(Command::new("tar").arg("xzf").arg(&archive).current_dir(folder)).map(drop)
    }
}

/// Whether a file is the one that it should be. One that is not is removed.
fn check(file: &Path, sha256: &str) -> Result<(), Failure> {
    let sum = run_quietly(Command::new("sha256sum").arg(file))?;
    let sum = sum.split_whitespace().next().unwrap_or_default();
    // A name with a backslash is shown with one before the sum; none of ours has one.
    if sum == sha256 {
        return Ok(());
    }
    let _ = fs::remove_file(file);
    Err(format!(
        "what was fetched is not the file that clrhost was tested with: its SHA-256 is {sum} and should be {sha256}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_than_the_one_that_was_tested_is_refused_and_removed() {
        let file = std::env::temp_dir().join(format!("clrhost-pinned-{}", std::process::id()));
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        fs::write(&file, "abc").unwrap();
        assert_eq!(check(&file, abc), Ok(()));
        fs::write(&file, "abd").unwrap();
        assert!(check(&file, abc).unwrap_err().contains("is not the file"));
        assert!(!file.exists());
    }
}
