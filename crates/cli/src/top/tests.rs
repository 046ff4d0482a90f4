//! Screens of known numbers, drawn into memory.

use super::draw::draw;
use super::keys::{Wish, press};
use super::table::{histogram, name, part, rate};
use super::view::{Column, Pane, View};
use clrhost_control::protocol::{Caller, Crossings, Direction, OpenCall, Snapshot, Target, TargetName, Task};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;

const STEP: u64 = 1;
const COMPARE: u64 = 2;
const BIND: u64 = 3;

fn named(method: &str, library: Option<&str>, symbol: Option<&str>) -> TargetName {
    TargetName {
        method: method.to_owned(),
        library: library.map(str::to_owned),
        symbol: symbol.map(str::to_owned),
    }
}

fn step() -> TargetName {
    named("Orders.Data.Sqlite.sqlite3_step", Some("libsqlite3.so.0"), Some("sqlite3_step"))
}

fn target(id: u64, name: TargetName, direction: Direction, calls: u64, each_ns: u64) -> Target {
    Target {
        id,
        direction,
        kind: "pinvoke".to_owned(),
        origin: "user".to_owned(),
        name,
        calls,
        completed: calls,
        threads: 1,
        total_ns: calls * each_ns,
        self_ns: calls * each_ns / 2,
        max_ns: each_ns * 3,
        histogram: Vec::new(),
        callers: Vec::new(),
    }
}

/// After so many seconds, with a call of everything for each millisecond, but for one that was called at the beginning only.
fn at(seconds: u64) -> Snapshot {
    let calls = seconds * 1000;
    let open = OpenCall { direction: Direction::Leave, target: STEP, name: step(), ns: Some(1_200_000_000) };
    let task = |id: u64, name: &str, open: Vec<OpenCall>| Task {
        id,
        os_thread_id: 4700 + id,
        name: Some(name.to_owned()),
        leave: calls * id,
        reverse_enter: 0,
        native_ns: calls * 100_000,
        open,
    };
    Snapshot {
        at_ns: seconds * 1_000_000_000,
        timed: true,
        crossings: Crossings {
            leave: calls * 2,
            enter: calls * 2,
            reverse_enter: calls,
            reverse_leave: calls,
        },
        targets: vec![
            target(
                BIND,
                named("Orders.Data.Sqlite.sqlite3_bind_text", None, None),
                Direction::Leave,
                5_000_000,
                80,
            ),
            target(STEP, step(), Direction::Leave, calls, 250_000),
            target(
                COMPARE,
                named("CompareNames.Invoke", None, None),
                Direction::ReverseEnter,
                calls * 2,
                40_000,
            ),
        ],
        targets_left_out: 0,
        tasks: vec![task(1, "main", Vec::new()), task(2, "reader", vec![open])],
        tasks_left_out: 0,
        ended_tasks: 3,
    }
}

fn view() -> View {
    let mut view =
        View::new("4711 dotnet Orders.dll   CoreCLR 8.0.4, thunks".to_owned(), Duration::from_secs(1), at(9));
    view.take(at(10));
    view
}

fn screen(view: &View, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, view)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect()
}

fn type_keys(view: &mut View, keys: &str) -> Wish {
    let mut wish = Wish::Nothing;
    for letter in keys.chars() {
        let code = match letter {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            'v' => KeyCode::Down,
            other => KeyCode::Char(other),
        };
        wish = press(view, KeyEvent::new(code, KeyModifiers::NONE));
    }
    wish
}

#[test]
fn targets_fit_into_80_columns() {
    assert_eq!(
        screen(&view(), 80, 9),
        [
            "clrhost top  4711 dotnet Orders.dll   CoreCLR 8.0.4, thunks",
            "60,000 crossings, 6,000/s; 2 threads, 1 in native code",
            "every 1.00 s",
            "  calls/s    time    self   in        calls    total function",
            "    2,000    8.0%    4.0%            20,000   800 ms ← CompareNames.Invoke",
            "    1,000   25.0%   12.5%    1       10,000   2.50 s …s.Data.Sqlite.sqlite3_step",
            "                                  5,000,000   400 ms …a.Sqlite.sqlite3_bind_text",
            "",
            "Enter details  s sort  / filter  space pause  t threads  z from now  q quit",
        ]
    );
}

#[test]
fn wide_screens_have_more() {
    let lines = screen(&view(), 140, 8);
    assert_eq!(lines[3], "  calls/s    time    self   in        calls    total     self function");
    assert_eq!(
        lines[5],
        "    1,000   25.0%   12.5%    1       10,000   2.50 s   1.25 s Orders.Data.Sqlite.sqlite3_step → \
         libsqlite3.so.0!sqlite3_step"
    );
}

#[test]
fn threads_show_where_they_are_and_since_when() {
    let mut view = view();
    type_keys(&mut view, "t");
    assert_eq!(
        screen(&view, 80, 7)[3..6],
        [
            "  thread name               calls/s  native   inside call",
            "    4702 reader               2,000   10.0%   1.20 s …s.Data.Sqlite.sqlite3_step",
            "    4701 main                 1,000   10.0%          in managed code",
        ]
    );
    // Enter leads to what the thread is in.
    assert_eq!(type_keys(&mut view, "\n"), Wish::Read);
    assert_eq!(view.pane, Pane::Detail(STEP));
}

