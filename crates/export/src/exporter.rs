//! Reads, keeps the board, serves it, and sends it.

use crate::board::Board;
use crate::collector::Collector;
use crate::family::{Family, families};
use crate::spans::{Span, Tracker};
use crate::{Source, prometheus, server};
use std::io;
use std::net::TcpListener;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Processes are not read more often than this, however many ask.
const SHORTEST: Duration = Duration::from_millis(100);
/// And for spans, as often as the calls that are looked for need it, but not less often than this.
const LONGEST_BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What to do.
pub struct Options {
    /// Where Prometheus is answered.
    pub listener: Option<TcpListener>,
    /// Where to send to, and how often.
    pub collector: Option<(Collector, Duration)>,
    /// Send spans of calls that last at least so long.
    pub spans_over: Option<Duration>,
    /// Native functions, and callbacks, with rows of their own in each process.
    pub max_targets: usize,
    /// From when on a call is stuck.
    pub stuck_over: Duration,
}

struct State {
    source: Box<dyn Source>,
    board: Board,
    tracker: Option<Tracker>,
    read: Option<Instant>,
}

impl State {
    fn renew(&mut self) {
        if self.read.is_some_and(|read| read.elapsed() < SHORTEST) {
            return;
        }
        let readings = self.source.read();
        if let Some(tracker) = &mut self.tracker {
            tracker.look(&readings);
        }
        self.board.renew(readings);
        self.board.left_out = self.source.left_out();
        self.read = Some(Instant::now());
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The metrics as things are now.
    fn families(&self) -> Vec<Family> {
        self.with(|state| {
            state.renew();
            families(&state.board)
        })
    }

    fn spans(&self) -> (Vec<Span>, u64) {
        self.with(|state| state.tracker.as_mut().map(Tracker::take).unwrap_or_default())
    }
}

/// Metrics are exported while this lives.
pub struct Exporter {
    shared: Shared,
    sender: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Exporter {
    /// Starts, on threads of its own. What goes wrong meanwhile is told to `complain`.
    ///
    /// # Errors
    /// No thread can be made.
    pub fn start(
        options: Options,
        source: Box<dyn Source>,
        complain: impl Fn(&str) + Send + 'static,
    ) -> io::Result<Exporter> {
        let board = Board::new(options.max_targets, options.stuck_over);
        let tracker = options.spans_over.filter(|_| options.collector.is_some()).map(Tracker::new);
        let shared = Shared(Arc::new(Mutex::new(State { source, board, tracker, read: None })));
        if let Some(listener) = options.listener {
            let shared = shared.clone();
            server::serve(listener, move || prometheus::text(&shared.families()))?;
        }
        let sender = match options.collector {
            None => None,
            Some((collector, every)) => {
                let (stop, stopped) = mpsc::channel();
                let look_every =
                    options.spans_over.map(|over| (over / 2).clamp(SHORTEST, LONGEST_BETWEEN_LOOKS));
                let mut sending =
                    Sending { shared: shared.clone(), collector, complain: Box::new(complain), said: None };
                let thread = thread::Builder::new().name("clrhost-otlp".to_owned());
                let thread = thread.spawn(move || {
                    let mut next = Instant::now() + every;
                    loop {
                        let until_next = next.saturating_duration_since(Instant::now());
                        let pause = look_every.map_or(until_next, |look_every| until_next.min(look_every));
                        match stopped.recv_timeout(pause) {
                            Err(RecvTimeoutError::Timeout) => {}
                            _ => return sending.send(true),
                        }
                        if Instant::now() >= next {
                            sending.send(false);
                            next = Instant::now() + every;
                        } else {
                            sending.shared.with(State::renew);
                        }
                    }
                })?;
                Some((stop, thread))
            }
        };
        Ok(Exporter { shared, sender })
    }

    /// Reads and sends for the last time. To be called when the programs have ended; takes some seconds at most where the
    /// collector does not answer.
    pub fn finish(self) {
        self.shared.with(|state| {
            state.read = None;
            state.renew();
            if let Some(tracker) = &mut state.tracker {
                tracker.finish();
            }
        });
        if let Some((stop, thread)) = self.sender {
            // It waits for nothing else, and a panic of it has been said.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

/// The side that sends.
struct Sending {
    shared: Shared,
    collector: Collector,
    complain: Box<dyn Fn(&str) + Send>,
    /// What went wrong the last time.
    said: Option<String>,
}

impl Sending {
    fn send(&mut self, at_end: bool) {
        let sent = self.collector.send_metrics(&self.shared.families(), at_end);
        let (spans, lost) = self.shared.spans();
        if lost > 0 {
            (self.complain)(&format!(
                "{lost} spans were left out: more calls were slow than can be sent at once"
            ));
        }
        // Whoever takes no metrics is not waited for a second time.
        let sent = match sent {
            Ok(()) if !spans.is_empty() => self.collector.send_spans(&spans, at_end),
            sent => sent,
        };
        self.tell(sent, spans.len());
    }

    /// Each trouble once, and its end.
    fn tell(&mut self, sent: Result<(), String>, spans: usize) {
        match sent {
            Err(problem) if self.said.as_ref() != Some(&problem) => {
                let lost = if spans > 0 { format!("; {spans} spans are lost") } else { String::new() };
                (self.complain)(&format!("metrics cannot be sent to {problem}{lost}. The program goes on"));
                self.said = Some(problem);
            }
            Err(_) => {}
            Ok(()) => {
                if self.said.take().is_some() {
                    (self.complain)("metrics are sent again");
                }
            }
        }
    }
}
