//! What is written: from tasks, targets and ticks to blocks of a recording.

use super::outlet::{Outlet, passes};
use super::{faults, stall::Stall};
use crate::{Crossings, ProcessEnd, Reporter, Source};
use clrhost_boundary::{Bracket, Clock, Event, RecordedTask, Registry, TargetDescription, TargetId, Task};
use clrhost_probe::{Probe, ProbeClock, RuntimeCollection, RuntimePause, say};
use clrhost_report::Exit;
use clrhost_trace::{Collection, Direction, Encoder, End, Loss, OPEN, Origin, Pause, PauseReason, Target};
use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Before that the length of a tick is not known well enough. Events wait in their rings.
const CALIBRATION: Duration = Duration::from_millis(20);
/// How often open calls and the end of what is written are told.
const OPEN_CALLS_EVERY: Duration = Duration::from_millis(100);
/// Calls that are open for less are not told: they will soon be told as calls.
const OPEN_FOR_NS: u64 = 50_000_000;
/// A ring that is as full as that is emptied again at once.
const FULL: f64 = 0.125;
/// How long the end of a recording waits for somebody to read on from a pipe.
const PATIENCE: Duration = Duration::from_secs(2);

/// The runtime's version, and how crossings are seen.
type RuntimeAndSource = (Option<(u16, u16, u16)>, Source);

pub(super) struct Session {
    reporter: Reporter,
    outlet: Outlet,
    encoder: Encoder,
    began_unix_ns: u64,
    times: Times,
    /// What was told of the origin that may not have been known from the beginning on.
    runtime_told: Option<RuntimeAndSource>,
    targets: Targets,
    /// By the number of the task.
    threads: HashMap<u64, Thread>,
    threads_begun: u32,
    open_calls_told: Instant,
    events: Vec<(u32, u64, u64)>,
    accounts: Accounts,
    /// The file takes nothing for now.
    stall: Option<Stall>,
    /// Its last words are not in the file yet.
    closes: bool,
}

/// Calls since the beginning.
#[derive(Default)]
struct Accounts {
    /// That had returned before.
    before: u64,
    /// That are in the file, or are said there to be lost.
    settled: u64,
    /// The same of what the encoder has.
    encoded: u64,
}

/// From ticks to nanoseconds since the recording began. All times of a recording have one rate, so that what was nested stays so.
struct Times {
    began: u64,
    ns_per_tick: Option<f64>,
}

impl Times {
    fn ns(&self, ticks: u64) -> u64 {
        (ticks.saturating_sub(self.began) as f64 * self.ns_per_tick.unwrap_or(1.0)) as u64
    }

    /// Beginning and duration.
    fn span(&self, began: u64, ended: Option<u64>) -> (u64, u64) {
        let began_ns = self.ns(began);
        (began_ns, ended.map_or(OPEN, |ended| self.ns(ended).saturating_sub(began_ns)))
    }
}

/// The numbers of targets in the file, in the order in which they were first called.
#[derive(Default)]
struct Targets {
    /// By index and direction.
    numbers: Vec<[Option<u32>; 2]>,
    begun: u32,
}

/// What was told of a thread.
#[derive(Default)]
struct Thread {
    number: u32,
    name: Option<String>,
    kind: &'static str,
    lost: u64,
    /// Open calls as last told.
    open: Vec<(u32, u64)>,
}

impl Session {
    pub(super) fn begin(reporter: Reporter, outlet: Outlet) -> io::Result<Session> {
        let probe = reporter.crossings().probe();
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut session = Session {
            reporter,
            outlet,
            encoder: Encoder::new(),
            began_unix_ns: since.as_nanos() as u64,
            times: Times { began: clock(probe).now(), ns_per_tick: None },
            runtime_told: None,
            targets: Targets::default(),
            threads: HashMap::new(),
            threads_begun: 0,
            open_calls_told: Instant::now(),
            events: Vec::new(),
            accounts: Accounts::default(),
            stall: None,
            closes: false,
        };
        session.tell_origin();
        session.outlet.write(&mut session.encoder)?;
        // What was noted before is not of this recording.
        probe.take_noted();
        session.accounts.before = returned(probe);
        registry(probe).begin_recording();
        Ok(session)
    }

    fn crossings(&self) -> Crossings {
        self.reporter.crossings()
    }

