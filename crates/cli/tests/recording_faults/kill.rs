//! A recorded process is killed at random moments of its life. Whatever is in the file then can be read, is never more than the
//! program did, and is short by no more than docs/trace-format.md allows.
//!
//! `CLRHOST_KILLS` and `CLRHOST_SEED` in the environment choose how many, and which moments; the seed is printed.

use crate::support::{Under, lost, read, returned_of};
use clrhost_testkit::{Run, clrhost, dotnet, dotnet_root, fixture, scratch};
use clrhost_trace::{Call, DamageKind, End, Event, Reader, Recording};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

const KILLS: u64 = 200;
/// Calls of which the program tells when it made them: fixtures/native/counted.c.
const TOLD_CALLS: u64 = 1 << 20;
/// So many calls find room in any ring, so that the first ones in the file are the first ones of all.
const SURELY_FIRST: usize = 500;
/// How far the rates of two clocks, which are compared over less than a second, may be apart.
const CLOCKS_APART_NS: u64 = 1_000_000;

/// How a program is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    under: Under,
    /// The file has a limit, which calls in quick succession reach.
    is_ring: bool,
    /// Calls come as fast as they can, many more than can be written; else each takes 20 µs.
    is_fast: bool,
}

impl Way {
    /// One in ten is fast: there is much to read then.
    fn number(number: u64) -> Way {
        let is_fast = number % 10 == 9;
        let number = if is_fast { number / 10 } else { number };
        let under = if number.is_multiple_of(2) { Under::Run } else { Under::Trace };
        Way { under, is_ring: number / 2 % 2 == 1, is_fast }
    }

    /// Calls that are made, and how long each takes.
    fn calls(self) -> (u64, &'static str) {
        match (self.is_fast, self.is_ring) {
            (false, _) => (5000, "20000"),
            (true, false) => (200_000, "0"),
            // As many as are written over.
            (true, true) => (1_500_000, "300"),
        }
    }
}

/// A generator of numbers: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % limit.max(1)
    }
}

/// One program, from its start to its end.
struct Life {
    way: Way,
    child: Child,
    file: PathBuf,
    counter: PathBuf,
    folder: PathBuf,
}

impl Life {
    fn begin(way: Way) -> Life {
        let folder = scratch("killed");
        let (file, counter) = (folder.join("t.clrtrace"), folder.join("counter"));
        let mut command = Command::new(clrhost());
        let run = if way.under == Under::Run { "run" } else { "trace" };
        command.arg(run).arg("--report").arg(folder.join("r.json")).arg("-o").arg(&file);
        if way.is_ring {
            command.args(["--max-size", "4M"]);
        }
        if way.under == Under::Trace {
            command.arg("--").arg(dotnet());
        }
        let (calls, ns) = way.calls();
        command.arg(fixture("Counted")).arg(&counter).arg(calls.to_string()).arg(ns);
        command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        // What a killed tracer cannot take away goes with the folder, and a killed process's socket too.
        command.env("TMPDIR", &folder).env("CLRHOST_CONTROL", "off");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let child = command.spawn().expect("clrhost starts");
        Life { way, child, file, counter, folder }
    }

    /// Calls that the program has made, or is making.
    fn made(&self) -> u64 {
        number_at(&self.counter, 0)
    }

