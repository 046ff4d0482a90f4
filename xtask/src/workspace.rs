//! Where things lie, and how other programs are run.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::Failure;

/// The root of the source tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}

/// The build folder.
pub fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The part of the build folder that is xtask's.
pub fn built() -> PathBuf {
    target().join("clrhost")
}

/// A path as a person in the source tree would type it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// One line of progress on standard error: what, and what became of it.
pub fn progress(what: &str, news: &str) {
    eprintln!("{what:>14}  {news}");
}

/// The cargo that runs us, in the root of the source tree.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    if OFFLINE.load(Ordering::Relaxed) {
        cargo.env("CARGO_NET_OFFLINE", "true");
    }
    cargo
}

/// Whether [`cargo`] is to fetch nothing.
static OFFLINE: AtomicBool = AtomicBool::new(false);

/// From now on everything has to be here: a crate that is in no lock file is an error, not a download.
pub fn stay_offline() {
    OFFLINE.store(true, Ordering::Relaxed);
}

/// Runs a command whose output the user should see.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|e| format!("can't start {}: {e}", words(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", words(command))) }
}

/// Runs a command whose output matters only when it fails, and answers its standard output.
pub fn run_quietly(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|e| format!("can't start {}: {e}", words(command)))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{} ended with {}\n{stdout}{stderr}", words(command), output.status))
}

/// The command line, good for copying into a shell.
pub fn words(command: &Command) -> String {
    let mut line = String::new();
    let program = command.get_program();
    // Cargo names itself to us by its full path, which nobody would type.
    let program = if Path::new(program).ends_with("cargo") { OsStr::new("cargo") } else { program };
    for word in std::iter::once(program).chain(command.get_args()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&quoted(word));
    }
    line
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The full path of a command, if this machine has it.
pub fn find_command(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Makes a folder and those above it.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|e| format!("can't make {}: {e}", folder.display()))
}

/// Writes a small file, unless it says that already.
pub fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(file, text).map_err(|e| format!("can't write {}: {e}", file.display()))
}

/// Copies a file.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let copied = fs::copy(from, to);
    copied.map(drop).map_err(|e| format!("can't copy {} to {}: {e}", from.display(), to.display()))
}

/// The files in `folder` whose names end with `suffix`, in order.
pub fn files(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|e| format!("can't read {}: {e}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.retain(|path| path.to_string_lossy().ends_with(suffix));
    found.sort();
    Ok(found)
}

/// Whether `output` is missing or older than one of `inputs`.
pub fn stale(output: &Path, inputs: &[PathBuf]) -> bool {
    let Some(made) = modified(output) else { return true };
    inputs.iter().any(|input| modified(input).is_none_or(|changed| changed > made))
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}
