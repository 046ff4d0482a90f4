//! Slow calls as spans, from what is seen when one looks again and again.
//!
//! A call that has not returned is seen with its begin. If it is gone when one looks the next time, it ended between the two: the
//! span ends where the call was last seen, and says by how much later that may have been. A call is told of if it was seen to
//! last as long as was asked for; so one that lasts longer than that by the time between two looks is always told of.

use crate::Reading;
use crate::board::{Name, open_name};
use crate::family::command;
use clrhost_report::BracketKind;
use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::time::{Duration, SystemTime};

/// Spans that are kept until they are sent; further ones are counted.
const MAX_WAITING: usize = 2048;

/// A call that has returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The process.
    pub pid: u32,
    /// What runs there.
    pub command: String,
    /// The thread.
    pub os_thread_id: u64,
    /// Its name.
    pub thread: Option<String>,
    /// What was called.
    pub name: Name,
    /// The same for a call and all calls inside it.
    pub trace_id: [u8; 16],
    /// Its own.
    pub id: [u8; 8],
    /// That of the call around it.
    pub parent: Option<[u8; 8]>,
    /// When it began.
    pub begin: SystemTime,
    /// When it was last seen.
    pub end: SystemTime,
    /// By how much later it may have ended; `None` if it has not ended as far as is known.
    pub uncertainty: Option<Duration>,
}

/// Which call: process, thread, and how many are around it.
type Place = (u32, u64, usize);

struct Seen {
    span: Span,
    /// When the process was looked at.
    looked: SystemTime,
    /// The same by the process's own clock, which nobody sets.
    looked_ns: u64,
    /// When the call began, by that clock.
    began_ns: u64,
}

/// Remembers calls between two looks.
pub struct Tracker {
    over: Duration,
    seen: HashMap<Place, Seen>,
    ended: Vec<Span>,
    lost: u64,
}

impl Tracker {
    /// Tells of calls of native functions that were seen to last at least so long.
    pub fn new(over: Duration) -> Tracker {
        Tracker { over, seen: HashMap::new(), ended: Vec::new(), lost: 0 }
    }

    /// Looks.
    pub fn look(&mut self, readings: &[Reading]) {
        let mut before = std::mem::take(&mut self.seen);
        for reading in readings {
            let (pid, now_ns) = (reading.report.process.pid, reading.report.process.wall_ns);
            // An older reading than the last one tells nothing. The system's clock may have been set back meanwhile.
            let is_older = |seen: &Seen| seen.looked >= reading.at && seen.looked_ns >= now_ns;
            if before.iter().any(|((of, _, _), seen)| *of == pid && is_older(seen)) {
                let (same, rest) = before.into_iter().partition(|((of, _, _), _)| *of == pid);
                before = rest;
                self.seen.extend::<HashMap<Place, Seen>>(same);
                continue;
            }
            if reading.is_up {
                self.look_at(reading, &mut before);
            }
            let gone: Vec<_> = before.extract_if(|(of, _, _), _| *of == pid).collect();
            for (_, seen) in gone {
                let uncertainty = now_ns.saturating_sub(seen.looked_ns);
                self.end(seen.span, Some(Duration::from_nanos(uncertainty)));
            }
        }
        // Their processes are gone, nobody knows when.
        for seen in before.into_values() {
            self.end(seen.span, None);
        }
    }

    fn look_at(&mut self, reading: &Reading, before: &mut HashMap<Place, Seen>) {
        let report = &reading.report;
        let pid = report.process.pid;
        for task in report.tasks.iter().filter(|task| !task.ended) {
            let mut around: Option<Span> = None;
            let open = task.open.iter().enumerate();
            for (depth, call) in open.filter(|(_, call)| call.kind == BracketKind::Leave) {
                let Some(ns) = call.ns else { continue };
                let begin = reading.at.checked_sub(Duration::from_nanos(ns)).unwrap_or(reading.at);
                let place = (pid, task.id, depth);
                let name = open_name(call);
                // Another call would have begun since. When it began is not compared: that is known only as well as the ages of calls and
                // the time, which a busy machine reads tens of milliseconds apart.
                let began_ns = report.process.wall_ns.saturating_sub(ns);
                let is_same = |seen: &Seen| seen.span.name == name && began_ns <= seen.looked_ns;
                let (mut span, began_ns) = match before.remove(&place) {
                    Some(seen) if is_same(&seen) => (seen.span, seen.began_ns),
                    other => {
                        // Another call has its place by now: that one is over.
                        other.map(|seen| before.insert(place, seen));
                        let span = Span {
                            pid,
                            command: command(report),
                            os_thread_id: task.os_thread_id,
                            thread: task.name.clone(),
                            name,
                            trace_id: around.as_ref().map_or_else(random, |around| around.trace_id),
                            id: random(),
                            parent: around.as_ref().map(|around| around.id),
                            begin,
                            end: reading.at,
                            uncertainty: None,
                        };
                        (span, began_ns)
                    }
                };
                let looked_ns = report.process.wall_ns;
                span.end = span.begin + Duration::from_nanos(looked_ns.saturating_sub(began_ns));
                around = Some(span.clone());
                self.seen.insert(place, Seen { span, looked: reading.at, looked_ns, began_ns });
            }
        }
    }

