//! What of clrhost was verified on which .NET: one table, for the choice of the source when a runtime starts, for
//! `clrhost doctor` and for `docs/versions.md`.

mod edition;
mod matrix;

pub use edition::Edition;
pub use matrix::MATRIX;

use crate::Source;
use std::fmt;

/// A line of versions of .NET that the matrix has a column for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// .NET Core 3.1, the oldest that can be hosted.
    Core31,
    /// .NET 5.
    Net5,
    /// .NET 6.
    Net6,
    /// .NET 7.
    Net7,
    /// .NET 8.
    Net8,
    /// .NET 9.
    Net9,
    /// .NET 10.
    Net10,
}

impl Series {
    /// Every column, oldest first.
    pub const ALL: [Series; 7] =
        [Series::Core31, Series::Net5, Series::Net6, Series::Net7, Series::Net8, Series::Net9, Series::Net10];

    /// The series of a released version; `None` for those before 3.1, and for those that came after this clrhost.
    pub fn of(major: u64, minor: u64) -> Option<Series> {
        match (major, minor) {
            (3, 1) => Some(Series::Core31),
            (5..=10, _) => usize::try_from(major - 4).ok().map(|index| Series::ALL[index]),
            _ => None,
        }
    }

    /// The head of the column.
    pub fn name(self) -> &'static str {
        match self {
            Series::Core31 => "3.1",
            Series::Net5 => "5",
            Series::Net6 => "6",
            Series::Net7 => "7",
            Series::Net8 => "8",
            Series::Net9 => "9",
            Series::Net10 => "10",
        }
    }
}

/// A part of clrhost whose working depends on the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Calls of functions that managed code declares.
    PInvokes,
    /// Delegates that native code calls.
    Callbacks,
    /// Delegates made of pointers to native functions.
    NativeDelegates,
    /// Methods with `UnmanagedCallersOnly`.
    UnmanagedCallersOnly,
    /// Pointers that managed code gets by name.
    NamedPointers,
    /// Pointers of other origin, called by `calli`.
    OtherPointers,
    /// Functions that a policy or a host denies.
    Denials,
    /// `clrhost trace`: processes that somebody else starts.
    Trace,
    /// The same beside another profiler.
    BesideAnother,
    /// Programs of a single file, with the runtime inside.
    SingleFile,
    /// Recordings of each call.
    Recordings,
    /// When the runtime holds its threads for a collection.
    Pauses,
    /// Stacks of threads, for `clrhost stuck`.
    Stacks,
    /// A host's threads, and the waits and sleeps that it is told of or performs.
    Hosts,
    /// What a host may ask of tasks in an application; without an application see docs/embedding-rust.md.
    Tasks,
    /// Tasks that a host ends.
    Aborts,
    /// What other tasks have allocated, and the monitors that they own.
    TaskMemory,
}

impl Feature {
    /// The row's name, as a person reads it.
    pub fn name(self) -> &'static str {
        match self {
            Feature::PInvokes => "P/Invokes",
            Feature::Callbacks => "callbacks by delegate",
            Feature::NativeDelegates => "delegates of native functions",
            Feature::UnmanagedCallersOnly => "UnmanagedCallersOnly",
            Feature::NamedPointers => "pointers got by name",
            Feature::OtherPointers => "other pointers (calli)",
            Feature::Denials => "policies that deny",
            Feature::Trace => "trace",
            Feature::BesideAnother => "beside another profiler",
            Feature::SingleFile => "programs of a single file",
            Feature::Recordings => "recordings",
            Feature::Pauses => "pauses of collections",
            Feature::Stacks => "stacks (stuck)",
            Feature::Hosts => "a host's threads and waits",
            Feature::Tasks => "a host's questions of tasks",
            Feature::Aborts => "aborts",
            Feature::TaskMemory => "memory and locks of tasks",
        }
    }
}

