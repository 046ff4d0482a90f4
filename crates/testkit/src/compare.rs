//! Two reports of one program, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use clrhost_report::{Report, TargetRow};

/// Which way a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From managed to native code: a row of `targets`.
    Out,
    /// From native to managed code: a row of `callbacks`.
    In,
}

/// What makes a row of one report the same as one of the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// Which list it is in.
    pub direction: Direction,
    /// In which way the target is reached.
    pub kind: String,
    /// The managed method.
    pub method: String,
    /// The native library as the declaration names it.
    pub library: Option<String>,
    /// The entry point.
    pub symbol: Option<String>,
}

impl RowKey {
    /// The row's own key.
    pub fn of(direction: Direction, row: &TargetRow) -> RowKey {
        RowKey {
            direction,
            kind: row.kind.clone(),
            method: row.method.clone(),
            library: row.library.clone(),
            symbol: row.symbol.clone(),
        }
    }
}

/// Something that two reports do not say alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The row it is about.
    pub key: RowKey,
    /// A field of the report; `row` where one of the reports has no such row.
    pub field: &'static str,
    /// What the first report says.
    pub first: String,
    /// What the second one says.
    pub second: String,
}

/// Compares all rows: who is called, how often, on how many threads, and with what end. Times and what the source says of
/// its own reliability (`lower_bound`) are not compared.
///
/// ```no_run
/// # fn reports() -> (clrhost_report::Report, clrhost_report::Report) { unimplemented!() }
/// let (flag, thunks) = reports();
/// assert_eq!(clrhost_testkit::compare_rows(&flag, &thunks), []);
/// ```
pub fn compare_rows(a: &Report, b: &Report) -> Vec<Difference> {
    compare_rows_by(a, b, |direction, row| Some(RowKey::of(direction, row)))
}

/// The same with keys of the caller's making. Rows of the same key are added up, rows without one are left out: so two
/// sources that do not know the same can be compared in what both know.
pub fn compare_rows_by(
    a: &Report,
    b: &Report,
    key: impl Fn(Direction, &TargetRow) -> Option<RowKey>,
) -> Vec<Difference> {
    let rows = |report: &Report| {
        let targets = report.targets.iter().map(|row| (Direction::Out, row));
        added_up(targets.chain(report.callbacks.iter().map(|row| (Direction::In, row))), &key)
    };
    compare(&rows(a), &rows(b))
}

/// The numbers of all rows of one key.
#[derive(Debug, Default)]
struct Sum {
    rows: u64,
    calls: u64,
    completed: u64,
    unwound: u64,
    /// Of each row: they can't be added up, as two rows may have some in common.
    threads: Vec<u64>,
    suppress_gc_transition: BTreeSet<bool>,
    origin: BTreeSet<String>,
    callers: BTreeMap<String, u64>,
}

type Sums = BTreeMap<RowKey, Sum>;

fn added_up<'a>(
    rows: impl Iterator<Item = (Direction, &'a TargetRow)>,
    key: &impl Fn(Direction, &TargetRow) -> Option<RowKey>,
) -> Sums {
    let mut sums = Sums::new();
    for (direction, row) in rows {
        let Some(key) = key(direction, row) else { continue };
        let sum = sums.entry(key).or_default();
        sum.rows += 1;
        sum.calls += row.calls;
        sum.completed += row.completed;
        sum.unwound += row.unwound;
        sum.threads.push(row.threads);
        sum.threads.sort_unstable();
        sum.suppress_gc_transition.insert(row.suppress_gc_transition);
        sum.origin.insert(row.origin.clone());
        for caller in &row.called_from {
            let name = caller.symbol.clone().or_else(|| caller.method.clone());
            let name = name.unwrap_or_else(|| format!("{:?}", caller.kind));
            *sum.callers.entry(name).or_default() += caller.calls;
        }
    }
    sums
}

