//! Brackets that were open at the end, and closing crossings that fitted none.

use super::fit::{clean, shorten};
use super::{Page, Style};
use crate::duration::{count, duration};
use crate::model::{BracketKind, CrossingKind, OpenRow, Report, TaskRow};
use clrhost_boundary::{Bracket, Crossing};

/// How many nested brackets of one thread are shown, the innermost ones.
const SHOWN_DEPTH: usize = 4;

/// Threads that were in native code or in a callback when the report was made, then those that ended there.
pub(super) fn open(page: &mut Page, report: &Report) {
    let still = report.tasks.iter().map(|task| (task, task.open.iter().rev().collect()));
    section(page, "Still open: normal where a thread waits in native code at exit", "  still open: ", still);
    let left = report.tasks.iter().map(|task| (task, task.left_open.iter().collect()));
    section(page, "Left open by threads that ended, closed as unwound", "  left open: ", left);
}

/// Tasks with their brackets, innermost first. Nothing is printed where no task has one.
fn section<'a>(
    page: &mut Page,
    title: &str,
    first: &str,
    tasks: impl Iterator<Item = (&'a TaskRow, Vec<&'a OpenRow>)>,
) {
    let rows: Vec<_> = tasks.filter(|(_, brackets)| !brackets.is_empty()).collect();
    if rows.is_empty() {
        return;
    }
    page.section(title);
    for (task, brackets) in &rows[..page.shown(rows.len())] {
        one_task(page, first, task, brackets);
    }
    page.more(rows.len());
}

/// The brackets of one thread, innermost first.
fn one_task(page: &mut Page, first: &str, task: &TaskRow, brackets: &[&OpenRow]) {
    let name = task.name.as_deref().map_or(String::new(), |name| format!(" '{}'", clean(name)));
    for (index, bracket) in brackets.iter().take(SHOWN_DEPTH).enumerate() {
        let begin = match index {
            0 => format!("{first}thread {}{name} in ", task.id),
            _ => format!("{}inside ", " ".repeat(first.chars().count())),
        };
        let (word, called) = match bracket.kind {
            BracketKind::Leave => ("", bracket.symbol.as_ref().unwrap_or(&bracket.method)),
            BracketKind::ReverseEnter => ("callback ", &bracket.method),
        };
        let suffix = bracket.ns.map_or(String::new(), |ns| format!(" for {}", duration(ns as f64)));
        let begin = shorten(&format!("{begin}{word}"), page.width * 2 / 3);
        let room = page.width.saturating_sub(begin.chars().count() + suffix.chars().count());
        page.line(&format!("{begin}{}{suffix}", shorten(&clean(called), room)));
    }
    if let Some(deeper) = brackets.len().checked_sub(SHOWN_DEPTH).filter(|&deeper| deeper > 0) {
        let line = format!("{}inside {} more", " ".repeat(first.chars().count()), count(deeper as u64));
        page.line(&line);
    }
}

/// Closing crossings that fitted no open bracket, with the names of both sides.
pub(super) fn mismatches(page: &mut Page, report: &Report) {
    if report.totals.mismatches == 0 {
        return;
    }
    page.section("Mismatches: a defect, please report it");
    for row in &report.mismatches[..page.shown(report.mismatches.len())] {
        let came = match row.crossing {
            CrossingKind::Leave => Crossing::Leave,
            CrossingKind::Enter => Crossing::Enter,
            CrossingKind::ReverseEnter => Crossing::ReverseEnter,
            CrossingKind::ReverseLeave => Crossing::ReverseLeave,
        };
        let open = row.open.as_ref().map_or("no bracket was open".to_owned(), |open| {
            let opening = match open.kind {
                BracketKind::Leave => Bracket::Leave.opening(),
                BracketKind::ReverseEnter => Bracket::ReverseEnter.opening(),
            };
            format!("the innermost open bracket is {} of {}", opening.method(), clean(&open.method))
        });
        let sentence =
            format!("thread {}: {} of {} came, but {open}", row.task, came.method(), clean(&row.method));
        page.sentence("  ", &sentence, Style::defect);
    }
    page.more(report.mismatches.len());
    page.nameless(report.totals.mismatches, report.mismatches.len());
}
