//! Two reports compared: what got slower, what is new, what is gone.
//!
//! The types are the fields of the JSON (`clrhost diff --format json`), which `docs/reports.md` describes.

mod metric;
mod text;

use crate::model::{Report, TargetRow, Timing};
pub use metric::Metric;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The value of [`Diff::schema`]: the format's name and version.
pub const DIFF_SCHEMA: &str = "clrhost.diff/1";

/// What is compared, and from where on it counts as worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiffOptions {
    /// By which number rows are ordered and held against `over_percent`.
    pub by: Metric,
    /// Rows that grew by more than this many percent are over the limit. `None`: there is no limit.
    pub over_percent: Option<f64>,
    /// Rows whose total time grew by less are not over the limit, whatever their percentage: short calls vary much. Without
    /// meaning where `by` is [`Metric::Calls`].
    pub at_least_ns: u64,
}

impl Default for DiffOptions {
    fn default() -> DiffOptions {
        DiffOptions { by: Metric::Total, over_percent: None, at_least_ns: 1_000_000 }
    }
}

/// Two reports compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// Name and version of the format: [`DIFF_SCHEMA`].
    pub schema: &'static str,
    /// The number that rows are ordered by.
    pub by: Metric,
    /// The limit in percent, if there is one.
    pub over_percent: Option<f64>,
    /// The least growth of total time that the limit is about.
    pub at_least_ns: u64,
    /// The first run.
    pub before: RunSums,
    /// The second run.
    pub after: RunSums,
    /// Native functions, those whose number grew most first, those whose shrank most last.
    pub targets: Vec<Change>,
    /// Managed methods that native code called, likewise.
    pub callbacks: Vec<Change>,
    /// Rows over the limit.
    pub over: u64,
}

/// A run as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunSums {
    /// The program.
    pub program: String,
    /// Calls from managed to native code.
    pub calls: u64,
    /// Calls from native to managed code.
    pub callbacks: u64,
    /// Time in native code; `None` where times were not taken.
    pub native_ns: Option<u64>,
    /// Wall time.
    pub wall_ns: u64,
}

/// One target in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// As in the report's rows.
    pub method: String,
    /// As in the report's rows.
    pub assembly: Option<String>,
    /// As in the report's rows.
    pub library: Option<String>,
    /// As in the report's rows.
    pub symbol: Option<String>,
    /// As in the report's rows.
    pub kind: String,
    /// In the first run; `None` for a target that is new.
    pub before: Option<Side>,
    /// In the second run; `None` for a target that is gone.
    pub after: Option<Side>,
    /// By how much the number compared by grew: nanoseconds, or calls. A run without the target counts as 0; `None` where the
    /// target was called and no call returned.
    pub change: Option<f64>,
    /// The same in percent of the first run; `None` where that is 0 or not known.
    pub change_percent: Option<f64>,
    /// It grew by more than the limit.
    pub over: bool,
}

/// The numbers of a target in one run, as in the report's rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Side {
    /// Calls begun.
    pub calls: u64,
    /// Calls that returned.
    pub completed: u64,
    /// Time of all calls that returned.
    pub total_ns: Option<u64>,
    /// The same without calls inside.
    pub self_ns: Option<u64>,
    /// Mean.
    pub mean_ns: Option<f64>,
    /// Median.
    pub p50_ns: Option<u64>,
    /// 99 of 100 took no longer.
    pub p99_ns: Option<u64>,
    /// The longest.
    pub max_ns: Option<u64>,
}

impl Diff {
    /// Compares two reports.
    ///
    /// # Errors
    /// Where times are asked for and one of the reports has none; the message says what to do.
    pub fn new(before: &Report, after: &Report, options: DiffOptions) -> Result<Diff, String> {
        if options.by != Metric::Calls {
            let untimed = [(before, "first"), (after, "second")];
            if let Some((_, which)) = untimed.iter().find(|(report, _)| report.timing == Timing::Counted) {
                return Err(format!("the {which} run was counted and not timed; --by calls compares counts"));
            }
        }
        let targets = changes(&before.targets, &after.targets, &options);
        let callbacks = changes(&before.callbacks, &after.callbacks, &options);
        Ok(Diff {
            schema: DIFF_SCHEMA,
            by: options.by,
            over_percent: options.over_percent,
            at_least_ns: options.at_least_ns,
            before: RunSums::of(before),
            after: RunSums::of(after),
            over: targets.iter().chain(&callbacks).filter(|change| change.over).count() as u64,
            targets,
            callbacks,
        })
    }