fn compare(a: &Sums, b: &Sums) -> Vec<Difference> {
    let mut differences = Vec::new();
    let keys: BTreeSet<&RowKey> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let mut differ = |field, first: String, second: String| {
            if first != second {
                differences.push(Difference { key: key.clone(), field, first, second });
            }
        };
        let (Some(a), Some(b)) = (a.get(key), b.get(key)) else {
            let said = |sum: Option<&Sum>| sum.map_or("none".into(), |sum| format!("{} calls", sum.calls));
            differ("row", said(a.get(key)), said(b.get(key)));
            continue;
        };
        differ("calls", a.calls.to_string(), b.calls.to_string());
        differ("completed", a.completed.to_string(), b.completed.to_string());
        differ("unwound", a.unwound.to_string(), b.unwound.to_string());
        differ("origin", format!("{:?}", a.origin), format!("{:?}", b.origin));
        let suppressed = |sum: &Sum| format!("{:?}", sum.suppress_gc_transition);
        differ("suppress_gc_transition", suppressed(a), suppressed(b));
        if a.rows == b.rows {
            differ("threads", format!("{:?}", a.threads), format!("{:?}", b.threads));
        }
        differ("called_from", format!("{:?}", a.callers), format!("{:?}", b.callers));
    }
    differences
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = if self.direction == Direction::Out { "→" } else { "←" };
        write!(f, "{} {arrow}", self.method)?;
        for part in [&self.library, &self.symbol].into_iter().flatten() {
            write!(f, " {part}")?;
        }
        write!(f, " ({})", self.kind)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} is {} and {}", self.key, self.field, self.first, self.second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(method: &str, symbol: Option<&str>, calls: u64) -> TargetRow {
        serde_json::from_value(json!({
            "method": method, "assembly": "A.dll", "library": "lib", "symbol": symbol, "kind": "pinvoke",
            "origin": "user", "suppress_gc_transition": false, "calls": calls, "completed": calls, "unwound": 0,
            "lower_bound": false, "threads": 1, "total_ns": calls * 7, "self_ns": null, "mean_ns": null,
            "p50_ns": null, "p99_ns": null, "max_ns": null, "called_from": [],
        }))
        .expect("a row")
    }

    fn differences(a: &[TargetRow], b: &[TargetRow]) -> Vec<String> {
        differences_by(a, b, |direction, row| Some(RowKey::of(direction, row)))
    }

    fn differences_by(
        a: &[TargetRow],
        b: &[TargetRow],
        key: impl Fn(Direction, &TargetRow) -> Option<RowKey>,
    ) -> Vec<String> {
        let sums = |rows: &[TargetRow]| added_up(rows.iter().map(|row| (Direction::Out, row)), &key);
        compare(&sums(a), &sums(b)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn order_and_times_do_not_matter() {
        let (one, two) = (row("A.f", Some("f"), 3), row("A.g", Some("g"), 4));
        let slower = TargetRow { total_ns: Some(1 << 40), lower_bound: true, ..one.clone() };
        assert_eq!(differences(&[one, two.clone()], &[two, slower]), [""; 0]);
    }

    #[test]
    fn each_number_that_differs_is_named() {
        let a = row("A.f", Some("f"), 3);
        let b = TargetRow { calls: 4, unwound: 1, threads: 2, ..a.clone() };
        assert_eq!(
            differences(&[a], &[b]),
            [
                "A.f → lib f (pinvoke): calls is 3 and 4",
                "A.f → lib f (pinvoke): unwound is 0 and 1",
                "A.f → lib f (pinvoke): threads is [1] and [2]",
            ]
        );
    }

    #[test]
    fn a_row_that_one_report_lacks_is_one_difference() {
        let (named, nameless) = (row("D.Invoke", Some("f"), 3), row("D.Invoke", None, 3));
        assert_eq!(
            differences(&[named], &[nameless]),
            [
                "D.Invoke → lib (pinvoke): row is none and 3 calls",
                "D.Invoke → lib f (pinvoke): row is 3 calls and none",
            ]
        );
    }

    #[test]
    fn rows_of_one_key_are_added_up_and_rows_without_one_left_out() {
        let known = [row("D.Invoke", Some("f"), 3), row("D.Invoke", Some("g"), 4), row("B.own", None, 9)];
        let unknown = [row("D.Invoke", None, 7)];
        let nameless = |direction, row: &TargetRow| {
            let key = RowKey { symbol: None, ..RowKey::of(direction, row) };
            (row.method != "B.own").then_some(key)
        };
        assert_eq!(differences_by(&known, &unknown, nameless), [""; 0]);
    }

    #[test]
    fn callers_are_compared_by_name() {
        let called_by = |symbol: &str| {
            let caller = json!([{ "kind": "target", "method": "A.f", "library": "lib", "symbol": symbol, "calls": 3 }]);
            let called_from = serde_json::from_value(caller).expect("a caller");
            TargetRow { called_from, ..row("D.Invoke", None, 3) }
        };
        assert_eq!(
            differences(&[called_by("f")], &[called_by("g")]),
            ["D.Invoke → lib (pinvoke): called_from is {\"f\": 3} and {\"g\": 3}"]
        );
    }
}