    /// Writes what is new. True if there is so much that it should be looked at again at once. Where the file takes nothing for now,
    /// calls wait in their rings.
    pub(super) fn tick(&mut self) -> io::Result<bool> {
        let probe = self.crossings().probe();
        if self.times.ns_per_tick.is_none() {
            if clock(probe).elapsed_ns() < CALIBRATION.as_nanos() as u64 {
                return Ok(false);
            }
            self.times.ns_per_tick = Some(clock(probe).ns_per_tick());
        }
        if self.stall.is_some() && !self.go_on()? {
            return Ok(false);
        }
        let tells_open = self.open_calls_told.elapsed() >= OPEN_CALLS_EVERY;
        let is_full = self.tell(tells_open.then_some(OPEN_FOR_NS), Registry::recorded_tasks);
        self.flush()?;
        Ok(is_full && self.stall.is_none())
    }

    /// Why nothing can be written for now, where that is so and calls may be lost by it.
    pub(super) fn waits_for(&self) -> Option<&io::Error> {
        self.stall.as_ref().map(|stall| &stall.error).filter(|_| !self.outlet.is_pipe())
    }

    /// Writes the rest, and closes the recording.
    pub(super) fn finish(&mut self, end: Option<ProcessEnd>) -> io::Result<()> {
        let probe = self.crossings().probe();
        self.times.ns_per_tick.get_or_insert_with(|| clock(probe).ns_per_tick());
        if let Some(stall) = self.stall.take() {
            self.flush_now()?;
            self.tell_stall(stall);
        }
        self.tell(Some(0), Registry::end_recording);
        let (pause, collections) = probe.under_way();
        pause.iter().for_each(|pause| tell_pause(&mut self.encoder, &self.times, pause));
        collections.iter().for_each(|it| tell_collection(&mut self.encoder, &self.times, it));
        let mut report = Vec::new();
        self.reporter.report(end.map_or(Exit::InProgress, Exit::from), false).to_json(&mut report)?;
        self.encoder.report(&String::from_utf8_lossy(&report));
        let at_ns = self.times.ns(clock(probe).now());
        self.encoder.end(&match end {
            Some(ProcessEnd::Exit(code)) => End::Exit { at_ns, code },
            Some(ProcessEnd::Signal(signal)) => End::Signal { at_ns, signal },
            // The one does not tell a code, the other is none.
            Some(ProcessEnd::QuickExit) | None => End::Stopped { at_ns },
        });
        self.flush_now()
    }

    /// Ends the recording with what is in the file: whatever there was to be written besides is dropped, and counted there as lost, if
    /// that can still be written. Nothing is recorded from now on.
    pub(super) fn give_up(&mut self) {
        let probe = self.crossings().probe();
        drop(registry(probe).end_recording());
        self.times.ns_per_tick.get_or_insert_with(|| clock(probe).ns_per_tick());
        self.stall = None;
        self.accounts.settled += self.outlet.give_up(&mut self.encoder);
        self.accounts.encoded = 0;
        let now = self.times.ns(clock(probe).now());
        let calls = self.missing_calls();
        if calls > 0 {
            self.encoder.loss(&Loss { thread: None, until_ns: now, calls });
        }
        self.encoder.end(&End::Stopped { at_ns: now });
        self.closes = true;
        self.close();
    }

    /// Tries to write the last words of a recording that was given up, if they are not written yet.
    pub(super) fn close(&mut self) {
        if self.closes {
            self.closes = self.outlet.write(&mut self.encoder).is_err();
            if self.closes {
                // Half of them would be half a block at the end.
                self.outlet.keep_whole();
            }
        }
    }

    /// Calls that returned since the beginning, and that the file does not tell of.
    pub(super) fn missing_calls(&self) -> u64 {
        let returned = returned(self.crossings().probe());
        returned.saturating_sub(self.accounts.before).saturating_sub(self.accounts.settled)
    }

    /// Tells what is new of the tasks that are listed by `list`; calls that are open too, if they are for so long.
    fn tell(&mut self, open_for_ns: Option<u64>, list: fn(&Registry) -> Vec<RecordedTask>) -> bool {
        let probe = self.crossings().probe();
        self.tell_origin();
        // All that returned before this is in the rings now.
        let now = self.times.ns(clock(probe).now());
        let tasks = list(registry(probe));
        let mut is_full = false;
        for recorded in &tasks {
            is_full |= recorded.task.events_fill() > FULL;
            self.tell_task(recorded, now, open_for_ns);
        }
        let noted = probe.take_noted();
        if noted.left_out > 0 {
            // A recording has no word for it.
            let left_out = noted.left_out;
            say(format_args!(
                "the recording lacks {left_out} pauses and collections of a time when nothing could be written"
            ));
        }
        noted.pauses.iter().for_each(|pause| tell_pause(&mut self.encoder, &self.times, pause));
        noted.collections.iter().for_each(|it| tell_collection(&mut self.encoder, &self.times, it));
        if open_for_ns.is_some() {
            self.encoder.alive(now);
            self.open_calls_told = Instant::now();
        }
        is_full
    }

