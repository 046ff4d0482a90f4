//! Says why no root fits an app: what is wanted, what is there, what to install or set.
//!
//! It only words what [`crate::selection`] has found out.

use std::fmt;
use std::path::PathBuf;

use semver::Version;

use crate::os;
use crate::roll_forward::{FrameworkReference, RollForward};
use crate::root::RootSource;

/// The oldest version of .NET that can be hosted.
const OLDEST: Version = Version::new(3, 1, 0);

/// One root in which a framework is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The root.
    pub root: PathBuf,
    /// How it was found.
    pub source: RootSource,
    /// The framework that it lacks in a fitting version.
    pub framework: String,
    /// The versions of that framework that it has, newest first.
    pub installed: Vec<Version>,
}

/// What an app wants, what each root has instead, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoesNotFit {
    /// The file that asks.
    pub config: PathBuf,
    /// The frameworks that no root has in a fitting version.
    pub missing: Vec<FrameworkReference>,
    /// What each root has.
    pub roots: Vec<Miss>,
    /// True where a newer major version is installed and only the policy forbids it.
    pub major_would_do: bool,
}

impl std::error::Error for DoesNotFit {}

impl fmt::Display for DoesNotFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = self.missing.first().map_or(RollForward::Minor, |reference| reference.roll_forward);
        let wanted = self.missing.iter().map(FrameworkReference::to_string).collect::<Vec<_>>().join(" and ");
        write!(
            f,
            "{} wants {wanted} (roll-forward {policy}), which is not installed",
            self.config.display()
        )?;
        for miss in &self.roots {
            write!(f, "\n  {} ({}) has ", miss.root.display(), miss.source)?;
            if miss.installed.is_empty() {
                write!(f, "no {}", miss.framework)?;
            } else {
                let versions = miss.installed.iter().map(Version::to_string).collect::<Vec<_>>().join(", ");
                write!(f, "{} {versions}", miss.framework)?;
            }
        }
        if self.missing.iter().any(|reference| reference.version < OLDEST) {
            let there = if self.major_would_do { "" } else { "install one and " };
            return write!(
                f,
                "\nclrhost hosts .NET Core {}.{} and later: {there}set DOTNET_ROLL_FORWARD=Major to run on it.",
                OLDEST.major, OLDEST.minor
            );
        }
        let names = self.missing.iter().map(product).collect::<Vec<_>>().join(" and ");
        write!(f, "\nInstall {names}")?;
        if self.major_would_do {
            write!(f, ", or set DOTNET_ROLL_FORWARD=Major to run on the newer one that is there")?;
        }
        f.write_str(".")
    }
}

/// The name under which the installers offer a framework.
fn product(reference: &FrameworkReference) -> String {
    let Version { major, minor, .. } = reference.version;
    let version = if major >= 5 { major.to_string() } else { format!("{major}.{minor}") };
    let exact = match reference.roll_forward {
        RollForward::Disable => format!(" (exactly {})", reference.version),
        _ => String::new(),
    };
    match reference.name.as_str() {
        "Microsoft.NETCore.App" => format!("the .NET {version} runtime for {}{exact}", os::ARCH),
        "Microsoft.AspNetCore.App" => format!("the ASP.NET Core {version} runtime for {}{exact}", os::ARCH),
        other => format!("{other} {}{exact}", reference.version),
    }
}
