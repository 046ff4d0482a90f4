//! The process that judges: starts the one that hosts, shows how it fares, and prints what came of it.

use crate::messages::{Checkpoint, Ended, Message, PREFIX, Sample};
use crate::options::Options;
use crate::{table, verdict};
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How glibc allocates. By itself it makes eight arenas for each processor, and keeps some freed memory for each thread, which it counts as
/// allocated; where threads come and go by the hundred thousand, both hide what is allocated.
const ALLOCATOR: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.arena_max=2:glibc.malloc.tcache_count=0");

/// All that was told of a run.
#[derive(Default)]
pub struct Told {
    pub runtime: String,
    pub samples: Vec<Sample>,
    pub checkpoints: Vec<Checkpoint>,
    pub unexplained: Vec<String>,
    pub ended: Option<Ended>,
}

/// Runs the load. True if all held.
pub fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let seed = options.seed.unwrap_or_else(seed_of_now);
    fs::create_dir_all(&options.folder)?;
    eprintln!("{}", table::beginning(options, seed));
    let (told, status) = follow(options, seed)?;
    if options.recording {
        // Of some gigabytes; who wants it for something runs `clrhost run -o`.
        let _ = fs::remove_file(options.recording_file());
    }
    let mut out = io::stdout().lock();
    write!(out, "{}", table::closing(options, &told))?;
    let wrong = verdict::judge(options, &told, status);
    if wrong.is_empty() {
        writeln!(out, "{}", verdict::HELD)?;
        return Ok(true);
    }
    writeln!(out, "FAILED:")?;
    for what in &wrong {
        writeln!(out, "  {what}")?;
    }
    writeln!(out, "again: {}", table::command(options, seed))?;
    Ok(false)
}

/// Starts the process, and gathers what it tells until it ends.
fn follow(options: &Options, seed: u32) -> Result<(Told, ExitStatus), Box<dyn Error>> {
    let mut hosted = Command::new(std::env::current_exe()?);
    hosted.args(options.for_hosted(seed)).stdin(Stdio::null()).stdout(Stdio::piped());
    let (variable, value) = ALLOCATOR;
    if std::env::var_os(variable).is_none() {
        hosted.env(variable, value);
    }
    // SAFETY: prctl is async-signal-safe, and the closure touches nothing else.
    unsafe {
        hosted.pre_exec(|| {
            // Whoever ends this process ends the load.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    let mut hosted = hosted.spawn()?;
    let lines = BufReader::new(hosted.stdout.take().ok_or("its output is piped")?);
    let mut told = Told::default();
    let mut progress = Progress::new();
    for line in lines.lines() {
        let line = line?;
        // What the program itself prints, its own counts, was compared already.
        let Some(json) = line.strip_prefix(PREFIX) else { continue };
        match serde_json::from_str(json)? {
            Message::Began { runtime } => told.runtime = runtime,
            Message::Sample(sample) => {
                told.samples.push(sample);
                progress.show(options, &told);
            }
            Message::Checkpoint(checkpoint) => {
                for difference in &checkpoint.differences {
                    progress.say(&format!("after {:.0} s: {difference}", checkpoint.seconds));
                }
                told.checkpoints.push(checkpoint);
            }
            Message::Unexplained(words) => {
                progress.say(&words);
                told.unexplained.push(words);
            }
            Message::Ended(ended) => told.ended = Some(ended),
        }
    }
    Ok((told, hosted.wait()?))
}

/// One line now and then: often where a person looks, seldom in a log.
struct Progress {
    every: Duration,
    next: Instant,
}

impl Progress {
    fn new() -> Progress {
        let every = if io::stderr().is_terminal() { Duration::from_secs(5) } else { Duration::from_secs(60) };
        Progress { every, next: Instant::now() + every }
    }

    fn show(&mut self, options: &Options, told: &Told) {
        if Instant::now() >= self.next {
            self.next += self.every;
            eprintln!("{}", table::progress(options, told));
        }
    }

    fn say(&self, words: &str) {
        eprintln!("clrhost-load: {words}");
    }
}

fn seed_of_now() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now.subsec_nanos() ^ now.as_secs() as u32) % 1_000_000 + 1
}