/// How far a feature can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Tests show it, on this version, before each change goes in.
    Tested(&'static str),
    /// It was tried by hand, on this version and no other.
    Tried(&'static str),
    /// Tests show what it does, on this version, and that is not all of it.
    Partly(&'static str, &'static str),
    /// Nobody has looked.
    Unknown,
    /// It is not there; why.
    Absent(&'static str),
}

impl Standing {
    /// Whether there is anything to rely on.
    pub fn is_verified(self) -> bool {
        matches!(self, Standing::Tested(_) | Standing::Tried(_))
    }

    /// Why less than all is there, where that is known.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Standing::Partly(_, why) | Standing::Absent(why) => Some(why),
            _ => None,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Tested(version) => write!(f, "tested on {version}"),
            Standing::Tried(version) => write!(f, "tried on {version}"),
            Standing::Partly(version, _) => write!(f, "in part, on {version}"),
            Standing::Unknown => f.write_str("not verified"),
            Standing::Absent(_) => f.write_str("not there"),
        }
    }
}

/// A row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is about.
    pub feature: Feature,
    /// The source by which it works; `None` where that makes no difference.
    pub source: Option<Source>,
    /// How it stands, by [`Series::ALL`].
    pub standings: [Standing; Series::ALL.len()],
}

impl Row {
    /// How it stands in one series.
    pub fn standing(&self, series: Series) -> Standing {
        self.standings[series as usize]
    }
}

impl Source {
    /// Whether this source can be relied on: P/Invokes were verified with it, and it is not known to miss callbacks. What it misses on
    /// every version is in the matrix, and no reason to take the other one. Never for a version that has no column.
    pub fn is_verified(self, series: Option<Series>) -> bool {
        let Some(series) = series else { return false };
        let standing = |feature| {
            let mut rows = MATRIX.iter().filter(|row| row.source == Some(self));
            rows.find(|row| row.feature == feature).map_or(Standing::Unknown, |row| row.standing(series))
        };
        let misses_callbacks = matches!(standing(Feature::Callbacks), Standing::Partly(..));
        standing(Feature::PInvokes).is_verified() && !misses_callbacks
    }

    /// The source that is used for a runtime, if none is asked for: thunks where they were verified. The flag is the runtime's own
    /// reporting, which it documents, so it is what there is to fall back to.
    pub fn best_for(series: Option<Series>) -> Source {
        if Source::Thunks.is_verified(series) { Source::Thunks } else { Source::Flag }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_has_its_own_column() {
        for (index, series) in Series::ALL.into_iter().enumerate() {
            assert_eq!(series as usize, index);
            let mut numbers = series.name().split('.').map(|number| number.parse::<u64>().expect("a number"));
            let (major, minor) = (numbers.next().expect("a major version"), numbers.next().unwrap_or(0));
            assert_eq!(Series::of(major, minor), Some(series));
        }
        for (major, minor) in [(2, 1), (3, 0), (4, 0), (11, 0), (99, 9)] {
            assert_eq!(Series::of(major, minor), None, "{major}.{minor}");
        }
    }

    #[test]
    fn a_row_is_there_once_for_each_source_or_for_both() {
        for (index, row) in MATRIX.iter().enumerate() {
            let others = MATRIX[index + 1..].iter().filter(|other| other.feature == row.feature);
            for other in others {
                assert!(
                    row.source.is_some() && other.source.is_some() && row.source != other.source,
                    "{row:?}"
                );
            }
        }
        for source in [Source::Thunks, Source::Flag] {
            for feature in [Feature::PInvokes, Feature::Callbacks] {
                let is = |row: &Row| (row.source, row.feature) == (Some(source), feature);
                assert!(MATRIX.iter().any(is), "{source:?} {feature:?}");
            }
        }
    }

    #[test]
    fn the_source_is_the_one_that_was_verified() {
        let best = |major, minor| Source::best_for(Series::of(major, minor));
        assert_eq!((best(8, 0), best(9, 0), best(10, 0)), (Source::Thunks, Source::Thunks, Source::Thunks));
        assert_eq!((best(3, 1), best(2, 1), best(11, 0)), (Source::Flag, Source::Flag, Source::Flag));
        assert!(Source::Flag.is_verified(Some(Series::Core31)), "a fall-back that nobody looked at");
        assert!(!Source::Flag.is_verified(None) && !Source::Thunks.is_verified(None));
    }
}
