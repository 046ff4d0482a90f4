//! What tests of thunks stand on: the process's probe, thunks, and what was counted.

use crate::probe::{Probe, ProbeConfig, Source, Timing};
use crate::thunk::Purpose;
use clrhost_boundary::{
    HostResult, Target, TargetDescription, TargetId, TargetKind, TargetStats, Task, TaskManager, TaskStats,
};
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};

use super::native::as_function;

/// What is done at crossings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Counted,
    Timed,
    /// Timed with the system's clock, out of line.
    SystemClock,
    /// Counted, and told to a host, which spoils what registers it may.
    Told,
    /// The same, and timed.
    Hosted,
}

impl Mode {
    pub(super) const ALL: [Mode; 5] =
        [Mode::Counted, Mode::Timed, Mode::SystemClock, Mode::Told, Mode::Hosted];

    fn is_timed(self) -> bool {
        !matches!(self, Mode::Counted | Mode::Told)
    }

    pub(super) fn is_hosted(self) -> bool {
        matches!(self, Mode::Told | Mode::Hosted)
    }
}

/// How often the host was called.
pub(super) struct Calls {
    pub(super) leave: AtomicU64,
    pub(super) enter: AtomicU64,
    pub(super) reverse_enter: AtomicU64,
    pub(super) reverse_leave: AtomicU64,
}

pub(super) static TOLD: Calls = Calls {
    leave: AtomicU64::new(0),
    enter: AtomicU64::new(0),
    reverse_enter: AtomicU64::new(0),
    reverse_leave: AtomicU64::new(0),
};

/// What the host calls each time, an `extern "C" fn()`; 0 for nothing.
pub(super) static SPOIL: AtomicUsize = AtomicUsize::new(0);

struct Counting;

impl Counting {
    fn told(&self, calls: &AtomicU64) -> HostResult {
        calls.fetch_add(1, Relaxed);
        // SAFETY: whoever set it says so.
        unsafe {
            *libc::__errno_location() = 99;
            match SPOIL.load(Relaxed) {
                0 => {}
                spoil => as_function::<extern "C" fn()>(spoil)(),
            }
        }
        Ok(())
    }
}

impl TaskManager for Counting {
    fn leave_runtime(&self, _task: &Task, _target: &Target) -> HostResult {
        self.told(&TOLD.leave)
    }

    fn enter_runtime(&self, _task: &Task, _target: &Target) -> HostResult {
        self.told(&TOLD.enter)
    }

    fn reverse_enter_runtime(&self, _task: &Task, _target: &Target) -> HostResult {
        self.told(&TOLD.reverse_enter)
    }

    fn reverse_leave_runtime(&self, _task: &Task, _target: &Target) -> HostResult {
        self.told(&TOLD.reverse_leave)
    }
}

/// A thunk that a test made.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) purpose: Purpose,
    /// What to call in place of the function.
    pub(super) stub: usize,
    pub(super) target: TargetId,
}

/// The probe of the process, in a mode.
pub(super) struct Bed {
    pub(super) mode: Mode,
    pub(super) probe: &'static Probe,
}

impl Bed {
    pub(super) fn install(mode: Mode) -> Bed {
        let timing = if mode.is_timed() { Timing::Timed } else { Timing::Counted };
        let system_clock = mode == Mode::SystemClock;
        let host = mode.is_hosted().then(|| Box::new(Counting) as Box<dyn TaskManager>);
        let config = ProbeConfig {
            source: Some(Source::Thunks),
            timing,
            system_clock,
            host,
            ..ProbeConfig::default()
        };
        let probe = Probe::install(config).expect("the first of the process");
        // No runtime is started here.
        probe.deactivate();
        Bed { mode, probe }
    }

    pub(super) fn is_timed(&self) -> bool {
        self.mode.is_timed()
    }

    /// A thunk that leads to this function.
    pub(super) fn thunk(&self, purpose: Purpose, function: usize) -> Made {
        let thunk = self.probe.bindings().thunks.take(purpose.into()).expect("memory for a thunk");
        let kind = if purpose == Purpose::Reverse { TargetKind::Delegate } else { TargetKind::PInvoke };
        let description = TargetDescription::named(kind, format!("{function:#x}"));
        let target = self.probe.boundary().bind(thunk.key(), description);
        self.probe.lead(thunk, function, function, target, purpose);
        Made { purpose, stub: self.probe.bindings().thunks.stub_of(thunk), target }
    }

    /// One of each kind that leads to this function.
    pub(super) fn thunks(&self, function: usize) -> [Made; 4] {
        let purposes = [Purpose::Leave, Purpose::LeaveSuppressed, Purpose::Export, Purpose::Reverse];
        purposes.map(|purpose| self.thunk(purpose, function))
    }

    /// Runs `body` as managed code that native code calls, where exports count. Gives the thunk through which that went.
    pub(super) fn as_managed(&self, mut body: impl FnMut()) -> Made {
        extern "C-unwind" fn run(body: *mut c_void) {
            // SAFETY: the pointer to the reference below, which lives as long as the call.
            let body = unsafe { &mut *body.cast::<&mut dyn FnMut()>() };
            body();
        }
        let made = self.thunk(Purpose::Reverse, run as *const () as usize);
        let mut body: &mut dyn FnMut() = &mut body;
        // SAFETY: the thunk leads to `run`.
        let stub: extern "C-unwind" fn(*mut c_void) = unsafe { as_function(made.stub) };
        stub((&raw mut body).cast());
        made
    }

    /// What was counted of a thunk, over all threads.
    pub(super) fn row(&self, made: Made) -> Option<TargetStats> {
        let snapshot = self.probe.boundary().snapshot();
        snapshot.targets.into_iter().find(|row| row.target == made.target)
    }

    /// Calls begun, returned and unwound through a thunk, over all threads.
    pub(super) fn counts(&self, made: Made) -> (u64, u64, u64) {
        self.row(made).map_or((0, 0, 0), |row| (row.calls, row.completed, row.unwound))
    }

    /// The same of many.
    pub(super) fn all_counts(&self, made: &[Made]) -> Vec<(u64, u64, u64)> {
        let rows = self.probe.boundary().snapshot().targets;
        let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.target, row)).collect();
        let counts = |made: &Made| {
            rows.get(&made.target).map_or((0, 0, 0), |row| (row.calls, row.completed, row.unwound))
        };
        made.iter().map(counts).collect()
    }

    /// What was counted of the calling thread.
    pub(super) fn own(&self) -> TaskStats {
        let id = self.probe.current_task().expect("the thread has made a call").id();
        let snapshot = self.probe.boundary().snapshot();
        snapshot.tasks.into_iter().find(|row| row.id == id).expect("a row for every task")
    }

    /// Open brackets of the calling thread.
    pub(super) fn depth(&self) -> usize {
        self.own().open.len()
    }

    /// Nothing is open on the calling thread, all that was opened was closed in one way or the other, and the host has heard
    /// of both.
    #[track_caller]
    pub(super) fn assert_balanced(&self) {
        let own = self.own();
        assert_eq!((own.open.len(), own.mismatches, own.settled), (0, 0, true), "{:?}: {own:?}", self.mode);
        assert_eq!(self.probe.snapshot().lost, 0);
        if self.mode.is_hosted() {
            assert_eq!(TOLD.leave.load(Relaxed), TOLD.enter.load(Relaxed));
            assert_eq!(TOLD.reverse_enter.load(Relaxed), TOLD.reverse_leave.load(Relaxed));
        }
    }
}
