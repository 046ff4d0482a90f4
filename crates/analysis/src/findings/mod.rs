//! What a recording says about time: long stays in native code, pauses and what they waited for, what was open, what is missing.
//!
//! The types are the fields of `time` in `clrhost report --format json`; `docs/reports.md` describes them. Sentences are made
//! from them alone.

mod missing;
mod pauses;
mod stays;
mod words;

use crate::analysis::Analysis;
use crate::names;
use serde::Serialize;

pub(crate) use pauses::reason;

/// What counts as worth telling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindingsOptions {
    /// Calls of at least this many nanoseconds are long. `None`: a hundredth of the recording, at least 100 ms and at most 1 s.
    pub long_ns: Option<u64>,
}

/// All findings. Times are nanoseconds, moments are since the recording began.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// How long the recording is.
    pub duration_ns: u64,
    /// How long a call is at least to be in `stays`.
    pub long_ns: u64,
    /// Native functions in which threads were for long, those that kept most threads for longest first.
    pub stays: Vec<Stay>,
    /// When all workers of the thread pool were in long native calls at once.
    pub pool: Option<PoolUse>,
    /// Times in which the runtime held its threads, by reason.
    pub pauses: Vec<PauseSum>,
    /// The pauses whose beginning took longest: at most 5, of at least 1 ms.
    pub slow_stops: Vec<Stop>,
    /// Collections by generation.
    pub collections: Vec<GenerationSum>,
    /// Calls that had not returned at the end of the recording, on threads that lived.
    pub open: Vec<OpenCall>,
    /// What the recording lacks.
    pub missing: Missing,
}

/// A target by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// As in the report's rows.
    pub method: String,
    /// As in the report's rows.
    pub library: Option<String>,
    /// As in the report's rows.
    pub symbol: Option<String>,
    /// In sentences.
    #[serde(skip)]
    pub(crate) short: String,
}

/// Threads of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// As `type` in the report's tasks.
    pub kind: String,
    /// How many.
    pub threads: u64,
}

/// Threads inside one native function for long.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stay {
    /// The function.
    pub target: Named,
    /// Long calls of it.
    pub calls: u64,
    /// Threads that made them.
    pub threads: u64,
    /// The longest of them.
    pub longest_ns: u64,
    /// The thread that made the longest one, in words.
    pub longest_on: String,
    /// When the longest one began.
    pub longest_began_ns: u64,
    /// That many threads were inside at once...
    pub at_once: u64,
    /// ... from this moment ...
    pub at_once_from_ns: u64,
    /// ... for so long without a break. Of all such numbers and times, the one with most waiting.
    pub at_once_ns: u64,
    /// What kinds of thread were inside then.
    pub kinds: Vec<KindCount>,
    /// Of the long calls, those that had not returned at the end.
    pub open: u64,
    /// Managed code that the function called back took more than half of the time.
    pub mostly_callbacks: bool,
    /// Threads of .NET's own wait there until there is work; long calls are normal.
    pub idle: bool,
}

/// The workers of the thread pool, all in native code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PoolUse {
    /// How many there were.
    pub workers: u64,
    /// Since when all of them were in long native calls.
    pub from_ns: u64,
    /// For how long.
    pub for_ns: u64,
}

/// Pauses of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PauseSum {
    /// `garbage_collection`, `garbage_collection_preparation`, `shutdown`, `debugger`, `profiler`, `rejit` or `other`.
    pub reason: String,
    /// How many.
    pub pauses: u64,
    /// All of them together.
    pub total_ns: u64,
    /// Of that, until all threads had stopped.
    pub stopping_ns: u64,
    /// The longest one.
    pub longest_ns: u64,
    /// When that began.
    pub longest_began_ns: u64,
    /// Pauses whose end was not seen; they are in no time.
    pub unfinished: u64,
}

/// A pause for which threads were long in stopping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// As in [`PauseSum`].
    pub reason: String,
    /// When the runtime began to stop its threads.
    pub began_ns: u64,
    /// Until all had stopped.
    pub stopping_ns: u64,
    /// Until all ran again; `None` where that was not seen.
    pub duration_ns: Option<u64>,
    /// What may have held it up.
    pub suspects: Vec<Suspect>,
}

/// What ended just when all threads had stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suspect {
    /// `native`: a native call that began before the stop and returned as it was complete, as a function without GC transition
    /// does that holds a collection up. `callback`: managed code, called by native code, that returned or made a native call then.
    pub kind: String,
    /// What was called.
    pub target: Named,
    /// On which thread, in words.
    pub thread: String,
}

/// Collections of one generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GenerationSum {
    /// 0 to 2; 3 and 4 for large and pinned objects.
    pub generation: u8,
    /// How many.
    pub collections: u64,
    /// Of those, asked for by the program.
    pub induced: u64,
    /// All that ended, together.
    pub total_ns: u64,
    /// The longest one.
    pub longest_ns: u64,
}

/// A call that had not returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenCall {
    /// `leave`: in native code. `reverse_enter`: in managed code that native code called.
    pub kind: String,
    /// What was called.
    pub target: Named,
    /// By which thread, in words.
    pub thread: String,
    /// Operating system's number of it.
    pub os_thread_id: u64,
    /// For how long.
    pub ns: u64,
    /// Calls around it on the same thread.
    pub depth: u64,
}

/// What the recording lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// It was not closed: the process was killed or still ran, and what came after the last block is not there.
    pub cut: bool,
    /// Places where the file could not be read, in words, the first 20.
    pub damage: Vec<String>,
    /// Places beyond those.
    pub damage_left_out: u64,
    /// There is no report of the process's own.
    pub no_report: bool,
    /// Calls that were made and not recorded.
    pub lost_calls: u64,
    /// Those by thread, most first; at most 20.
    pub lost_by_thread: Vec<LostCalls>,
    /// Pauses and collections whose end is not there.
    pub unfinished: u64,
    /// Calls, callbacks included, that the process counted and the recording lacks; `None` where there is no report.
    pub not_recorded: Option<u64>,
}

/// Lost calls of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LostCalls {
    /// In words; `None` where the thread is not known.
    pub thread: Option<String>,
    /// How many.
    pub calls: u64,
}

impl Analysis<'_> {
    /// Finds what is worth telling.
    pub fn findings(&self, options: FindingsOptions) -> Findings {
        const SHORTEST: u64 = 100_000_000;
        const LONGEST: u64 = 1_000_000_000;
        let long_ns = options.long_ns.unwrap_or((self.end_ns / 100).clamp(SHORTEST, LONGEST));
        let long = stays::LongCalls::of(self, long_ns);
        Findings {
            duration_ns: self.end_ns,
            long_ns,
            stays: long.stays(),
            pool: long.pool(),
            pauses: pauses::sums(self),
            slow_stops: pauses::slow_stops(self),
            collections: pauses::collections(self),
            open: missing::open(self),
            missing: missing::missing(self),
        }
    }

    pub(crate) fn named(&self, target: u32) -> Named {
        let target = &self.recording.targets[target as usize];
        Named {
            method: target.method.clone(),
            library: target.library.clone(),
            symbol: target.symbol.clone(),
            short: names::target(target),
        }
    }
}