    fn end(&mut self, span: Span, uncertainty: Option<Duration>) {
        if span.end.duration_since(span.begin).unwrap_or_default() < self.over {
            return;
        }
        if self.ended.len() >= MAX_WAITING {
            self.lost += 1;
            return;
        }
        self.ended.push(Span { uncertainty, ..span });
    }

    /// The spans since the last time, and how many found no room.
    pub fn take(&mut self) -> (Vec<Span>, u64) {
        (std::mem::take(&mut self.ended), std::mem::take(&mut self.lost))
    }

    /// Ends what has not ended as far as is known: nobody will look again.
    pub fn finish(&mut self) {
        for seen in std::mem::take(&mut self.seen).into_values() {
            self.end(seen.span, None);
        }
    }
}

/// A number that nobody else has. Zeros would stand for none.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    if read.is_err() || bytes == [0; N] {
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = RandomState::new().hash_one(index) as u8 | 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{open, reading};
    use clrhost_report::OpenRow;

    const MS: u64 = 1_000_000;

    fn leave(method: &str, ms: u64) -> OpenRow {
        open(BracketKind::Leave, method, ms * MS)
    }

    /// Looks at these times, in milliseconds, and gives the spans' methods, durations and uncertainties, in milliseconds.
    fn spans(looks: &[(u64, Vec<Vec<OpenRow>>)]) -> Vec<(String, u64, Option<u64>)> {
        let mut tracker = Tracker::new(Duration::from_millis(100));
        for (at, tasks) in looks {
            tracker.look(&[reading(at * MS, &[], tasks)]);
        }
        let ms = |duration: Duration| duration.as_millis() as u64;
        let told = |span: Span| {
            (span.name.method, ms(span.end.duration_since(span.begin).unwrap()), span.uncertainty.map(ms))
        };
        tracker.take().0.into_iter().map(told).collect()
    }

    #[test]
    fn a_call_that_is_gone_has_ended_since() {
        let call = |ms| vec![vec![leave("A", ms)]];
        assert_eq!(
            spans(&[(1000, call(50)), (1100, call(150)), (1200, call(250)), (1300, vec![vec![]])]),
            [("A".to_owned(), 250, Some(100))]
        );
        // It was not seen to last long enough.
        assert_eq!(spans(&[(1000, call(50)), (1100, vec![vec![]])]), []);
        // Not ended yet.
        assert_eq!(spans(&[(1000, call(500))]), []);
    }

    #[test]
    fn a_call_whose_age_is_read_late_is_the_same_call() {
        let looks =
            [(1000, vec![vec![leave("A", 150)]]), (1100, vec![vec![leave("A", 190)]]), (1200, vec![vec![]])];
        assert_eq!(spans(&looks), [("A".to_owned(), 250, Some(100))]);
    }

    #[test]
    fn setting_the_clock_changes_no_duration_and_loses_no_span() {
        for step in [-3_600_000_i64, 3_600_000] {
            let mut tracker = Tracker::new(Duration::from_millis(100));
            let looks = [(1000, 50), (1100, 150), (1200, 250), (1300, 0)];
            for (index, (at, age)) in looks.into_iter().enumerate() {
                let tasks = if age > 0 { vec![vec![leave("A", age)]] } else { vec![vec![]] };
                let mut reading = reading(at * MS, &[], &tasks);
                let set = Duration::from_millis(step.unsigned_abs());
                match (index, step < 0) {
                    (0, _) => {}
                    (_, true) => reading.at -= set,
                    (_, false) => reading.at += set,
                }
                tracker.look(&[reading]);
            }
            let (spans, _) = tracker.take();
            assert_eq!(spans.len(), 1, "{step}");
            let lasted = spans[0].end.duration_since(spans[0].begin).unwrap();
            assert_eq!((lasted.as_millis(), spans[0].uncertainty), (250, Some(Duration::from_millis(100))));
        }
    }

    #[test]
    fn another_call_in_its_place_is_another_call() {
        let looks = [
            (1000, vec![vec![leave("A", 150)]]),
            (1100, vec![vec![leave("A", 20)]]),
            (1300, vec![vec![leave("B", 100)]]),
            (1400, vec![vec![]]),
        ];
        assert_eq!(spans(&looks), [("A".to_owned(), 150, Some(100)), ("B".to_owned(), 100, Some(100))]);
    }

    #[test]
    fn calls_inside_belong_to_those_around() {
        let mut tracker = Tracker::new(Duration::from_millis(100));
        let back = open(BracketKind::ReverseEnter, "Back", 190 * MS);
        tracker.look(&[reading(1000 * MS, &[], &[vec![leave("A", 200), back, leave("B", 180)]])]);
        tracker.finish();
        let (spans, lost) = tracker.take();
        let of = |name: &str| spans.iter().find(|span| span.name.method == name).unwrap();
        assert_eq!((of("B").parent, of("B").trace_id), (Some(of("A").id), of("A").trace_id));
        assert_eq!((of("A").parent, of("A").uncertainty, lost), (None, None, 0));
    }

    #[test]
    fn the_end_of_a_process_ends_its_calls() {
        let mut tracker = Tracker::new(Duration::from_millis(100));
        tracker.look(&[reading(1000 * MS, &[], &[vec![leave("A", 200)]])]);
        tracker.look(&[]);
        assert_eq!(tracker.take().0.len(), 1);
    }
}