    /// Waits until the program has made so many calls. False if it ends before.
    fn waits_for(&mut self, calls: u64) -> bool {
        while self.made() < calls {
            if self.child.try_wait().expect("it can be waited for").is_some() {
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Kills the process that records, or it and the one that traces it.
    fn kill(&mut self, both: bool) {
        let pid = self.child.id() as i32;
        let traced = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let traced: Option<i32> = traced.split_whitespace().next().and_then(|pid| pid.parse().ok());
        let victim = match (self.way.under, traced) {
            (Under::Trace, Some(traced)) if !both => traced,
            _ => -pid,
        };
        // SAFETY: takes no pointers. The group is that of a child which was not waited for; so is its own child's number.
        unsafe { libc::kill(victim, libc::SIGKILL) };
        self.child.wait().expect("it can be waited for");
        // What is left of the group, if it was the traced process alone that was waited for by nobody.
        // SAFETY: as above; that there is none any more is no matter.
        unsafe { libc::kill(-pid, libc::SIGKILL) };
    }
}

fn number_at(path: &Path, index: u64) -> u64 {
    let mut bytes = [0; 8];
    match File::open(path).and_then(|file| file.read_exact_at(&mut bytes, 8 * index)) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => 0,
    }
}

/// What killings found.
#[derive(Debug, Default)]
struct Found {
    /// There was no file, or nothing in it: killed before the recording began.
    before: AtomicU64,
    /// Killed before the program called, while it did, and after that.
    starting: AtomicU64,
    calling: AtomicU64,
    ending: AtomicU64,
    /// It had closed the recording.
    whole: AtomicU64,
    /// It had written over the oldest calls.
    wrapped: AtomicU64,
    /// Those of which it was checked that nothing is missing before the last time at which the process said to live.
    compared: AtomicU64,
    /// Of those with slow calls, for how long before the end there is nothing, the longest.
    longest_missing_us: AtomicU64,
}

/// Looks at what a killed process has left.
#[track_caller]
fn check(life: &Life, found: &Found, what: &str) {
    let made = life.made();
    let looked_at = Run::clrhost().arg("report").arg(&life.file).output();
    let is_there = life.file.metadata().is_ok_and(|file| file.len() > 0);
    if !is_there {
        looked_at.assert_code(125);
        let says = ["nothing is recorded in it yet", "No such file"];
        assert!(says.iter().any(|says| looked_at.stderr.contains(says)), "{what}: {looked_at}");
        assert_eq!(made, 0, "{what}: it was recorded from its start on");
        found.before.fetch_add(1, Ordering::Relaxed);
        return;
    }
    assert_eq!(looked_at.code, Some(0), "{what}: {looked_at}");
    let recording = read(&life.file);
    let is_end = |kind| kind == DamageKind::CutShort;
    assert!(
        recording.damage.len() <= 1 && recording.damage.iter().all(|damage| is_end(damage.kind)),
        "{what}: {:?}",
        recording.damage
    );
    let (recorded, lost) = (returned_of(&recording, "Counted.fx_counted"), lost(&recording));
    assert!(recorded <= made, "{what}: {recorded} of {made} calls");
    if recording.end == End::Cut {
        let stage = match made {
            0 => &found.starting,
            made if made < life.way.calls().0 => &found.calling,
            _ => &found.ending,
        };
        stage.fetch_add(1, Ordering::Relaxed);
    } else {
        assert!(
            recorded + lost >= made,
            "{what}: it had closed the recording, with {recorded} and {lost} of {made}"
        );
        found.whole.fetch_add(1, Ordering::Relaxed);
    }
    let is_overwritten = life.way.is_ring && recording.losses.iter().any(|loss| loss.thread.is_none());
    found.wrapped.fetch_add(is_overwritten.into(), Ordering::Relaxed);
    if recorded >= SURELY_FIRST as u64 && !is_overwritten {
        let alive = last_alive(&life.file);
        let before = made_before(life, &recording, alive);
        assert!(
            recorded + lost >= before,
            "{what}: {recorded} and {lost} lost of {before} calls until {alive}"
        );
        found.compared.fetch_add(1, Ordering::Relaxed);
        found.longest_missing_us.fetch_max(missing_us(life, &recording, made), Ordering::Relaxed);
    }
}

/// When the program says that it made its calls, by its own clock.
fn told(life: &Life) -> Vec<u64> {
    let calls = life.made().min(TOLD_CALLS) as usize;
    let mut bytes = vec![0; 8 * calls];
    File::open(&life.counter).and_then(|file| file.read_exact_at(&mut bytes, 8)).expect("the times of calls");
    bytes.chunks(8).map(|eight| u64::from_le_bytes(eight.try_into().expect("eight"))).collect()
}

fn counted(recording: &Recording) -> impl Iterator<Item = &Call> {
    recording
        .calls
        .iter()
        .filter(|call| recording.targets[call.target as usize].method == "Counted.fx_counted")
}

/// By how much the program's clock is ahead of the recording's: a call is told after it began, and sometimes right after.
fn apart(told: &[u64], recording: &Recording) -> u64 {
    let pairs = told.iter().zip(counted(recording)).take(SURELY_FIRST);
    pairs.map(|(told, call)| told.wrapping_sub(call.began_ns)).min().expect("calls")
}

/// How many calls had returned at this time: each had when the next one was made.
fn made_before(life: &Life, recording: &Recording, at_ns: u64) -> u64 {
    let told = told(life);
    let apart = apart(&told, recording);
    let begun = told.partition_point(|told| told.wrapping_sub(apart) + CLOCKS_APART_NS < at_ns);
    begun.saturating_sub(1) as u64
}

/// How long before the last call that was made the last one was that is in the file.
fn missing_us(life: &Life, recording: &Recording, made: u64) -> u64 {
    if life.way.is_fast || made == 0 {
        return 0;
    }
    let told = told(life);
    let (apart, last) = (apart(&told, recording), told.last().expect("a call"));
    let recorded = counted(recording).map(|call| call.began_ns).max().expect("a call");
    (last - apart).saturating_sub(recorded) / 1000
}

/// The last time at which the process said that it lived, and that all before is in the file.
fn last_alive(file: &Path) -> u64 {
    let mut reader = Reader::open(file).expect("a recording");
    let mut alive = 0;
    while let Some(event) = reader.next().expect("it can be read") {
        if let Event::Alive { at_ns } = event {
            alive = at_ns;
        }
    }
    alive
}

/// How long the parts of a life take on this machine as it is now: all of it, what comes from the first call on, and what comes
/// when all calls are made.
fn parts(way: Way) -> [Duration; 3] {
    let mut life = Life::begin(way);
    let mut since = [Instant::now(); 3];
    assert!(life.waits_for(1), "it calls");
    since[1] = Instant::now();
    assert!(life.waits_for(way.calls().0), "it makes all calls");
    since[2] = Instant::now();
    life.child.wait().expect("it ends");
    let parts = since.map(|since| since.elapsed());
    let found = Found::default();
    check(&life, &found, "not killed");
    assert_eq!(found.whole.into_inner(), 1, "{way:?}");
    parts
}

#[test]
fn a_killed_process_leaves_what_can_be_read() {
    let from_environment = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let kills = from_environment("CLRHOST_KILLS").unwrap_or(KILLS);
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = from_environment("CLRHOST_SEED").unwrap_or(since.as_nanos() as u64);
    eprintln!("CLRHOST_SEED={seed}");
    let began = Instant::now();
    let parts = parts(Way { under: Under::Trace, is_ring: false, is_fast: false });
    let (next, found) = (AtomicU64::new(0), Found::default());
    let threads = thread::available_parallelism().map_or(2, usize::from).max(2);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= kills {
                        return;
                    }
                    kill_one(seed, number, parts, &found);
                }
            });
        }
    });
    eprintln!("{kills} kills in {:.1?} with CLRHOST_SEED={seed}: {found:?}", began.elapsed());
}

/// One life and its end: at a moment after its start, after its first call, or after its last one.
fn kill_one(seed: u64, number: u64, parts: [Duration; 3], found: &Found) {
    let mut random = Random(seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    random.below(1);
    let way = Way::number(number);
    let mut life = Life::begin(way);
    let part = random.below(3) as usize;
    let after = Duration::from_micros(random.below(parts[part].as_micros() as u64 * 11 / 10));
    if life.waits_for([0, 1, way.calls().0][part]) {
        thread::sleep(after);
    }
    life.kill(random.below(2) == 0);
    let from = ["its start", "its first call", "its last call"][part];
    check(&life, found, &format!("CLRHOST_SEED={seed}, number {number}, {way:?}, {after:?} after {from}"));
    // Hundreds of them would fill the disk. One that failed stays.
    let _ = std::fs::remove_dir_all(&life.folder);
}
