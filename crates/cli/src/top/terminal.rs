//! The terminal: readings come from one thread, keys from the other, and it is left as it was however this ends.

use super::draw::draw;
use super::keys::{Wish, press};
use super::view::{Pane, View};
use clrhost_control::client::{Error, Process};
use clrhost_control::protocol::Snapshot;
use crossterm::event::{self, Event, KeyEventKind};
use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// How often keys and readings are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The signal that came; 0 for none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Shows the view until the user has seen enough. Gives the signal that ended it, if one did.
pub fn show(mut view: View, process: Process) -> io::Result<Option<i32>> {
    for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
        // SAFETY: the handler stores a number and does nothing else.
        unsafe { libc::signal(signal, on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t) };
    }
    let (wishes, asked) = mpsc::channel();
    let (readings, read) = mpsc::channel();
    let interval = view.interval;
    thread::spawn(move || read_on(&process, interval, &asked, &readings));
    // Puts a panic's message behind the restoring of the terminal too.
    let mut terminal = ratatui::try_init()?;
    let shown = run(&mut view, &mut terminal, &wishes, &read);
    // A terminal that is gone cannot be restored.
    let restored = ratatui::try_restore();
    shown?;
    let signal = SIGNAL.load(Ordering::Relaxed);
    if signal == 0 {
        restored?;
    }
    Ok((signal != 0).then_some(signal))
}

extern "C" fn on_signal(signal: libc::c_int) {
    SIGNAL.store(signal, Ordering::Relaxed);
}

type Reading = Result<Snapshot, Error>;

/// Reads every interval, and at once when another target is asked for. Ends when nobody listens.
fn read_on(process: &Process, interval: Duration, asked: &Receiver<Option<u64>>, readings: &Sender<Reading>) {
    let mut detail = None;
    loop {
        match asked.recv_timeout(interval) {
            Ok(other) => detail = other,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if readings.send(process.snapshot(detail)).is_err() {
            return;
        }
    }
}

fn run(
    view: &mut View,
    terminal: &mut ratatui::DefaultTerminal,
    wishes: &Sender<Option<u64>>,
    read: &Receiver<Reading>,
) -> io::Result<()> {
    let mut is_changed = true;
    while SIGNAL.load(Ordering::Relaxed) == 0 {
        while let Ok(reading) = read.try_recv() {
            match reading {
                Ok(snapshot) => view.take(snapshot),
                Err(Error::NoProbe { .. }) => view.trouble = Some("the process has ended".to_owned()),
                Err(error) => view.trouble = Some(error.to_string()),
            }
            is_changed = true;
        }
        if is_changed {
            terminal.draw(|frame| draw(frame, view))?;
            is_changed = false;
        }
        // A signal makes it return early.
        if !event::poll(LOOK)? {
            continue;
        }
        is_changed = true;
        match event::read()? {
            Event::Key(key) if key.kind == KeyEventKind::Press => match press(view, key) {
                Wish::Quit => return Ok(()),
                Wish::Read => {
                    let detail = match view.pane {
                        Pane::Detail(target) => Some(target),
                        _ => None,
                    };
                    // The other thread ends only when this side does.
                    let _ = wishes.send(detail);
                }
                Wish::Nothing => {}
            },
            _ => {}
        }
    }
    Ok(())
}
