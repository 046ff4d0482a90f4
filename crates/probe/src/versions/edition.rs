//! Which .NET a runtime is, by what it says of itself.

use super::{Series, Source, Standing};
use crate::versions::MATRIX;
use std::fmt;
use std::path::Path;

/// A runtime as it describes itself when it takes the probe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// What it tells profilers: major, minor, build. All of .NET Core up to 3.1 says 4.
    told: Option<(u16, u16, u16)>,
    /// It has an interface that came with 3.1.
    has_info11: bool,
    /// The version that its folder is named for, if it is installed in one. Only there does a preview say that it is one.
    folder: Option<String>,
}

impl Edition {
    /// What the runtime answers, and the folder in which it lies.
    pub(crate) fn new(told: Option<(u16, u16, u16)>, has_info11: bool, folder: Option<&Path>) -> Edition {
        let name = folder.and_then(|folder| folder.file_name()?.to_str());
        let folder = name.filter(|name| name.starts_with(|c: char| c.is_ascii_digit()) && name.contains('.'));
        Edition { told, has_info11, folder: folder.map(str::to_owned) }
    }

    /// The column of the matrix. The runtime's own word counts: whoever renames a folder does not make another runtime of it.
    pub fn series(&self) -> Option<Series> {
        if self.is_preview() {
            return None;
        }
        match self.told? {
            (4, ..) if self.has_info11 => Some(Series::Core31),
            (major, minor, _) => Series::of(major.into(), minor.into()),
        }
    }

    fn is_preview(&self) -> bool {
        self.folder.as_ref().is_some_and(|folder| folder.contains('-'))
    }

    /// What was not verified about seeing this runtime's crossings by this source, in one sentence; `None` if all was. The source
    /// may be what there was to fall back to, or else what was asked for.
    pub fn unverified(&self, source: Source, is_fallback: bool) -> Option<String> {
        let series = self.series();
        if source.is_verified(series) {
            return None;
        }
        let known = series.map(|series| known_gaps(source, series)).filter(|known| !known.is_empty());
        Some(match (source, known) {
            (Source::Thunks, Some(known)) => {
                format!(
                    "on .NET {self} thunks do not see everything: {}; --source flag does",
                    known.join("; ")
                )
            }
            (Source::Thunks, None) => format!(
                ".NET {self} was not verified with clrhost, and thunks may miss crossings there; --source flag takes the \
                 runtime's own reporting of them"
            ),
            (Source::Flag, _) if is_fallback => format!(
                ".NET {self} was not verified with clrhost, so the transitions flag is used, the runtime's own reporting of \
                 crossings; --source thunks tries thunks all the same"
            ),
            (Source::Flag, _) => format!(".NET {self} was not verified with clrhost"),
        })
    }
}

/// What a source is known to miss there.
fn known_gaps(source: Source, series: Series) -> Vec<&'static str> {
    let rows = MATRIX.iter().filter(|row| row.source == Some(source));
    let partly = rows.filter_map(|row| match row.standing(series) {
        Standing::Partly(_, why) => Some(why),
        _ => None,
    });
    partly.collect()
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.told, &self.folder) {
            // All that it tells is that it is older than 5.
            (Some((4, ..)) | None, Some(folder)) => f.write_str(folder),
            (Some((4, ..)), None) => f.write_str("Core, older than 5"),
            (Some((major, minor, build)), folder) => {
                write!(f, "{major}.{minor}.{build}")?;
                match folder {
                    Some(folder) if self.is_preview() => write!(f, " ({folder})"),
                    _ => Ok(()),
                }
            }
            (None, None) => f.write_str("of a version that it does not tell"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(told: (u16, u16, u16), folder: &str) -> Edition {
        let has_info11 = told.0 > 4 || folder.starts_with("3.1");
        Edition::new(
            Some(told),
            has_info11,
            Some(&Path::new("/dotnet/shared/Microsoft.NETCore.App").join(folder)),
        )
    }

    #[test]
    fn the_runtimes_word_counts_and_not_its_folders() {
        assert_eq!(edition((8, 0, 4), "11.0.0").series(), Some(Series::Net8));
        assert_eq!(edition((11, 0, 0), "8.0.4").series(), None);
        assert_eq!(edition((4, 8, 0), "3.1.23").series(), Some(Series::Core31));
        assert_eq!(edition((4, 6, 0), "2.1.30").series(), None);
        assert_eq!(Edition::default().series(), None);
    }

    #[test]
    fn a_preview_is_another_version_than_its_release() {
        let preview = edition((10, 0, 0), "10.0.0-rc.1.25451.107");
        assert_eq!(preview.series(), None);
        assert!(
            preview
                .unverified(Source::Flag, true)
                .expect("a sentence")
                .contains("10.0.0 (10.0.0-rc.1.25451.107)")
        );
    }

    #[test]
    fn what_is_verified_has_nothing_to_say() {
        assert_eq!(edition((8, 0, 4), "8.0.4").unverified(Source::Thunks, false), None);
        assert_eq!(edition((8, 0, 4), "8.0.4").unverified(Source::Flag, true), None);
        assert_eq!(edition((4, 8, 0), "3.1.23").unverified(Source::Flag, true), None);
    }

    #[test]
    fn what_is_not_says_what_to_do() {
        let newer = edition((11, 0, 0), "11.0.0");
        let flag = newer.unverified(Source::Flag, true).expect("a sentence");
        assert!(
            flag.contains(".NET 11.0.0 was not verified with clrhost, so the transitions flag is used"),
            "{flag}"
        );
        assert!(flag.contains("--source thunks"), "{flag}");
        let thunks = newer.unverified(Source::Thunks, false).expect("a sentence");
        assert!(thunks.contains("thunks may miss crossings there; --source flag"), "{thunks}");
        let partly = edition((4, 8, 0), "3.1.23").unverified(Source::Thunks, false).expect("a sentence");
        assert!(partly.contains("on .NET 3.1.23 thunks do not see everything"), "{partly}");
    }
}
