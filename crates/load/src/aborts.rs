//! Aborts of the program's threads, one after another, for as long as it runs.

use crate::options::Options;
use clrhost::Tasks;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the program calls its threads at work.
const WORKER: &str = "worker";

/// The thread that aborts others.
pub struct Aborter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    rests: AtomicBool,
    ends: AtomicBool,
}

impl Aborter {
    /// Begins.
    pub fn start(tasks: Tasks, options: &Options, seed: u32) -> Aborter {
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        let every_us = u64::from(options.abort_every) * 1000;
        // On a machine that is busy with other things the program cannot make new threads as fast as they are aborted.
        let least = options.threads as usize * 7 / 8;
        let thread = thread::spawn(move || abort(tasks, &own, every_us, least, Numbers(u64::from(seed))));
        Aborter { shared, thread: Some(thread) }
    }

    /// Aborts nobody while the program rests.
    pub fn rest(&self, rests: bool) {
        self.shared.rests.store(rests, Ordering::Release);
    }
}

impl Drop for Aborter {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        // A panic of it is on stderr already.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn abort(tasks: Tasks, shared: &Shared, every_us: u64, least: usize, mut numbers: Numbers) {
    while !shared.ends.load(Ordering::Acquire) {
        thread::sleep(Duration::from_micros(every_us / 2 + numbers.below(every_us.max(1))));
        if shared.rests.load(Ordering::Acquire) {
            continue;
        }
        let mut workers = tasks.live();
        workers.retain(|task| task.name().as_deref() == Some(WORKER));
        if workers.len() < least.max(1) {
            continue;
        }
        let victim = &workers[numbers.below(workers.len() as u64) as usize];
        // It may have ended meanwhile, or be asked already.
        let _ = tasks.abort(victim);
    }
}

/// Random numbers that a seed gives again (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}
