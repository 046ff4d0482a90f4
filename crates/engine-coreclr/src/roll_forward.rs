//! The roll-forward policy: which installed version of a framework may stand in for the version an app asks for.
//!
//! It follows hostfxr's `fx_resolver`, so that the root chosen here is one in which hostfxr finds something; hostfxr then
//! makes its own choice, and [`crate::Context::runtime_version`] tells which. Described in
//! <https://learn.microsoft.com/dotnet/core/versions/selection>.

use std::fmt;
use std::str::FromStr;

use semver::Version;

/// How far a newer framework may be from the one an app was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RollForward {
    /// Exactly the version asked for.
    Disable,
    /// The newest patch of the minor version asked for.
    LatestPatch,
    /// The lowest minor version that is not below; its newest patch.
    #[default]
    Minor,
    /// The newest minor version of the same major version.
    LatestMinor,
    /// The lowest major version that is not below; its newest patch.
    Major,
    /// The newest version of all.
    LatestMajor,
}

impl RollForward {
    /// Every policy, from the strictest to the loosest.
    pub const ALL: [Self; 6] =
        [Self::Disable, Self::LatestPatch, Self::Minor, Self::LatestMinor, Self::Major, Self::LatestMajor];

    /// The name as .NET spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disable => "Disable",
            Self::LatestPatch => "LatestPatch",
            Self::Minor => "Minor",
            Self::LatestMinor => "LatestMinor",
            Self::Major => "Major",
            Self::LatestMajor => "LatestMajor",
        }
    }

    /// The policy that the older setting `rollForwardOnNoCandidateFx` (0, 1 or 2) stands for.
    pub(crate) fn from_no_candidate_fx(value: i64) -> Self {
        match value {
            0 => Self::LatestPatch,
            2 => Self::Major,
            _ => Self::Minor,
        }
    }

    fn allows(self, wanted: &Version, version: &Version) -> bool {
        match self {
            Self::Disable => version == wanted,
            Self::LatestPatch => version.major == wanted.major && version.minor == wanted.minor,
            Self::Minor | Self::LatestMinor => version.major == wanted.major,
            Self::Major | Self::LatestMajor => true,
        }
    }

    fn takes_newest(self) -> bool {
        matches!(self, Self::LatestMinor | Self::LatestMajor)
    }
}

impl fmt::Display for RollForward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RollForward {
    type Err = UnknownRollForward;

    /// Reads a policy in any case, as hostfxr does.
    fn from_str(text: &str) -> Result<Self, UnknownRollForward> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownRollForward(text.to_owned()))
    }
}

/// A word that names no roll-forward policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no roll-forward policy; use Disable, LatestPatch, Minor, LatestMinor, Major or LatestMajor"
)]
pub struct UnknownRollForward(
    /// The word.
    pub String,
);

/// One framework that an app asks for, with everything that decides which version serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkReference {
    /// The framework, for example `Microsoft.NETCore.App`.
    pub name: String,
    /// The version asked for.
    pub version: Version,
    /// How far it may roll forward.
    pub roll_forward: RollForward,
    /// False where the older setting `applyPatches` forbids newer patches.
    pub apply_patches: bool,
    /// True where prereleases count as much as releases (`DOTNET_ROLL_FORWARD_TO_PRERELEASE=1`).
    pub to_prerelease: bool,
}

impl fmt::Display for FrameworkReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl FrameworkReference {
    /// The version of `installed` that serves, if any does.
    pub fn choose<'v>(&self, installed: &[&'v Version]) -> Option<&'v Version> {
        let release_asked_for = self.version.pre.is_empty();
        let exact = self.roll_forward == RollForward::Disable
            || (self.roll_forward == RollForward::LatestPatch && !self.apply_patches && release_asked_for);
        if exact {
            return installed.iter().copied().find(|version| **version == self.version);
        }
        let releases =
            || installed.iter().copied().filter(|version| version.pre.is_empty()).collect::<Vec<_>>();
        let preferred =
            if release_asked_for && !self.to_prerelease { self.choose_among(&releases()) } else { None };
        preferred.or_else(|| self.choose_among(installed))
    }

    fn choose_among<'v>(&self, installed: &[&'v Version]) -> Option<&'v Version> {
        let mut allowed = installed
            .iter()
            .copied()
            .filter(|version| **version >= self.version && self.roll_forward.allows(&self.version, version))
            .collect::<Vec<_>>();
        allowed.sort();
        let start = if self.roll_forward.takes_newest() { *allowed.last()? } else { *allowed.first()? };
        if !start.pre.is_empty() {
            return Some(start);
        }
        // A version once found, its newest patch is taken, whatever the policy.
        let patched = allowed.into_iter().rfind(|version| {
            version.major == start.major
                && version.minor == start.minor
                && (self.apply_patches || version.patch == start.patch)
        });
        Some(patched.unwrap_or(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(policy: RollForward, wanted: &str, installed: &[&str]) -> Option<String> {
        let reference = FrameworkReference {
            name: "Microsoft.NETCore.App".to_owned(),
            version: wanted.parse().expect("a version"),
            roll_forward: policy,
            apply_patches: true,
            to_prerelease: false,
        };
        let installed = installed.iter().map(|v| v.parse().expect("a version")).collect::<Vec<Version>>();
        reference.choose(&installed.iter().collect::<Vec<_>>()).map(Version::to_string)
    }

    #[test]
    fn each_policy_takes_what_the_documentation_says() {
        let installed = ["6.0.36", "8.0.0", "8.0.4", "8.2.1", "8.3.0", "9.0.1", "10.0.9"];
        for (policy, wanted, expected) in [
            (RollForward::Disable, "8.0.0", Some("8.0.0")),
            (RollForward::Disable, "8.0.1", None),
            (RollForward::LatestPatch, "8.0.0", Some("8.0.4")),
            (RollForward::LatestPatch, "8.1.0", None),
            (RollForward::Minor, "8.0.0", Some("8.0.4")),
            (RollForward::Minor, "8.1.0", Some("8.2.1")),
            (RollForward::Minor, "7.0.0", None),
            (RollForward::LatestMinor, "8.0.0", Some("8.3.0")),
            (RollForward::Major, "7.0.0", Some("8.0.4")),
            (RollForward::Major, "8.1.0", Some("8.2.1")),
            (RollForward::Major, "11.0.0", None),
            (RollForward::LatestMajor, "6.0.0", Some("10.0.9")),
        ] {
            assert_eq!(choose(policy, wanted, &installed).as_deref(), expected, "{policy} {wanted}");
        }
    }

    #[test]
    fn a_release_is_preferred_to_a_nearer_prerelease() {
        let installed = ["9.0.0-rc.1", "9.1.0"];
        assert_eq!(choose(RollForward::Major, "8.0.0", &installed).as_deref(), Some("9.1.0"));
        assert_eq!(choose(RollForward::Minor, "9.0.0-rc.0", &installed).as_deref(), Some("9.0.0-rc.1"));
        assert_eq!(choose(RollForward::Major, "8.0.0", &["9.0.0-rc.1"]).as_deref(), Some("9.0.0-rc.1"));
    }

    #[test]
    fn policies_are_read_in_any_case_and_nothing_else_is() {
        assert_eq!("latestMINOR".parse(), Ok(RollForward::LatestMinor));
        assert!("Newest".parse::<RollForward>().is_err_and(|error| error.to_string().contains("`Newest`")));
    }
}
