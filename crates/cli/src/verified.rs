//! What was verified on the versions of .NET that were found, and what was not, told to people.

use crate::complain;
use clrhost::Source;
use clrhost::engine::Runtime;
use clrhost::report::Report;
use clrhost::versions::{MATRIX, Series, Standing};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The framework that every other one is built on.
const CORE: &str = "Microsoft.NETCore.App";

/// Says what was not verified about these reports, each sentence once.
pub fn complain_of<'a>(reports: impl IntoIterator<Item = &'a Report>) {
    let unverified: BTreeSet<_> =
        reports.into_iter().filter_map(|report| report.runtime.unverified.as_ref()).collect();
    unverified.into_iter().for_each(complain);
}

/// An installed runtime, by what its own library says rather than by the name of its folder.
pub struct Installed<'a> {
    runtime: &'a Runtime,
    /// What the library says, where that is another version than the folder's.
    differs: Option<(u64, u64)>,
}

impl<'a> Installed<'a> {
    /// Looks at the library; `None` for other frameworks, which have no runtime of their own.
    pub fn of(runtime: &'a Runtime) -> Option<Installed<'a>> {
        if runtime.name != CORE {
            return None;
        }
        // All of .NET Core up to 3.1 says 4.
        let told = runtime.told_version().filter(|told| told.0 > 4);
        let named = (runtime.version.major, runtime.version.minor);
        Some(Installed { runtime, differs: told.filter(|told| *told != named) })
    }

    /// Its column in the matrix. A preview has none.
    pub fn series(&self) -> Option<Series> {
        let version = &self.runtime.version;
        let (major, minor) = self.differs.unwrap_or((version.major, version.minor));
        Series::of(major, minor).filter(|_| version.pre.is_empty())
    }

    /// The version, for people.
    pub fn name(&self) -> String {
        match self.differs {
            Some((major, minor)) => {
                format!("{}, whose libcoreclr.so is that of .NET {major}.{minor}", self.runtime.version)
            }
            None => self.runtime.version.to_string(),
        }
    }
}

/// The rows of the matrix for every version that is there.
pub fn print(out: &mut impl Write, runtimes: &[Installed]) -> io::Result<()> {
    for series in Series::ALL.into_iter().rev() {
        let here: Vec<_> = runtimes.iter().filter(|runtime| runtime.series() == Some(series)).collect();
        if here.is_empty() {
            continue;
        }
        let versions: BTreeSet<_> = here.iter().map(|runtime| runtime.name()).collect();
        let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(out, "\n.NET {} ({versions}): {}", series.name(), chosen(Some(series)))?;
        print_series(out, series)?;
    }
    let others: BTreeSet<_> =
        runtimes.iter().filter(|runtime| runtime.series().is_none()).map(Installed::name).collect();
    for name in others {
        writeln!(out, "\n.NET {name}: {}", chosen(None))?;
        writeln!(
            out,
            "  nothing was verified on this version. --source thunks tries thunks all the same; a report says that it\n  \
             is unverified"
        )?;
    }
    Ok(())
}

/// Which source is used if none is asked for, and why.
pub fn chosen(series: Option<Series>) -> &'static str {
    match Source::best_for(series) {
        Source::Thunks => "crossings would be seen by thunks",
        Source::Flag if Source::Flag.is_verified(series) => {
            "crossings would be seen by the transitions flag, as thunks miss some on this version"
        }
        Source::Flag => {
            "crossings would be seen by the transitions flag, as neither source was verified on this version"
        }
    }
}

fn print_series(out: &mut impl Write, series: Series) -> io::Result<()> {
    let mut reasons = Vec::new();
    let mut lines = vec![[String::new(), "thunks".to_owned(), "flag".to_owned()]];
    for rows in MATRIX.chunk_by(|one, other| one.feature == other.feature) {
        let mut of = |source| {
            let row = rows.iter().find(|row| row.source == source);
            row.map_or_else(String::new, |row| cell(row.standing(series), &mut reasons))
        };
        // What is the same by both stands once.
        let both = of(None);
        let first = if both.is_empty() { of(Some(Source::Thunks)) } else { both };
        lines.push([rows[0].feature.name().to_owned(), first, of(Some(Source::Flag))]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    let (names, cells) = (width(0), width(1));
    for [name, thunks, flag] in &lines {
        writeln!(out, "{}", format!("  {name:names$}  {thunks:cells$}  {flag}").trim_end())?;
    }
    for (index, reason) in reasons.iter().enumerate() {
        writeln!(out, "  [{}] {reason}", index + 1)?;
    }
    Ok(())
}

/// The words, with the number of the reason below the table.
fn cell(standing: Standing, reasons: &mut Vec<&'static str>) -> String {
    let Some(reason) = standing.reason() else { return standing.to_string() };
    let number = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    });
    format!("{standing} [{}]", number + 1)
}
