//! The process that hosts the program, and tells what it sees.

use crate::aborts::Aborter;
use crate::counts::{Said, compare};
use crate::host::{Counting, Heard, Suspensions};
use crate::library::{Endurance, Request, State};
use crate::messages::{Checkpoint, Ended, Message, Row, Sample, Slow, tell};
use crate::options::{Options, Source, Way};
use crate::{memory, recorded, slow};
use clrhost::report::{Exit, Mode};
use clrhost::{
    Application, Crossings, Host, ProcessEnd, Recorder, RecordingOptions, Reporter, Tasks, Timing,
};
use std::error::Error;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const SAMPLE_EVERY: Duration = Duration::from_secs(1);
/// How long a comparison is tried again, as a finalizer or a thread that ends may still be at the border when all others rest.
const SETTLING: Duration = Duration::from_secs(5);
/// Unexplained slow crossings that are told in words.
const TOLD: u64 = 20;

/// Runs the program to its end. False if it ended with another code than 0.
pub fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let seed = options.seed.ok_or("the process that hosts is given its seed")?;
    let library: &'static Endurance = Box::leak(Box::new(Endurance::load(&options.program)?));
    library.set_bound(i64::from(options.bound_us) * 1000);
    let suspensions = Suspensions::new();
    let heard = (options.way == Way::Hosted).then(Heard::new);

    let mut host = Host::builder().source(match options.source {
        Source::Thunks => clrhost::Source::Thunks,
        Source::Flag => clrhost::Source::Flag,
    });
    host = host.timing(if options.way == Way::Counted { Timing::Counted } else { Timing::Timed });
    host = match (options.way, &heard) {
        (Way::Plain, _) => host.without_hooks(),
        (_, None) => host.gc_manager(suspensions.clone()),
        (_, Some(heard)) => host.gc_manager(suspensions.clone()).task_manager(Counting(heard.clone())),
    };
    let arguments = ["seconds=0".to_owned(), format!("threads={}", options.threads), format!("seed={seed}")];
    let prepared = host.prepare(Application::new(&options.program).args(arguments))?;
    let runtime = prepared.framework().map(|runtime| format!("{} {}", runtime.name, runtime.version));
    tell(&Message::Began { runtime: runtime.unwrap_or_default() });
    let recording = options.recording.then(|| options.recording_file());
    let recorder = match (&recording, prepared.reporter()) {
        (Some(path), Some(reporter)) => {
            let to = RecordingOptions { path: path.clone(), ..RecordingOptions::default() };
            Some(Recorder::start(reporter, &to)?)
        }
        _ => None,
    };

    let watcher = Watcher {
        began: Instant::now(),
        library,
        crossings: prepared.crossings(),
        reporter: prepared.reporter(),
        tasks: prepared.tasks(),
        heard,
        suspensions,
        bound: i64::from(options.bound_us) * 1000,
        slow: Slow::default(),
    };
    let (own, seed) = (options.clone(), seed);
    let watching = thread::spawn(move || watcher.watch(&own, seed));
    let code = prepared.run()?;
    let mut watcher = watching.join().map_err(|_| "the thread that watches panicked")?;

    if let Some(recorder) = recorder {
        recorder.finish(Some(ProcessEnd::Exit(code)))?;
    }
    watcher.tell_slow();
    watcher.tell_sample()?;
    let (rows, last) = watcher.compare_until_settled(Exit::Code { code });
    let mut ended = Ended { code, last, rows, ..Ended::default() };
    if let Some(crossings) = watcher.crossings {
        let snapshot = crossings.snapshot().snapshot;
        ended.tasks = snapshot.task_rows().map(|task| task.tasks).sum();
    }
    if let Some(path) = recording {
        let (calls, differences) = recorded::compare(&path, &library.counts(), options.source)?;
        ended.recorded = Some(calls);
        ended.last.differences.extend(differences);
    }
    if library.failures() > 0 {
        let failures = library.failures();
        ended.last.differences.push(format!("{failures} checks of the program failed; stderr says which"));
    }
    tell(&Message::Ended(ended));
    Ok(code == 0)
}

/// The thread that looks at all this from time to time.
struct Watcher {
    began: Instant,
    library: &'static Endurance,
    crossings: Option<Crossings>,
    reporter: Option<Reporter>,
    tasks: Option<Tasks>,
    heard: Option<Arc<Heard>>,
    suspensions: Suspensions,
    bound: i64,
    slow: Slow,
}

