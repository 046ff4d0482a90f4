//! One .NET root: the directory that holds `host/fxr` and `shared`, and what is installed in it.
//!
//! It reads directories only. A name that is not a version is passed over, as hostfxr passes it over; whether a version
//! fits an app is decided in [`crate::selection`].

use std::fmt;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::os;

/// How a root came to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootSource {
    /// The caller named it.
    Explicit,
    /// An environment variable named it.
    Variable(&'static str),
    /// It holds the `dotnet` found on PATH at this place.
    Muxer(PathBuf),
    /// An installer registered it in this file.
    InstallLocation(PathBuf),
    /// It is where installers put .NET by default.
    Default,
}

impl fmt::Display for RootSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit => f.write_str("named by the caller"),
            Self::Variable(name) => write!(f, "from {name}"),
            Self::Muxer(path) => write!(f, "from {} on PATH", path.display()),
            Self::InstallLocation(file) => write!(f, "from {}", file.display()),
            Self::Default => f.write_str("a default location"),
        }
    }
}

/// One version of a shared framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// The framework, for example `Microsoft.NETCore.App`.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The directory that holds its assemblies.
    pub path: PathBuf,
}

impl Runtime {
    /// Major and minor version that the runtime's library in this folder carries in itself; `None` where it is not there or carries
    /// none. All of .NET Core up to 3.1 says 4. The folder's name is what hostfxr goes by, and anybody may rename a folder.
    pub fn told_version(&self) -> Option<(u64, u64)> {
        const MARK: &[u8] = b"@(#)Version ";
        let image = std::fs::read(self.path.join(os::CORECLR_FILE)).ok()?;
        let at = image.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
        let text = image.get(at..)?.split(|byte| !byte.is_ascii_digit() && *byte != b'.').next()?;
        let mut numbers = std::str::from_utf8(text).ok()?.split('.').map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// One version of the hostfxr library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFxrFile {
    /// Its version.
    pub version: Version,
    /// The library itself.
    pub path: PathBuf,
}

/// A directory that holds a .NET installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotnetRoot {
    /// The directory, absolute.
    pub path: PathBuf,
    /// How it was found.
    pub source: RootSource,
    /// Every hostfxr in it, newest first; never empty.
    pub hostfxr: Vec<HostFxrFile>,
    /// Every shared framework in it, by name, newest first.
    pub runtimes: Vec<Runtime>,
}

impl DotnetRoot {
    /// Reads what is installed below `path`.
    pub fn read(path: &Path, source: RootSource) -> Result<Self, RejectReason> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(RejectReason::NotADirectory),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(RejectReason::DoesNotExist);
            }
            Err(error) => return Err(RejectReason::Unreadable(error.to_string())),
        }
        let hostfxr = versions_below(&path.join("host").join("fxr"))
            .into_iter()
            .map(|(version, directory)| HostFxrFile { version, path: directory.join(os::HOSTFXR_FILE) })
            .filter(|file| file.path.is_file())
            .collect::<Vec<_>>();
        if hostfxr.is_empty() {
            return Err(RejectReason::NoHostFxr);
        }
        let runtimes = runtimes_below(&path.join("shared"));
        Ok(Self { path, source, hostfxr, runtimes })
    }

    /// The newest hostfxr, which is the one that the muxer itself would load.
    pub fn newest_hostfxr(&self) -> Option<&HostFxrFile> {
        self.hostfxr.first()
    }

    /// The installed versions of one framework, newest first.
    pub fn runtimes_named(&self, name: &str) -> impl Iterator<Item = &Runtime> {
        self.runtimes.iter().filter(move |runtime| runtime.name == name)
    }
}

/// Why a directory is no usable root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// There is nothing at this path.
    DoesNotExist,
    /// It is a file.
    NotADirectory,
    /// It has no `host/fxr/VERSION` with a hostfxr library in it.
    NoHostFxr,
    /// The same directory was found before, by this path.
    SameAs(PathBuf),
    /// The registration file names no directory.
    NamesNothing,
    /// The operating system refused, in these words.
    Unreadable(String),
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DoesNotExist => f.write_str("does not exist"),
            Self::NotADirectory => f.write_str("is not a directory"),
            Self::NoHostFxr => write!(f, "has no host/fxr/VERSION/{}", os::HOSTFXR_FILE),
            Self::SameAs(path) => write!(f, "is the same directory as {}", path.display()),
            Self::NamesNothing => f.write_str("names no directory"),
            Self::Unreadable(why) => write!(f, "could not be read: {why}"),
        }
    }
}

