//! Findings as sentences.

use super::{Findings, KindCount, Missing, Stay, Stop, Suspect};
use crate::names;
use clrhost_report::{count, counted, duration};

impl Findings {
    /// What there is to say about time, most telling first. Empty when nothing was long.
    pub fn about_time(&self) -> Vec<String> {
        let time = |ns: u64| duration(ns as f64);
        let mut lines = Vec::new();
        if let Some(pool) = &self.pool {
            lines.push(format!(
                "All {} that came to the border were in native code at once for {} ({}): work that was queued meanwhile may have waited.",
                counted(pool.workers, "thread-pool worker"),
                time(pool.for_ns),
                between(pool.from_ns, pool.for_ns),
            ));
        }
        lines.extend(self.stays.iter().map(stay));
        for pauses in &self.pauses {
            let share = 100.0 * pauses.total_ns as f64 / self.duration_ns.max(1) as f64;
            let finished = pauses.pauses - pauses.unfinished;
            if finished == 0 {
                continue;
            }
            let what = match pauses.reason.as_str() {
                "garbage_collection" => counted(finished, "pause") + " for garbage collection",
                "garbage_collection_preparation" => counted(finished, "pause") + " to prepare a collection",
                "other" => counted(finished, "pause") + " of the runtime",
                reason => format!("{} for {reason}", counted(finished, "pause")),
            };
            lines.push(format!(
                "{what} held the threads for {} altogether ({share:.1} % of the time), {} of it until all had stopped; the longest \
                 took {} (at {}).",
                time(pauses.total_ns),
                time(pauses.stopping_ns),
                time(pauses.longest_ns),
                time(pauses.longest_began_ns),
            ));
        }
        lines.extend(self.slow_stops.iter().map(stop));
        if !self.collections.is_empty() {
            let each = self.collections.iter().map(|sum| {
                let induced = if sum.induced > 0 {
                    format!(", {} asked for", count(sum.induced))
                } else {
                    String::new()
                };
                let name = match sum.generation {
                    0..=2 => format!("generation {}", sum.generation),
                    3 => "large objects".to_owned(),
                    4 => "pinned objects".to_owned(),
                    other => format!("generation {other}"),
                };
                format!("{} of {name} ({}{induced})", count(sum.collections), time(sum.total_ns))
            });
            lines.push(format!("Collections: {}.", each.collect::<Vec<_>>().join(", ")));
        }
        lines
    }

    /// What was open at the end of the recording, a sentence for each of the first so many calls.
    pub fn about_open(&self, most: usize) -> Vec<String> {
        let shown = self.open.iter().take(most).map(|open| {
            let what = if open.kind == "leave" { "in" } else { "in the callback" };
            format!(
                "{} was {what} {} for {}.",
                capital(&open.thread),
                open.target.short,
                duration(open.ns as f64)
            )
        });
        let mut lines: Vec<String> = shown.collect();
        if self.open.len() > most {
            lines.push(format!("… and {} more.", counted((self.open.len() - most) as u64, "open call")));
        }
        lines
    }

    /// What the recording lacks. Empty when it is whole.
    pub fn about_missing(&self) -> Vec<String> {
        self.missing.sentences()
    }
}

impl Missing {
    fn sentences(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.cut {
            lines.push(
                "The recording was not closed: the process was killed, or still runs. What happened after the last block that was \
                 written is missing."
                    .to_owned(),
            );
        }
        if !self.damage.is_empty() {
            let more = match self.damage_left_out {
                0 => String::new(),
                more => format!("; and {} more", counted(more, "place")),
            };
            lines.push(format!(
                "The file is damaged, and what stood there is missing: {}{more}.",
                self.damage.join("; ")
            ));
        }
        if self.no_report {
            lines.push(
                "It has no report of the process's own, so all numbers are from the recorded calls alone."
                    .to_owned(),
            );
        }
        if self.lost_calls > 0 {
            let by_thread = self.lost_by_thread.iter().take(3).map(|lost| {
                format!("{} on {}", count(lost.calls), lost.thread.as_deref().unwrap_or("threads not known"))
            });
            let more = self.lost_by_thread.len().saturating_sub(3);
            let more = if more > 0 {
                format!(" and {} more", counted(more as u64, "thread"))
            } else {
                String::new()
            };
            lines.push(format!(
                "{} made and not recorded, because the file could not be written fast enough: {}{more}.",
                was(self.lost_calls),
                by_thread.collect::<Vec<_>>().join(", "),
            ));
        }
        if let Some(not_recorded) = self.not_recorded.filter(|&calls| calls > self.lost_calls) {
            lines.push(format!(
                "The process counted {} that the recording does not hold; they are in its own report (clrhost report FILE) and in nothing \
                 that is made from the calls.",
                counted(not_recorded, "call")
            ));
        }
        if self.unfinished > 0 {
            lines.push(format!(
                "{} not there: the recording ends before.",
                if self.unfinished == 1 {
                    "The end of 1 pause or collection is".to_owned()
                } else {
                    format!("The ends of {} pauses or collections are", count(self.unfinished))
                }
            ));
        }
        lines
    }
}

