//! A comparison as text for people at a terminal.

use super::{Change, Diff, Metric, Side};
use crate::duration::{count, counted, duration};
use crate::text::fit::{Label, clean};
use crate::text::table::Table;
use crate::text::{Page, Style, TextOptions};

impl Diff {
    /// Renders the comparison for people.
    pub fn render_text(&self, options: &TextOptions) -> String {
        let mut page = Page::new(options);
        page.sentence("", &self.headline(), Style::title);
        self.table(&mut page, "Native functions", &self.targets);
        self.table(&mut page, "Callbacks", &self.callbacks);
        self.limit(&mut page);
        page.into_text()
    }

    /// What is over the limit, by name: the tables may not show all of it.
    fn limit(&self, page: &mut Page) {
        let Some(limit) = self.over_percent else { return };
        page.section("Limit");
        let by = self.by.words();
        let over: Vec<&Change> = self.targets.iter().chain(&self.callbacks).filter(|row| row.over).collect();
        if over.is_empty() {
            page.sentence("  ", &format!("no {by} grew by more than {limit} %"), |_, line| line.to_owned());
            return;
        }
        let sentence = format!("{by} of {} grew by more than {limit} %:", counted(self.over, "row"));
        page.sentence("  ", &sentence, Style::defect);
        for row in &over[..page.shown(over.len())] {
            let percent = row.change_percent.unwrap_or(0.0);
            let name = label(row);
            page.sentence("  - ", &format!("{}{} by {percent:.1} %", name.name, name.suffix), |_, line| {
                line.to_owned()
            });
        }
        page.more(over.len());
    }

    fn headline(&self) -> String {
        let (before, after) = (&self.before, &self.after);
        let arrow = |a: u64, b: u64| if a == b { count(a) } else { format!("{} → {}", count(a), count(b)) };
        let mut text = format!(
            "{} calls out of managed code, {} callbacks",
            arrow(before.calls, after.calls),
            arrow(before.callbacks, after.callbacks)
        );
        let times = before.native_ns.zip(after.native_ns).map(|times| (times, " in native code"));
        for ((a, b), what) in times.into_iter().chain([((before.wall_ns, after.wall_ns), " in all")]) {
            text += &format!(
                ", {} → {}{what}{}",
                duration(a as f64),
                duration(b as f64),
                percent_of(a as f64, b as f64)
            );
        }
        text
    }

    fn table(&self, page: &mut Page, title: &str, rows: &[Change]) {
        if rows.is_empty() {
            return;
        }
        page.section(&format!("{title}: what grew most by {} first", self.by.words()));
        let timed = self.before.native_ns.is_some() && self.after.native_ns.is_some();
        let mut headers = vec!["change", "%", "calls A", "calls B"];
        if timed {
            headers.extend(["total A", "total B", "mean A", "mean B", "p50 A", "p50 B", "p99 A", "p99 B"]);
        }
        let mut table = Table::new(headers, "method → library!symbol");
        // Those at both ends say most: half of the rows from each.
        let shown = page.shown(rows.len());
        let (first, last) = (shown.div_ceil(2), shown / 2);
        for row in rows[..first].iter().chain(&rows[rows.len() - last..]) {
            table.row(self.cells(row, timed), label(row));
        }
        table.print(page);
        if shown < rows.len() {
            let left_out = counted((rows.len() - shown) as u64, "row");
            let sentence = format!("{left_out} between these ends not shown (--top 0 shows all)");
            page.sentence("  … ", &sentence, Style::quiet);
        }
    }

    fn cells(&self, row: &Change, timed: bool) -> Vec<String> {
        let dash = || "-".to_owned();
        let change = row.change.map_or_else(dash, |change| match (self.by, change) {
            (_, 0.0) => "=".to_owned(),
            (Metric::Calls, change) => format!("{}{}", sign(change), count(change.abs() as u64)),
            (_, change) => format!("{}{}", sign(change), duration(change.abs())),
        });
        let percent = match row.change_percent {
            _ if row.before.is_none() => "new".to_owned(),
            _ if row.after.is_none() => "gone".to_owned(),
            _ if row.change == Some(0.0) => "=".to_owned(),
            Some(percent) => format!("{}{:.1}", sign(percent), percent.abs()),
            None => dash(),
        };
        let percent = if row.over { format!("!{percent}") } else { percent };
        let side = |side: Option<Side>, number: &dyn Fn(&Side) -> Option<String>| {
            side.and_then(|side| number(&side)).unwrap_or_else(dash)
        };
        let both =
            |number: &dyn Fn(&Side) -> Option<String>| [side(row.before, number), side(row.after, number)];
        let ns = |ns: Option<u64>| ns.map(|ns| duration(ns as f64));
        let mut cells = vec![change, percent];
        cells.extend(both(&|side| Some(count(side.calls))));
        if timed {
            cells.extend(both(&|side| ns(side.total_ns)));
            cells.extend(both(&|side| side.mean_ns.map(duration)));
            cells.extend(both(&|side| ns(side.p50_ns)));
            cells.extend(both(&|side| ns(side.p99_ns)));
        }
        cells
    }
}

fn label(row: &Change) -> Label {
    let native = match (&row.library, &row.symbol) {
        (Some(library), Some(symbol)) => format!(" → {}!{}", clean(library), clean(symbol)),
        (Some(name), None) | (None, Some(name)) => format!(" → {}", clean(name)),
        (None, None) => String::new(),
    };
    Label { name: clean(&row.method), suffix: native, extra: String::new() }
}

fn sign(number: f64) -> &'static str {
    if number < 0.0 { "-" } else { "+" }
}

/// " (+12.5 %)", or nothing where it cannot be told.
fn percent_of(before: f64, after: f64) -> String {
    if before <= 0.0 || before == after {
        return String::new();
    }
    let percent = 100.0 * (after - before) / before;
    format!(" ({}{:.1} %)", sign(percent), percent.abs())
}
