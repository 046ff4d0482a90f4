//! Tables: columns of numbers, aligned on the right, and a name that takes what is left of the line.

use super::Page;
use super::fit::Label;

const INDENT: &str = "  ";
const GAP: &str = "  ";

/// With less room than this for names, and names longer than the room, each row gets two lines.
const MIN_NAME: usize = 24;

/// A table under way.
pub(crate) struct Table {
    headers: Vec<&'static str>,
    name_header: &'static str,
    rows: Vec<(Vec<String>, Label)>,
}

impl Table {
    pub(crate) fn new(headers: Vec<&'static str>, name_header: &'static str) -> Table {
        Table { headers, name_header, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, numbers: Vec<String>, name: Label) {
        debug_assert_eq!(numbers.len(), self.headers.len());
        self.rows.push((numbers, name));
    }

    pub(crate) fn print(&self, page: &mut Page) {
        let widths: Vec<usize> = (0..self.headers.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| row.0[column].chars().count());
                cells.chain([self.headers[column].chars().count()]).max().unwrap_or(0)
            })
            .collect();
        let align = |cells: &mut dyn Iterator<Item = &str>| {
            let cells = cells.zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
            format!("{INDENT}{}", cells.collect::<Vec<_>>().join(GAP))
        };
        let header = align(&mut self.headers.iter().copied());
        let longest = self.rows.iter().map(|row| row.1.length()).max().unwrap_or(0);
        let room = page.width.saturating_sub(header.chars().count() + GAP.len());
        let on_one_line = room >= longest.min(MIN_NAME);

        let name_header = Label { name: self.name_header.to_owned(), ..Label::default() };
        let titles = if on_one_line {
            vec![format!("{header}{GAP}{}", name_header.fit(room))]
        } else {
            vec![format!("{INDENT}{}", name_header.fit(page.width - INDENT.len())), header]
        };
        for title in titles {
            let title = page.style.quiet(title.trim_end());
            page.line(&title);
        }
        for (numbers, name) in &self.rows {
            let numbers = align(&mut numbers.iter().map(String::as_str));
            if on_one_line {
                page.line(&format!("{numbers}{GAP}{}", name.fit(room)));
            } else {
                page.line(&format!("{INDENT}{}", name.fit(page.width - INDENT.len())));
                page.line(&numbers);
            }
        }
    }
}