#[test]
fn details_show_histogram_and_callers() {
    let mut view = view();
    assert_eq!(type_keys(&mut view, "\n"), Wish::Read);
    let mut reading = at(11);
    reading.targets[2].histogram = vec![(96, 112, 10), (112, 128, 40), (1 << 20, (1 << 20) + 4, 1)];
    reading.targets[2].callers = vec![Caller { name: step(), calls: 22_000 }];
    view.take(reading);
    assert_eq!(
        screen(&view, 80, 18)[3..],
        [
            "CompareNames.Invoke",
            "native code calls managed code (pinvoke, user)",
            "22,000 calls by 1 thread, 0 not returned",
            "total 880 ms, self 440 ms, mean 40.0 µs, longest 120 µs",
            "",
            "time of a call           calls",
            "   96 ns to   112 ns          10  ███████████",
            "  112 ns to   128 ns          40  ████████████████████████████████████████████",
            " 1.05 ms to  1.05 ms           1  █",
            "",
            "called from                calls",
            "      22,000  Orders.Data.Sqlite.sqlite3_step → libsqlite3.so.0!sqlite3_step",
            "",
            "",
            "Esc back   space pause   t threads   q quit",
        ]
    );
    assert_eq!(type_keys(&mut view, "\x1b"), Wish::Read);
    assert_eq!(view.pane, Pane::Targets);
}

#[test]
fn the_filter_leaves_what_it_names() {
    let mut view = view();
    type_keys(&mut view, "/SQLite3_b");
    assert_eq!(screen(&view, 80, 9)[2], "filter: SQLite3_b_   every 1.00 s");
    assert_eq!(view.targets().len(), 1);
    // Letters that are keys elsewhere are letters here, and q does not quit.
    assert_eq!(type_keys(&mut view, "q"), Wish::Nothing);
    assert_eq!(view.targets().len(), 0);
    type_keys(&mut view, "\x1b");
    assert_eq!((view.targets().len(), view.filter.as_str(), view.typing), (3, "", false));
}

#[test]
fn sorting_goes_through_all_columns_and_back() {
    let mut view = view();
    let first = |view: &View| view.targets()[0].id;
    assert_eq!((view.sort, first(&view)), (Column::Rate, COMPARE));
    let expected = [STEP, STEP, STEP, BIND, STEP, COMPARE, COMPARE];
    for id in expected {
        type_keys(&mut view, "s");
        assert_eq!(first(&view), id, "{:?}", view.sort);
    }
    assert_eq!(view.sort, Column::Rate);
    type_keys(&mut view, "S");
    assert_eq!(view.sort, Column::Name);
}

#[test]
fn pausing_keeps_the_screen_and_z_counts_from_now() {
    let mut view = view();
    type_keys(&mut view, " ");
    view.take(at(20));
    assert_eq!(view.now.at_ns, at(10).at_ns);
    assert_eq!(screen(&view, 80, 9)[2], "paused");
    type_keys(&mut view, " z");
    view.take(at(20));
    let rows = view.targets();
    assert_eq!(rows.iter().map(|row| row.calls).collect::<Vec<_>>(), [20_000, 10_000, 0]);
}

#[test]
fn a_reading_before_its_time_does_not_shorten_the_interval() {
    let mut view = view();
    let mut early = at(10);
    early.at_ns += 100_000_000;
    view.take(early);
    // Over 1.1 seconds.
    assert!((view.targets()[0].rate - 2000.0 / 1.1).abs() < 1.0);
    view.take(at(12));
    assert!((view.targets()[0].rate - 4000.0 / 1.9).abs() < 1.0);
}

#[test]
fn the_choice_stays_on_the_list_and_is_shown() {
    let mut view = view();
    type_keys(&mut view, "vvvvvv");
    assert_eq!(view.selected, 2);
    type_keys(&mut view, "/step\n");
    assert_eq!(view.selected, 0);
    // More lines than the screen has: the chosen one is on it.
    type_keys(&mut view, "\x1bvv");
    assert!(screen(&view, 80, 6)[4].contains("sqlite3_bind_text"));
}

#[test]
fn tiny_and_huge_screens_are_drawn() {
    let mut view = view();
    for keys in ["", "t", "t\n"] {
        type_keys(&mut view, keys);
        for (width, height) in [(1, 1), (10, 3), (20, 5), (500, 100)] {
            assert_eq!(screen(&view, width, height).len(), usize::from(height));
        }
    }
}

#[test]
fn what_went_wrong_is_on_the_screen() {
    let mut view = view();
    view.trouble = Some("the process has ended".to_owned());
    assert_eq!(screen(&view, 80, 9)[2], "the process has ended");
}

#[test]
fn numbers_are_short() {
    assert_eq!([0.0, 0.25, 9.96, 1234.4].map(rate), ["", "0.2", "10.0", "1,234"]);
    assert_eq!([0.0, 0.0001, 0.5, 0.9999, 12.0].map(part), ["", "<0.1%", "50.0%", "100%", "1200%"]);
}

#[test]
fn long_names_keep_their_ends() {
    let view = view();
    let row = &view.targets()[1];
    assert_eq!(name(row, 20), "…Sqlite.sqlite3_step");
    assert_eq!(name(row, 31), "Orders.Data.Sqlite.sqlite3_step");
    assert_eq!(name(row, 1), "…");
    assert_eq!(name(row, 0), "…");
}

#[test]
fn histograms_are_put_together_until_they_fit() {
    let buckets: Vec<(u64, u64, u64)> = (0..40).map(|power| (1 << power, 2 << power, 1)).collect();
    for lines in [1, 3, 10, 40] {
        let rows = histogram(&buckets, 80, lines);
        assert!(rows.len() <= lines, "{lines}");
        let calls = rows.iter().map(|row| row.split_whitespace().nth(5).unwrap().parse::<u64>().unwrap());
        assert_eq!(calls.sum::<u64>(), 40);
    }
}
