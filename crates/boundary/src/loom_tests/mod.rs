//! Models of the protocols between threads, each checked by loom over all interleavings with a few preemptions and all
//! values that relaxed loads may yield.
//!
//! Run with `RUSTFLAGS="--cfg loom" cargo test -p clrhost-boundary --lib --release --target-dir target/loom`; with `-- --nocapture`
//! each model says how many executions it had. `docs/testing.md` lists the protocols and their models.
//!
//! What is modelled is what this crate wrote itself: the protocol of blocks, segments, slots, rings, shutting and aborts, and
//! which data the registry's lock covers. `Arc` is that of std, which loom does not see, and so is the `OnceLock` of tables that
//! are filled under a lock. Under loom a task keeps two open brackets, a ring two events, and there are three targets.
//!
//! Readers are started after the writer they watch. Loom 0.7 forgets a load of one thread when another thread loads the
//! same word before it stores to it, as our writers do, so it does not find by itself the order in which the writer
//! goes first. With that order given, nothing is missed: readers write nothing, and a load that comes late may still
//! yield every value that an early one could.
//!
//! Each model counts what it came across, so that one that no longer reaches the interesting case fails.

mod aborts;
mod blocks;
mod brackets;
mod recording;
mod shutdown;
mod targets;
mod tasks;

use crate::{
    Boundary, Bracket, Clock, TargetDescription, TargetId, TargetKind, TaskIdentity, TaskOwner, TaskStats,
};
use loom::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often something happened over all executions of a model. Std's atomic, so that it is no part of the model.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicUsize>);

impl Seen {
    fn note(&self, happened: bool) {
        self.0.fetch_add(happened as usize, Ordering::Relaxed);
    }

    #[track_caller]
    fn assert_some(&self, what: &str) {
        assert!(self.0.load(Ordering::Relaxed) > 0, "no execution with {what}");
    }
}

/// Every execution, however often its threads are stopped.
const ALL: Option<usize> = None;

/// Tries all executions in which threads are stopped this often, where they could have gone on; or as often as
/// `LOOM_MAX_PREEMPTIONS` says.
fn check(preemptions: impl Into<Option<usize>>, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(preemptions.into());
    builder.max_branches = 20_000;
    let (executions, preemptions) = (Seen::default(), builder.preemption_bound);
    let counted = executions.clone();
    let began = std::time::Instant::now();
    builder.check(move || {
        counted.note(true);
        model();
    });
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let bound = preemptions.map_or("all".to_owned(), |bound| format!("up to {bound}"));
    let executions = executions.0.load(Ordering::Relaxed);
    println!("{name}: {executions} executions, {bound} preemptions, {:?}", began.elapsed());
}

/// Runs the two on threads of their own, by default the writer first, and waits for both.
fn write_and_read(write: impl FnOnce() + Send + 'static, read: impl FnOnce() + Send + 'static) {
    // Neither thread starts before the first `join`.
    let (writer, reader) = (thread::spawn(write), thread::spawn(read));
    writer.join().unwrap();
    reader.join().unwrap();
}

struct Still;
impl Clock for Still {
    fn now(&self) -> u64 {
        0
    }
}

const NATIVE: u64 = 2;
const CALLBACK: u64 = 3;

/// A border without a host where [`NATIVE`] and [`CALLBACK`] are bound.
fn border() -> Arc<Boundary<Still>> {
    let boundary = Boundary::new(None, Still);
    boundary.bind(NATIVE, TargetDescription::named(TargetKind::PInvoke, "native"));
    boundary.bind(CALLBACK, TargetDescription::named(TargetKind::Delegate, "callback"));
    Arc::new(boundary)
}

fn bound_before() -> TargetId {
    unreachable!("every target is bound before the model's threads start")
}

fn leave(boundary: &Boundary<Still>, owner: &TaskOwner) {
    if !boundary.try_open::<false>(owner, NATIVE, 0) {
        boundary.leave::<false, false>(owner, NATIVE, 0, bound_before);
    }
}

fn enter(boundary: &Boundary<Still>, owner: &TaskOwner) {
    if boundary.try_close::<false>(owner, NATIVE).is_none() {
        boundary.enter::<false, false>(owner, NATIVE, bound_before);
    }
}

/// What has to hold between any two crossings of a task that had no mismatch and left no callback by a jump.
fn assert_adds_up(stats: &TaskStats) {
    let open = |bracket| stats.open.iter().filter(|open| open.bracket == bracket).count() as u64;
    assert_eq!(stats.counts.leave - stats.counts.enter, open(Bracket::Leave) + stats.unwound, "{stats:?}");
    assert_eq!(
        stats.counts.reverse_enter - stats.counts.reverse_leave,
        open(Bracket::ReverseEnter),
        "{stats:?}"
    );
    assert!(stats.max_depth >= stats.open.len() as u64, "{stats:?}");
    assert_eq!((stats.mismatches, stats.lost), (0, 0));
}

/// One call of [`NATIVE`] by a task that comes and goes. Tells which block it had.
fn visit(boundary: &Boundary<Still>) -> usize {
    let owner = boundary.start_task(TaskIdentity::default(), true);
    let block = Arc::as_ptr(&owner.block) as usize;
    leave(boundary, &owner);
    enter(boundary, &owner);
    boundary.end_task(owner);
    block
}