    /// Tells it first, and again when the runtime has come.
    fn tell_origin(&mut self) {
        let known = (self.crossings().probe().runtime_version(), self.crossings().source());
        if self.runtime_told == Some(known) {
            return;
        }
        self.runtime_told = Some(known);
        let (version, source) = known;
        self.encoder.origin(&Origin {
            clrhost_version: env!("CARGO_PKG_VERSION").to_owned(),
            runtime: version.map_or_else(
                || "CoreCLR".to_owned(),
                |(major, minor, build)| format!("CoreCLR {major}.{minor}.{build}"),
            ),
            pid: std::process::id(),
            command: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            began_unix_ns: self.began_unix_ns,
            source: match source {
                Source::Thunks => "thunks",
                Source::Flag => "flag",
            }
            .to_owned(),
        });
    }

    fn tell_task(&mut self, recorded: &RecordedTask, now: u64, open_for_ns: Option<u64>) {
        let RecordedTask { task, ended } = recorded;
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        let probe = self.crossings().probe();
        let (targets, encoder, times) = (&mut self.targets, &mut self.encoder, &self.times);
        let mut began = now;
        let lost = task.take_events(|Event { bracket, target, began: start, ticks }| {
            if start + ticks < times.began {
                // It returned as an earlier recording was ended, and came late.
                return;
            }
            let number = targets.number(probe, encoder, bracket, target);
            let (began_ns, duration_ns) = times.span(start, Some(start + ticks));
            began = began.min(began_ns);
            events.push((number, began_ns, duration_ns));
        });
        let thread = self.threads.entry(task.id()).or_insert_with(|| {
            let number = self.threads_begun;
            self.threads_begun += 1;
            encoder.thread_began(number, task.os_thread_id(), began);
            Thread { number, ..Thread::default() }
        });
        // Asking for a name takes a lock, which need not be done each time.
        let is_new = thread.kind.is_empty();
        if is_new || *ended || open_for_ns.is_some() {
            thread.tell_name(encoder, task);
        }
        if !events.is_empty() {
            faults::recorder_panics();
            self.accounts.encoded += events.len() as u64;
            encoder.calls(thread.number, events.iter().copied());
        }
        if lost > thread.lost {
            self.accounts.encoded += lost - thread.lost;
            encoder.loss(&Loss { thread: Some(thread.number), until_ns: now, calls: lost - thread.lost });
            thread.lost = lost;
        }
        self.events = events;
        if *ended {
            encoder.thread_ended(thread.number, now);
            self.threads.remove(&task.id());
        } else if let Some(open_for_ns) = open_for_ns {
            let open = task.open_calls().unwrap_or_default();
            let open = open
                .into_iter()
                .map(|(bracket, target, start)| {
                    (targets.number(probe, encoder, bracket, target), times.ns(start))
                })
                .collect();
            thread.tell_open(encoder, open, now, open_for_ns);
        }
    }