    /// Writes it as indented JSON with a newline at the end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_json(&self, mut writer: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut writer, self)?;
        writer.write_all(b"\n")?;
        writer.flush()
    }
}

impl RunSums {
    fn of(report: &Report) -> RunSums {
        RunSums {
            program: report.application.path.clone(),
            calls: report.totals.leave,
            callbacks: report.totals.reverse_enter,
            native_ns: report.totals.native_ns,
            wall_ns: report.process.wall_ns,
        }
    }
}

/// What makes two rows the same target. Functions that are reached by pointers may share all of it; then the first is compared
/// with the first, and so on.
type Key<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str, usize);

fn by_key(rows: &[TargetRow]) -> BTreeMap<Key<'_>, &TargetRow> {
    let mut keyed = BTreeMap::new();
    for row in rows {
        let key = |number| {
            (
                &*row.method,
                row.assembly.as_deref(),
                row.library.as_deref(),
                row.symbol.as_deref(),
                &*row.kind,
                number,
            )
        };
        let number = (0..).find(|&number| !keyed.contains_key(&key(number))).unwrap_or(usize::MAX);
        keyed.insert(key(number), row);
    }
    keyed
}

fn changes(before: &[TargetRow], after: &[TargetRow], options: &DiffOptions) -> Vec<Change> {
    let (before, after) = (by_key(before), by_key(after));
    let mut changes: Vec<Change> = Vec::new();
    for (key, row) in &before {
        changes.push(change(row, Some(row), after.get(key).copied(), options));
    }
    for (_, row) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.push(change(row, None, Some(row), options));
    }
    changes.sort_by(|a, b| {
        let grew = |change: &Change| change.change.unwrap_or(0.0);
        let name = |change: &Change| (change.method.clone(), change.symbol.clone());
        grew(b).total_cmp(&grew(a)).then_with(|| name(a).cmp(&name(b)))
    });
    changes
}

fn change(
    named: &TargetRow,
    before: Option<&TargetRow>,
    after: Option<&TargetRow>,
    options: &DiffOptions,
) -> Change {
    let (before, after) = (before.map(Side::of), after.map(Side::of));
    let number = |side: Option<Side>| match side {
        None => Some(0.0),
        Some(side) => options.by.of(&side),
    };
    let (old, new) = (number(before), number(after));
    let change = old.zip(new).map(|(old, new)| new - old);
    let known = old.filter(|&old| old > 0.0 && before.is_some() && after.is_some());
    let change_percent = known.zip(change).map(|(old, change)| (1000.0 * change / old).round() / 10.0);
    let total = |side: Option<Side>| side.and_then(|side| side.total_ns).unwrap_or(0);
    let matters =
        options.by == Metric::Calls || total(after) >= total(before).saturating_add(options.at_least_ns);
    Change {
        method: named.method.clone(),
        assembly: named.assembly.clone(),
        library: named.library.clone(),
        symbol: named.symbol.clone(),
        kind: named.kind.clone(),
        before,
        after,
        change,
        change_percent,
        over: matters
            && change_percent.zip(options.over_percent).is_some_and(|(percent, over)| percent > over),
    }
}

impl Side {
    fn of(row: &TargetRow) -> Side {
        Side {
            calls: row.calls,
            completed: row.completed,
            total_ns: row.total_ns,
            self_ns: row.self_ns,
            mean_ns: row.mean_ns,
            p50_ns: row.p50_ns,
            p99_ns: row.p99_ns,
            max_ns: row.max_ns,
        }
    }
}
