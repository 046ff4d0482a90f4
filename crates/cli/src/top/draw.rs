//! The view on a terminal.

use super::table::{self, part, rate};
use super::view::{Column, Pane, View};
use crate::live::target_name;
use clrhost::report::{count, counted, duration};
use clrhost_control::protocol::{Direction, OpenCall, Target};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table, TableState};

const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const QUIET: Style = Style::new().add_modifier(Modifier::DIM);
const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// From this width on there is room for further columns.
const WIDE: u16 = 110;

/// Draws everything anew. No colours: bold, dim and reversed are enough, and show on every terminal.
pub fn draw(frame: &mut Frame, view: &View) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(3), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(Paragraph::new(header(view)), head);
    match view.pane {
        Pane::Targets => draw_targets(frame, body, view),
        Pane::Tasks => draw_tasks(frame, body, view),
        Pane::Detail(_) => draw_detail(frame, body, view),
    }
    frame.render_widget(Paragraph::new(footer(view)).style(QUIET), foot);
}

fn header(view: &View) -> Vec<Line<'static>> {
    let now = &view.now;
    let state = match (&view.trouble, view.paused) {
        (Some(trouble), _) => Span::styled(trouble.clone(), CHOSEN),
        (None, true) => Span::styled("paused", CHOSEN),
        (None, false) => Span::styled(format!("every {}", duration(view.interval.as_nanos() as f64)), QUIET),
    };
    let filter = match (view.typing, view.filter.as_str()) {
        (true, filter) => format!("filter: {filter}_   "),
        (false, "") => String::new(),
        (false, filter) => format!("filter: {filter}   "),
    };
    let threads = counted(now.tasks.len() as u64 + now.tasks_left_out, "thread");
    vec![
        Line::from(vec![Span::styled("clrhost top  ", BOLD), Span::raw(view.title.clone())]),
        Line::from(format!(
            "{} crossings, {}/s; {threads}, {} in native code",
            count(now.crossings.total()),
            count(view.rate().round() as u64),
            view.in_native_code(),
        )),
        Line::from(vec![Span::styled(filter, BOLD), state]),
    ]
}

fn footer(view: &View) -> &'static str {
    match (view.typing, view.pane) {
        (true, _) => "type to filter   Enter keep   Esc all",
        (_, Pane::Detail(_)) => "Esc back   space pause   t threads   q quit",
        (_, Pane::Tasks) => "Enter target   / filter   space pause   t targets   q quit",
        _ => "Enter details  s sort  / filter  space pause  t threads  z from now  q quit",
    }
}

fn draw_targets(frame: &mut Frame, area: Rect, view: &View) {
    let is_wide = area.width >= WIDE;
    // Title, width, column.
    let mut columns = vec![
        ("calls/s", 9, Some(Column::Rate)),
        ("time", 7, Some(Column::Time)),
        ("self", 7, Some(Column::SelfTime)),
        ("in", 4, Some(Column::Inside)),
        ("calls", 12, Some(Column::Calls)),
        ("total", 8, Some(Column::Total)),
    ];
    if is_wide {
        columns.push(("self", 8, None));
    }
    let used: u16 = columns.iter().map(|(_, width, _)| width + 1).sum();
    let room = usize::from(area.width.saturating_sub(used));
    let titles = columns.iter().map(|&(title, width, column)| {
        let style = if column == Some(view.sort) { BOLD.add_modifier(Modifier::UNDERLINED) } else { BOLD };
        Line::from(vec![Span::raw(" ".repeat(usize::from(width) - title.len())), Span::styled(title, style)])
    });
    let name_style = if view.sort == Column::Name { BOLD.add_modifier(Modifier::UNDERLINED) } else { BOLD };
    let header = Row::new(titles.chain([Line::from(Span::styled("function", name_style))]));
    let rows = view.targets();
    let widths: Vec<Constraint> =
        columns.iter().map(|(_, width, _)| Constraint::Length(*width)).chain([Constraint::Min(1)]).collect();
    let is_timed = view.now.timed;
    let lines = rows.iter().map(|row| {
        let time = |ns: u64| if is_timed { duration(ns as f64) } else { "-".to_owned() };
        let share = |part_of: f64| if is_timed { part(part_of) } else { "-".to_owned() };
        let mut cells = vec![
            rate(row.rate),
            share(row.time),
            share(row.self_time),
            if row.inside > 0 { row.inside.to_string() } else { String::new() },
            count(row.calls),
            time(row.total_ns),
        ];
        if is_wide {
            cells.push(time(row.self_ns));
        }
        let cells = cells
            .iter()
            .zip(&columns)
            .map(|(cell, (_, width, _))| format!("{cell:>0$}", usize::from(*width)));
        Row::new(cells.chain([table::name(row, room)]).collect::<Vec<_>>())
    });
    list(frame, area, view, Table::new(lines.collect::<Vec<_>>(), widths).header(header));
}

