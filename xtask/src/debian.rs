//! Installs missing Debian packages: as root, or by `sudo` where it asks no password. Otherwise says
//! which command the user should run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::workspace::{find_command, make_folder, progress, run_quietly, words};

/// Installs `package` unless this machine has `command`.
pub fn ensure_command(command: &str, package: &str) -> Result<PathBuf, Failure> {
    if let Some(found) = find_command(command) {
        return Ok(found);
    }
    install(package)?;
    find_command(command).ok_or_else(|| format!("{package} is installed, but there is no command {command}"))
}

/// Installs `package` unless the dynamic linker finds `library`.
pub fn ensure_library(library: &str, package: &str) -> Result<(), Failure> {
    // ldconfig lies in /sbin, which an ordinary user's PATH may lack.
    let ldconfig = if Path::new("/sbin/ldconfig").exists() { "/sbin/ldconfig" } else { "ldconfig" };
    let cache = run_quietly(Command::new(ldconfig).arg("-p")).unwrap_or_default();
    if cache.lines().any(|line| line.trim_start().starts_with(library)) {
        return Ok(());
    }
    install(package)
}

/// Installs a package.
pub fn install(package: &str) -> Result<(), Failure> {
    if find_command("apt-get").is_none() {
        return Err(format!(
            "this needs Debian's package {package}; please install what corresponds to it here"
        ));
    }
    progress(package, "installing the Debian package");
    let attempt = || run_quietly(apt_get("install").args(["--yes", "--no-install-recommends", package]));
    attempt().or_else(|_| update().and_then(|()| attempt())).map(drop).map_err(|failure| {
        let command = words(Command::new("sudo").args(["apt-get", "install", package]));
        format!("{failure}\n{package} could not be installed; please run: {command}")
    })?;
    progress(package, "installed");
    Ok(())
}

/// Fetches a package and lays its files below `folder`, without installing it.
pub fn unpack(package: &str, folder: &Path) -> Result<(), Failure> {
    make_folder(folder)?;
    let download = || run_quietly(Command::new("apt-get").args(["download", package]).current_dir(folder));
    download().or_else(|_| update().and_then(|()| download()))?;
    for archive in crate::workspace::files(folder, ".deb")? {
        run_quietly(Command::new("dpkg").arg("-x").arg(&archive).arg(folder))?;
    }
    Ok(())
}

/// A fresh machine, above all a container, has no package lists yet.
fn update() -> Result<(), Failure> {
    progress("apt-get", "fetching the package lists");
    run_quietly(apt_get("update").arg("--quiet")).map(drop)
}

fn apt_get(action: &str) -> Command {
    // SAFETY: geteuid has no preconditions.
    let root = unsafe { geteuid() } == 0;
    let mut command = if root { Command::new("env") } else { Command::new("sudo") };
    if !root {
        // Fail instead of asking for a password.
        command.args(["-n", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", action]);
    command
}

unsafe extern "C" {
    fn geteuid() -> u32;
}
