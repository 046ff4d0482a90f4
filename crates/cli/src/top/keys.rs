//! What keys do.

use super::view::{Pane, View};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for beyond the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Nothing,
    Quit,
    /// A reading now, as another target is shown in detail.
    Read,
}

/// Lines that a page goes on by.
const PAGE: usize = 10;

/// Does what a key asks for.
pub fn press(view: &mut View, key: KeyEvent) -> Wish {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return if matches!(key.code, KeyCode::Char('c' | 'd')) { Wish::Quit } else { Wish::Nothing };
    }
    if view.typing {
        return type_filter(view, key.code);
    }
    let last = view.lines().saturating_sub(1);
    match key.code {
        KeyCode::Char('q') => return Wish::Quit,
        KeyCode::Esc | KeyCode::Backspace if matches!(view.pane, Pane::Detail(_)) => {
            show(view, Pane::Targets);
            return Wish::Read;
        }
        KeyCode::Esc => view.filter.clear(),
        KeyCode::Char(' ' | 'p') => view.paused = !view.paused,
        KeyCode::Char('s') => view.sort = view.sort.next(),
        KeyCode::Char('S') => view.sort = view.sort.last(),
        KeyCode::Char('/') if !matches!(view.pane, Pane::Detail(_)) => view.typing = true,
        KeyCode::Char('t') => {
            let other = if view.pane == Pane::Tasks { Pane::Targets } else { Pane::Tasks };
            show(view, other);
        }
        KeyCode::Char('z') => view.count_anew(),
        KeyCode::Up | KeyCode::Char('k') => view.selected = view.selected.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => view.selected = (view.selected + 1).min(last),
        KeyCode::PageUp => view.selected = view.selected.saturating_sub(PAGE),
        KeyCode::PageDown => view.selected = (view.selected + PAGE).min(last),
        KeyCode::Home => view.selected = 0,
        KeyCode::End => view.selected = last,
        KeyCode::Enter => return drill(view),
        _ => {}
    }
    Wish::Nothing
}

fn type_filter(view: &mut View, key: KeyCode) -> Wish {
    match key {
        KeyCode::Enter => view.typing = false,
        KeyCode::Esc => {
            view.typing = false;
            view.filter.clear();
        }
        KeyCode::Backspace => {
            view.filter.pop();
        }
        KeyCode::Char(letter) => view.filter.push(letter),
        _ => {}
    }
    view.selected = 0;
    Wish::Nothing
}

/// Shows the chosen target, or that which the chosen thread is in.
fn drill(view: &mut View) -> Wish {
    let target = match view.pane {
        Pane::Targets => view.targets().get(view.selected).map(|row| row.id),
        Pane::Tasks => {
            view.tasks().get(view.selected).and_then(|row| row.inside.as_ref()).map(|open| open.target)
        }
        Pane::Detail(_) => None,
    };
    let Some(target) = target else { return Wish::Nothing };
    // Its histogram is of the next reading.
    view.paused = false;
    show(view, Pane::Detail(target));
    Wish::Read
}

fn show(view: &mut View, pane: Pane) {
    view.pane = pane;
    view.selected = 0;
}