fn was(calls: u64) -> String {
    if calls == 1 { "1 call was".to_owned() } else { format!("{} calls were", count(calls)) }
}

fn stay(stay: &Stay) -> String {
    let time = |ns: u64| duration(ns as f64);
    let name = &stay.target.short;
    let mut text = match stay.at_once {
        0 | 1 => {
            let times = match stay.calls {
                1 => String::new(),
                calls => format!(
                    ", the longest of {} on {}",
                    counted(calls, "long call"),
                    counted(stay.threads, "thread")
                ),
            };
            let when = between(stay.longest_began_ns, stay.longest_ns);
            format!(
                "{} was inside {name} for {} ({when}){times}",
                capital(&stay.longest_on),
                time(stay.longest_ns)
            )
        }
        at_once => {
            let of =
                if stay.threads > at_once { format!(" of {}", count(stay.threads)) } else { String::new() };
            let longest = match stay.calls {
                calls if calls > at_once => {
                    format!("; {}, the longest {}", counted(calls, "long call"), time(stay.longest_ns))
                }
                _ => format!("; the longest call took {}", time(stay.longest_ns)),
            };
            let who = kinds(&stay.kinds, at_once);
            let when = between(stay.at_once_from_ns, stay.at_once_ns);
            format!("{who}{of} were inside {name} at once for {} ({when}){longest}", time(stay.at_once_ns))
        }
    };
    if stay.open > 0 {
        text += &format!("; {} had not returned at the end", counted(stay.open, "call"));
    }
    if stay.mostly_callbacks {
        text += "; most of that in managed code that it called back";
    }
    if stay.idle {
        text += " (normal: .NET's own threads wait for work there)";
    }
    text + "."
}

/// "12 thread-pool workers", "5 threads (among them 3 thread-pool workers, 2 native threads)".
fn kinds(kinds: &[KindCount], at_once: u64) -> String {
    // Kinds that have no word of their own are all threads.
    let mut nouns: Vec<(&str, u64)> = Vec::new();
    for kind in kinds {
        let noun = names::kind(&kind.kind);
        match nouns.iter_mut().find(|(known, _)| *known == noun) {
            Some((_, threads)) => *threads += kind.threads,
            None => nouns.push((noun, kind.threads)),
        }
    }
    match &*nouns {
        [(noun, _)] => counted(at_once, noun),
        nouns => {
            let parts: Vec<String> = nouns.iter().map(|&(noun, threads)| counted(threads, noun)).collect();
            format!("{} (among them {})", counted(at_once, "thread"), parts.join(", "))
        }
    }
}

fn stop(stop: &Stop) -> String {
    let what = match stop.reason.as_str() {
        "garbage_collection" | "garbage_collection_preparation" => "A collection",
        _ => "A pause of the runtime",
    };
    let suspects: Vec<String> = stop
        .suspects
        .iter()
        .map(|Suspect { kind, target, thread }| match kind.as_str() {
            "native" => format!("{} on {thread} returned just then", target.short),
            _ => format!("the callback {} on {thread} left managed code just then", target.short),
        })
        .collect();
    let why = if suspects.is_empty() {
        "; no recorded call ended just then, so it was probably managed code that ran on".to_owned()
    } else {
        format!("; {}", suspects.join("; "))
    };
    format!(
        "{what} waited {} for all threads to stop (at {}){why}.",
        duration(stop.stopping_ns as f64),
        duration(stop.began_ns as f64)
    )
}

/// "from 1.20 s to 5.40 s".
fn between(from_ns: u64, for_ns: u64) -> String {
    format!("from {} to {}", duration(from_ns as f64), duration((from_ns + for_ns) as f64))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