impl Watcher {
    /// Watches until the program is over, which it makes it be in time.
    fn watch(mut self, options: &Options, seed: u32) -> Watcher {
        while self.library.state() == State::Begins {
            thread::sleep(Duration::from_millis(10));
        }
        let aborter = self
            .tasks
            .filter(|_| options.way == Way::Hosted && options.abort_every > 0)
            .map(|tasks| Aborter::start(tasks, options, seed));
        let (time, every) = (options.time(), options.checkpoint());
        let mut next = every;
        while self.began.elapsed() < time && self.library.state() != State::HasEnded {
            thread::sleep(SAMPLE_EVERY);
            self.look();
            if self.began.elapsed() >= next {
                next = self.began.elapsed() + every;
                if let Some(aborter) = &aborter {
                    aborter.rest(true);
                }
                let checkpoint = self.checkpoint();
                tell(&Message::Checkpoint(checkpoint));
                if let Some(aborter) = &aborter {
                    aborter.rest(false);
                }
            }
        }
        drop(aborter);
        self.library.request(Request::End);
        while self.library.state() != State::HasEnded {
            thread::sleep(SAMPLE_EVERY);
            self.look();
        }
        self
    }

    fn look(&mut self) {
        self.tell_slow();
        if let Err(error) = self.tell_sample() {
            eprintln!("clrhost-load: /proc cannot be read: {error}");
        }
    }

    /// Lets all threads rest, and compares.
    fn checkpoint(&mut self) -> Checkpoint {
        let asked = Instant::now();
        self.library.request(Request::Pause);
        while !matches!(self.library.state(), State::IsPaused | State::CannotPause | State::HasEnded) {
            thread::sleep(Duration::from_millis(2));
        }
        let stopping = asked.elapsed();
        memory::give_back();
        let memory = memory::read();
        let (_, mut checkpoint) = self.compare_until_settled(Exit::InProgress);
        checkpoint.stopping_ms = stopping.as_millis() as u64;
        if let Ok(memory) = memory {
            checkpoint.rest = self.rest(&memory);
            checkpoint.allocated = memory.allocated;
        }
        if self.library.state() == State::CannotPause {
            checkpoint.differences.push("threads did not come to rest".to_owned());
        }
        self.library.request(Request::Run);
        while self.library.state() == State::IsPaused {
            thread::sleep(Duration::from_millis(2));
        }
        checkpoint
    }

    /// Compares, and again for a while if something differs: a real difference stays.
    fn compare_until_settled(&self, exit: Exit) -> (Vec<Row>, Checkpoint) {
        let asked = Instant::now();
        loop {
            let (rows, differences) = self.compare(exit);
            if differences.is_empty() || asked.elapsed() > SETTLING {
                let checkpoint = Checkpoint {
                    seconds: self.began.elapsed().as_secs_f64(),
                    stopping_ms: 0,
                    crossings: self.native_calls(),
                    live: self.library.heap().1 / 1024,
                    rest: 0,
                    allocated: 0,
                    differences,
                };
                return (rows, checkpoint);
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn compare(&self, exit: Exit) -> (Vec<Row>, Vec<String>) {
        let (Some(crossings), Some(reporter)) = (self.crossings, &self.reporter) else {
            return (Vec::new(), Vec::new());
        };
        let counted = self.library.counts();
        let snapshot = crossings.snapshot().snapshot;
        let report = reporter.report(exit, false);
        debug_assert_eq!(report.mode, Mode::Run);
        let heard = self.heard.as_deref();
        compare(&Said { counted: &counted, report: &report, snapshot: &snapshot, heard })
    }

    /// Crossings so far: each call goes over the border and comes back.
    fn native_calls(&self) -> u64 {
        2 * self.library.counts().iter().map(|count| count.calls).sum::<u64>()
    }

    /// What is not the managed heap's.
    fn rest(&self, memory: &memory::Memory) -> u64 {
        memory.anonymous.saturating_sub(self.library.heap().0 / 1024)
    }

    fn tell_slow(&mut self) {
        let before = self.slow.unexplained;
        let taken = self.library.take_slow();
        let unexplained = slow::add(&mut self.slow, &taken, &self.suspensions, self.bound);
        let room = TOLD.saturating_sub(before) as usize;
        unexplained.into_iter().take(room).for_each(|words| tell(&Message::Unexplained(words)));
        let (_, all) = self.library.measured();
        let known = self.slow.processor + self.slow.suspension + self.slow.fault + self.slow.unexplained;
        self.slow.missed = all.saturating_sub(known);
    }

    fn tell_sample(&self) -> std::io::Result<()> {
        let memory = memory::read()?;
        let crossings = self.crossings;
        tell(&Message::Sample(Sample {
            seconds: self.began.elapsed().as_secs_f64(),
            works: self.library.state() == State::Runs,
            resident: memory.resident,
            heap: self.library.heap().0 / 1024,
            rest: self.rest(&memory),
            allocated: memory.allocated,
            files: memory.files,
            threads: memory.threads,
            tasks: self.tasks.map_or(0, |tasks| tasks.live().len() as u64),
            blocks: crossings.map_or(0, |crossings| crossings.blocks() as u64),
            thunks: crossings.map_or(0, |crossings| crossings.thunks() as u64),
            thunk_memory: memory.thunks,
            crossings: self.native_calls(),
            aborted: self.library.workers().0,
            collections: self.library.collections(),
            measured: self.library.measured().0,
            slow: self.slow,
        }));
        Ok(())
    }
}