    /// Writes what was told. What finds no room for now stays.
    fn flush(&mut self) -> io::Result<()> {
        match self.outlet.write(&mut self.encoder) {
            Ok(()) => {
                self.accounts.settled += std::mem::take(&mut self.accounts.encoded);
                Ok(())
            }
            Err(error) if passes(&error) => {
                self.stall = Some(Stall::new(error));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Writes what was told, or fails. A pipe is given some time.
    fn flush_now(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.flush()?;
            let Some(Stall { error, .. }) = self.stall.take() else { return Ok(()) };
            if error.kind() != io::ErrorKind::WouldBlock || Instant::now() >= deadline {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Tries again, if it is time, what could not be written. True if it is written now.
    fn go_on(&mut self) -> io::Result<bool> {
        let Some(mut stall) = self.stall.take() else { return Ok(true) };
        if !stall.is_due() {
            self.stall = Some(stall);
            return Ok(false);
        }
        self.flush()?;
        match self.stall.take() {
            None => {
                self.tell_stall(stall);
                Ok(true)
            }
            Some(again) => {
                self.forget_ended(&mut stall);
                self.stall = Some(stall.goes_on(again.error));
                Ok(false)
            }
        }
    }

    /// While nothing can be written, threads that have ended would be kept with their rings, without end.
    fn forget_ended(&mut self, stall: &mut Stall) {
        let probe = self.crossings().probe();
        for RecordedTask { task, .. } in registry(probe).recorded_tasks().into_iter().filter(|it| it.ended) {
            let mut calls = 0;
            let lost = task.take_events(|_| calls += 1);
            let known = self.threads.remove(&task.id());
            stall.lost_calls += calls + lost - known.as_ref().map_or(0, |thread| thread.lost);
            stall.ended_threads.extend(known.map(|thread| thread.number));
        }
    }

    /// Tells what went by meanwhile.
    fn tell_stall(&mut self, stall: Stall) {
        let now = self.times.ns(clock(self.crossings().probe()).now());
        if stall.lost_calls > 0 {
            self.accounts.encoded += stall.lost_calls;
            self.encoder.loss(&Loss { thread: None, until_ns: now, calls: stall.lost_calls });
        }
        for thread in stall.ended_threads {
            self.encoder.thread_ended(thread, now);
        }
    }
}

impl Thread {
    fn tell_name(&mut self, encoder: &mut Encoder, task: &Task) {
        let (name, kind) = (task.name(), task.task_type().as_str());
        if kind != self.kind {
            encoder.thread_kind(self.number, kind);
            self.kind = kind;
        }
        if name.is_some() && name != self.name {
            encoder.thread_named(self.number, name.as_deref().unwrap_or_default());
            self.name = name;
        }
    }

    /// Tells what is open, if it is long, or if what was told is not so any more.
    fn tell_open(&mut self, encoder: &mut Encoder, open: Vec<(u32, u64)>, now: u64, open_for_ns: u64) {
        let is_long = |&(_, began_ns): &(u32, u64)| now.saturating_sub(began_ns) >= open_for_ns;
        let is_long = open.first().is_some_and(is_long);
        let open = if is_long { open } else { Vec::new() };
        if open != self.open {
            encoder.open_calls(self.number, now, open.iter().copied());
            self.open = open;
        }
    }
}

impl Targets {
    fn number(&mut self, probe: &Probe, encoder: &mut Encoder, bracket: Bracket, target: TargetId) -> u32 {
        let index = target.index();
        if self.numbers.len() <= index {
            self.numbers.resize(index + 1, [None; 2]);
        }
        let place = &mut self.numbers[index][usize::from(bracket == Bracket::ReverseEnter)];
        *place.get_or_insert_with(|| {
            let number = self.begun;
            self.begun += 1;
            let description = probe.boundary().target(target).map(|target| target.description());
            encoder.targets(number, &[described(bracket, description)]);
            number
        })
    }
}

fn described(bracket: Bracket, description: Option<&TargetDescription>) -> Target {
    let direction = match bracket {
        Bracket::Leave => Direction::Leave,
        Bracket::ReverseEnter => Direction::ReverseEnter,
    };
    let Some(description) = description.cloned() else { return Target { direction, ..Target::default() } };
    let TargetDescription { kind, method, assembly, library, symbol, file, .. } = description;
    Target { direction, kind: kind.as_str().to_owned(), method, assembly, library, symbol, file }
}

fn tell_pause(encoder: &mut Encoder, times: &Times, pause: &RuntimePause) {
    let (began_ns, duration_ns) = times.span(pause.began, pause.ended);
    encoder.pause(&Pause {
        reason: match pause.reason {
            1 => PauseReason::GarbageCollection,
            2 | 4 => PauseReason::Shutdown,
            6 => PauseReason::Debugger,
            7 => PauseReason::GarbageCollectionPreparation,
            8 => PauseReason::Rejit,
            9 => PauseReason::Profiler,
            _ => PauseReason::Other,
        },
        began_ns,
        stopping_ns: pause
            .stopped
            .or(pause.ended)
            .map_or(0, |stopped| times.ns(stopped).saturating_sub(began_ns)),
        duration_ns,
    });
}

fn tell_collection(encoder: &mut Encoder, times: &Times, collection: &RuntimeCollection) {
    let (began_ns, duration_ns) = times.span(collection.began, collection.ended);
    let RuntimeCollection { generation, induced, .. } = *collection;
    encoder.collection(&Collection { generation, induced, began_ns, duration_ns });
}

fn registry(probe: &Probe) -> &Registry {
    probe.boundary().registry()
}

fn clock(probe: &Probe) -> &ProbeClock {
    probe.boundary().clock()
}

/// Calls that have returned, of all tasks.
fn returned(probe: &Probe) -> u64 {
    let snapshot = probe.snapshot().snapshot;
    let rows = snapshot.tasks.iter().chain(&snapshot.folded_tasks);
    rows.map(|row| (row.counts.enter + row.counts.reverse_leave).saturating_sub(row.mismatches)).sum()
}