fn draw_tasks(frame: &mut Frame, area: Rect, view: &View) {
    const WIDTHS: [u16; 5] = [8, 16, 9, 7, 8];
    let room = usize::from(area.width.saturating_sub(WIDTHS.iter().map(|width| width + 1).sum()));
    let header = ["  thread", "name", "  calls/s", " native", "  inside", "call"];
    let widths = WIDTHS.iter().map(|&width| Constraint::Length(width)).chain([Constraint::Min(1)]);
    let rows: Vec<Row> = view
        .tasks()
        .iter()
        .map(|row| {
            let since = row.inside.as_ref().and_then(|open| open.ns).map(|ns| duration(ns as f64));
            Row::new([
                format!("{:>8}", row.os_thread_id),
                row.name.clone(),
                format!("{:>9}", rate(row.rate)),
                format!("{:>7}", if view.now.timed { part(row.native) } else { "-".to_owned() }),
                format!("{:>8}", since.unwrap_or_default()),
                row.inside.as_ref().map_or_else(|| "in managed code".to_owned(), |open| call(open, room)),
            ])
        })
        .collect();
    list(frame, area, view, Table::new(rows, widths).header(Row::new(header).style(BOLD)));
}

fn call(open: &OpenCall, room: usize) -> String {
    let arrow = if open.direction == Direction::Leave { "" } else { "in callback " };
    let (whole, method) = (target_name(&open.name), &open.name.method);
    table::fit(&format!("{arrow}{whole}"), &format!("{arrow}{method}"), room)
}

fn list(frame: &mut Frame, area: Rect, view: &View, table: Table) {
    let mut state = TableState::new().with_selected(Some(view.selected));
    frame.render_stateful_widget(table.column_spacing(1).row_highlight_style(CHOSEN), area, &mut state);
}

fn draw_detail(frame: &mut Frame, area: Rect, view: &View) {
    let lines = match view.detail() {
        Some(target) => detail(target, view, area),
        None => vec![Line::from("It was not called yet, or is too rarely called to be told of.")],
    };
    frame.render_widget(Paragraph::new(lines), area);
}

fn detail(target: &Target, view: &View, area: Rect) -> Vec<Line<'static>> {
    let direction = match target.direction {
        Direction::Leave => "managed code calls native code",
        Direction::ReverseEnter => "native code calls managed code",
    };
    let mut lines = vec![
        Line::styled(target_name(&target.name), BOLD),
        Line::from(format!("{direction} ({}, {})", target.kind, target.origin)),
    ];
    let open = target.calls.saturating_sub(target.completed);
    let calls = counted(target.calls, "call");
    lines.push(Line::from(format!("{calls} by {}, {open} not returned", counted(target.threads, "thread"))));
    if view.now.timed {
        let mean = target.total_ns as f64 / target.completed.max(1) as f64;
        lines.push(Line::from(format!(
            "total {}, self {}, mean {}, longest {}",
            duration(target.total_ns as f64),
            duration(target.self_ns as f64),
            duration(mean),
            duration(target.max_ns as f64)
        )));
    }
    lines.push(Line::default());
    if !target.histogram.is_empty() {
        lines.push(Line::styled("time of a call           calls", BOLD));
        let callers = target.callers.len().min(5) + 2;
        let room = usize::from(area.height).saturating_sub(lines.len() + callers).max(3);
        lines.extend(
            table::histogram(&target.histogram, usize::from(area.width), room).into_iter().map(Line::from),
        );
    }
    if !target.callers.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("called from                calls", BOLD));
        let callers = target.callers.iter();
        lines.extend(
            callers.map(|row| Line::from(format!("{:>12}  {}", count(row.calls), target_name(&row.name)))),
        );
    }
    lines
}
