//! Version strings, as hosts of the .NET Framework write them and as .NET has them.

use clrhost::engine::Version;

/// Which runtime a host asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The newest installed one that fits the configuration.
    Newest,
    /// The newest whose version begins so; all three numbers name one version.
    Prefix(String),
}

/// The versions of the .NET Framework that hosts ask for. They mean "the runtime", whichever it is.
const FRAMEWORK: [&str; 4] = ["v4.0.30319", "v2.0.50727", "v1.1.4322", "v1.0.3705"];

impl Wanted {
    /// `None` for what is no version, or lacks the `v`.
    pub(crate) fn parse(text: &str) -> Option<Wanted> {
        if FRAMEWORK.contains(&text) {
            return Some(Wanted::Newest);
        }
        let numbers = text.strip_prefix('v')?;
        let (plain, _) = numbers.split_once('-').unwrap_or((numbers, ""));
        let parts: Vec<&str> = plain.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        ((1..=3).contains(&parts.len()) && parts.iter().all(is_number))
            .then(|| Wanted::Prefix(numbers.to_owned()))
    }

    /// Does this version do?
    pub(crate) fn fits(&self, version: &Version) -> bool {
        match self {
            Wanted::Newest => true,
            Wanted::Prefix(prefix) => {
                let version = version.to_string();
                version.strip_prefix(prefix.as_str()).is_some_and(|rest| {
                    // "8.0" is no prefix of "8.01", and a preview of a version is not that version.
                    rest.is_empty() || rest.starts_with('.')
                })
            }
        }
    }

    /// As [`clrhost::Host::start_newest`] wants it.
    pub(crate) fn prefix(&self) -> Option<&str> {
        match self {
            Wanted::Newest => None,
            Wanted::Prefix(prefix) => Some(prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frameworks_versions_mean_the_newest() {
        for text in FRAMEWORK {
            assert_eq!(Wanted::parse(text), Some(Wanted::Newest), "{text}");
        }
    }

    #[test]
    fn others_mean_what_they_say() {
        let version = |text| Version::parse(text).unwrap();
        let wanted = Wanted::parse("v8.0").unwrap();
        assert!(wanted.fits(&version("8.0.4")) && wanted.fits(&version("8.0.30")));
        assert!(!wanted.fits(&version("8.1.0")) && !wanted.fits(&version("18.0.4")));
        let exact = Wanted::parse("v8.0.4").unwrap();
        assert!(exact.fits(&version("8.0.4")) && !exact.fits(&version("8.0.40")));
        assert!(!exact.fits(&version("8.0.4-preview.1")));
        assert!(Wanted::parse("v8").unwrap().fits(&version("8.1.0")));
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "v", "8.0", "v8.", "v8.0.4.1", "vx", "v4.0.30319 "] {
            assert_eq!(Wanted::parse(text), None, "{text}");
        }
    }
}