/// A place that was looked at and cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRoot {
    /// The path as it was found.
    pub path: PathBuf,
    /// How it was found.
    pub source: RootSource,
    /// Why it cannot be used.
    pub reason: RejectReason,
}

impl fmt::Display for RejectedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.path.display(), self.source, self.reason)
    }
}

fn subdirectories(directory: &Path) -> impl Iterator<Item = PathBuf> {
    // An unreadable directory is an empty one: hostfxr sees nothing in it either, and says what it misses.
    std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
}

fn versions_below(directory: &Path) -> Vec<(Version, PathBuf)> {
    let mut versions = subdirectories(directory)
        .filter_map(|path| {
            let version = Version::parse(path.file_name()?.to_str()?).ok()?;
            Some((version, path))
        })
        .collect::<Vec<_>>();
    versions.sort_by(|a, b| b.0.cmp(&a.0));
    versions
}

fn runtimes_below(shared: &Path) -> Vec<Runtime> {
    let mut frameworks = subdirectories(shared).collect::<Vec<_>>();
    frameworks.sort();
    let mut runtimes = Vec::new();
    for framework in frameworks {
        let Some(name) = framework.file_name().and_then(|name| name.to_str()) else { continue };
        for (version, path) in versions_below(&framework) {
            runtimes.push(Runtime { name: name.to_owned(), version, path });
        }
    }
    runtimes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fake_root;

    #[test]
    fn versions_are_ordered_newest_first_and_prereleases_before_their_release() {
        let root = fake_root(&["8.0.4", "10.0.0", "9.0.0-rc.2.1", "9.0.0-rc.10.1", "9.0.0"]);
        let root = DotnetRoot::read(root.path(), RootSource::Explicit).expect("a usable root");
        let versions = root.runtimes.iter().map(|runtime| runtime.version.to_string()).collect::<Vec<_>>();
        assert_eq!(versions, ["10.0.0", "9.0.0", "9.0.0-rc.10.1", "9.0.0-rc.2.1", "8.0.4"]);
        assert_eq!(root.newest_hostfxr().map(|file| file.version.to_string()).as_deref(), Some("10.0.0"));
    }

    #[test]
    fn odd_names_are_passed_over() {
        let root = fake_root(&["8.0.4"]);
        let shared = root.path().join("shared/Microsoft.NETCore.App");
        for name in [
            "8",
            "8.0",
            "latest",
            "8.0.4.1",
            "08.0.4",
            "99999999999999999999999.0.0",
            "-",
            " 8.0.4",
            "8.0.4-",
        ] {
            std::fs::create_dir(shared.join(name)).expect("temp dir is writable");
        }
        std::fs::write(shared.join("9.0.0"), "a file").expect("temp dir is writable");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            std::fs::create_dir(shared.join(std::ffi::OsStr::from_bytes(b"\xff\xfe")))
                .expect("temp dir is writable");
        }
        let root = DotnetRoot::read(root.path(), RootSource::Explicit).expect("a usable root");
        assert_eq!(
            root.runtimes.iter().map(Runtime::to_string).collect::<Vec<_>>(),
            ["Microsoft.NETCore.App 8.0.4"]
        );
    }

    #[test]
    fn each_reason_to_reject_has_its_own_words() {
        let root = fake_root(&["8.0.4"]);
        let read = |path: PathBuf| DotnetRoot::read(&path, RootSource::Explicit).expect_err("no root there");
        assert_eq!(read(root.path().join("nothing")), RejectReason::DoesNotExist);
        assert_eq!(
            read(root.path().join("host/fxr/8.0.4").join(os::HOSTFXR_FILE)),
            RejectReason::NotADirectory
        );
        assert_eq!(read(root.path().join("shared")), RejectReason::NoHostFxr);
        assert_eq!(
            RejectReason::NoHostFxr.to_string(),
            format!("has no host/fxr/VERSION/{}", os::HOSTFXR_FILE)
        );
    }
}
