//! Reports for tests: made by the core's own public interface, under a clock that stands still until told to move.

#![allow(dead_code, reason = "each test binary uses its own part of this module")]

use clrhost_boundary::{
    Boundary, Clock, DeniedTarget, HostFailure, HostingLayer, Hresult, Origin, TargetDescription, TargetId,
    TargetKind, TaskIdentity, TaskManager, TaskOwner,
};
use clrhost_policy::{Policy, Subject, Violations};
use clrhost_report::{Exit, HostOutcome, Mode, Report, ReportContext, Source, Timing};
use std::cell::Cell;
use std::sync::Arc;

/// Nanoseconds in a tick of the fake clock: not 1, so that a missing conversion shows.
pub const NS_PER_TICK: f64 = 0.5;

/// A clock that moves when told.
#[derive(Default)]
pub struct FakeClock(Cell<u64>);

impl Clock for FakeClock {
    fn now(&self) -> u64 {
        self.0.get()
    }
}

/// A border whose crossings a test makes by hand. Times are given in nanoseconds.
pub struct World {
    pub boundary: Boundary<FakeClock>,
    keys: Cell<u64>,
}

impl World {
    pub fn new() -> World {
        World { boundary: Boundary::new(None, FakeClock::default()), keys: Cell::new(0) }
    }

    pub fn pass(&self, ns: u64) {
        let clock = &self.boundary.clock().0;
        clock.set(clock.get() + (ns as f64 / NS_PER_TICK) as u64);
    }

    pub fn thread(&self, os_thread_id: u64, name: Option<&str>) -> TaskOwner {
        let identity =
            TaskIdentity { os_thread_id, name: name.map(str::to_owned), ..TaskIdentity::default() };
        self.boundary.start_task(identity, true)
    }

    pub fn bind(&self, description: TargetDescription) -> TargetId {
        self.keys.set(self.keys.get() + 1);
        self.boundary.bind(self.keys.get(), description)
    }

    pub fn pinvoke(&self, origin: Origin, method: &str, library: &str, symbol: &str) -> TargetId {
        self.bind(TargetDescription {
            origin,
            assembly: Some("Orders.dll".into()),
            library: Some(library.into()),
            symbol: Some(symbol.into()),
            ..TargetDescription::named(TargetKind::PInvoke, method)
        })
    }

    pub fn leave(&self, thread: &TaskOwner, target: TargetId) {
        self.boundary.leave::<true, false>(thread, key(target), 0, || target);
    }

    pub fn enter(&self, thread: &TaskOwner, target: TargetId) {
        self.boundary.enter::<true, false>(thread, key(target), || target);
    }

    pub fn reverse_enter(&self, thread: &TaskOwner, method: TargetId) {
        self.boundary.reverse_enter::<true, false>(thread, key(method), 0, || method);
    }

    pub fn reverse_leave(&self, thread: &TaskOwner, method: TargetId) {
        self.boundary.reverse_leave::<true, false>(thread, key(method), || method);
    }

    /// A call out that takes so long.
    pub fn call(&self, thread: &TaskOwner, target: TargetId, ns: u64) {
        self.leave(thread, target);
        self.pass(ns);
        self.enter(thread, target);
    }

    pub fn report(&self, context: ReportContext) -> Report {
        Report::new(&self.boundary.snapshot(), context)
    }
}

/// The key [`World::bind`] bound a target under: both count up from 1.
fn key(target: TargetId) -> u64 {
    target.index() as u64
}

/// A timed run of `Orders.dll` that ended well.
pub fn context() -> ReportContext {
    ReportContext {
        runtime_name: "CoreCLR".into(),
        runtime_version: "8.0.4".into(),
        clrhost_version: "0.1.0".into(),
        mode: Mode::Run,
        source: Some(Source::Flag),
        timing: Timing::Timed,
        application: "/work/Orders.dll".into(),
        args: vec!["--rows".into(), "100000".into()],
        pid: 4711,
        wall_ns: 2_310_000_000,
        exit: Exit::Code { code: 0 },
        ns_per_tick: NS_PER_TICK,
        drift_ppm: Some(12.0),
        user_only: false,
        host: None,
        policy: None,
        lost: 0,
        pointer_callers: Vec::new(),
        unhooked: Vec::new(),
        unverified: None,
    }
}

/// What a SQLite program does: a query that calls back, prepared statements, a timer thread that waits at the end.
pub fn orders() -> World {
    let world = World::new();
    let main = world.thread(4711, None);
    let timer = world.thread(4715, Some(".NET Timer"));
    let step = world.pinvoke(Origin::User, "Orders.Native.sqlite3_step", "sqlite3", "sqlite3_step");
    let prepare = world.pinvoke(Origin::User, "Orders.Native.Prepare", "sqlite3", "sqlite3_prepare_v2");
    let errno = TargetDescription {
        suppress_gc_transition: true,
        origin: Origin::CoreLib,
        library: Some("libSystem.Native".into()),
        symbol: Some("SystemNative_GetErrNo".into()),
        ..TargetDescription::named(TargetKind::PInvoke, "Interop+Sys.GetErrNo")
    };
    let errno = world.bind(errno);
    let wait = world.pinvoke(
        Origin::CoreLib,
        "Interop+Sys.LowLevelMonitor_TimedWait",
        "libSystem.Native",
        "SystemNative_LowLevelMonitor_TimedWait",
    );
    let collate = TargetDescription {
        origin: Origin::User,
        assembly: Some("Orders.dll".into()),
        ..TargetDescription::named(TargetKind::Delegate, "Orders.Collation.Invoke")
    };
    let collate = world.bind(collate);

    world.call(&main, prepare, 20_000);
    for _ in 0..1_000 {
        world.leave(&main, step);
        world.pass(300);
        for _ in 0..3 {
            world.reverse_enter(&main, collate);
            world.pass(100);
            world.reverse_leave(&main, collate);
        }
        world.pass(400);
        world.enter(&main, step);
        world.call(&main, errno, 8);
    }
    world.leave(&timer, wait);
    world.pass(2_300_000_000);
    world
}

/// A world in which everything happened that a report can tell, and its context.
pub fn everything() -> (World, ReportContext) {
    let world = orders();
    let failing = world.thread(4720, Some("failing"));
    let pointer = world.bind(TargetDescription::named(TargetKind::FunctionPointer, "(function pointer)"));
    let exit = world.pinvoke(Origin::User, "Orders.Native.Exit", "libpthread", "pthread_exit");
    let entry = world.bind(TargetDescription {
        origin: Origin::User,
        ..TargetDescription::named(TargetKind::UnmanagedCallersOnly, "Orders.Entry.Main")
    });
    world.call(&failing, pointer, 70);
    world.enter(&failing, exit);
    world.leave(&failing, exit);
    world.reverse_leave(&failing, entry);
    world.reverse_enter(&failing, entry);
    world.leave(&failing, pointer);
    world.boundary.end_task(failing);
    let host = HostOutcome {
        shut: true,
        failures: 2,
        kept: vec![
            HostFailure { method: "LeaveRuntime", hresult: Hresult(0x8007_0057_u32 as i32), panic: None },
            HostFailure {
                method: "EnterRuntime",
                hresult: Hresult::E_FAIL,
                panic: Some("lost my scheduler".into()),
            },
        ],
        denied: denied(),
    };
    let policy = Some(policy("enforce"));
    (world, ReportContext { host: Some(host), policy, lost: 3, drift_ppm: Some(2500.0), ..context() })
}

/// A target that a host denied, and that was tried twice.
fn denied() -> Vec<Arc<DeniedTarget>> {
    struct Denies;
    impl TaskManager for Denies {}
    let layer = HostingLayer::new(Box::new(Denies), |_| {});
    let mut target = TargetDescription::named(TargetKind::PInvoke, "Orders.Native.Fork");
    target.library = Some("libc".into());
    target.symbol = Some("fork".into());
    let denied = layer.denied(target, "no children".into());
    denied.attempted();
    denied.attempted();
    layer.denied_targets()
}

/// A policy that has something to say of [`orders`], in the mode it is given.
pub fn policy(mode: &str) -> Arc<Violations> {
    let text = format!(
        r#"
version = 1
mode = "{mode}"
default = "deny"

[[rule]]
name = "no shells"
action = "deny"
symbol = ["system", "exec*"]

[[rule]]
action = "allow"
symbol = "sqlite3_prepare_v?"
budget = "15 us"

[[rule]]
name = "own code"
action = "allow"
assembly = "Orders.dll"

[[rule]]
action = "allow"
library = "libm"
"#
    );
    let policy = Policy::parse(&text, "orders.toml").unwrap();
    let violations = Violations::new(Arc::new(policy));
    let shell = Subject {
        library: Some("libc"),
        symbol: Some("system"),
        method: Some("Orders.Native.Shell"),
        assembly: Some("Orders.dll"),
        ..Subject::default()
    };
    violations.at_bind(&shell);
    violations.at_bind(&shell);
    Arc::new(violations)
}

/// A snapshot with rows that take much to bring about: threads added up, a thread read in motion, refused targets,
/// brackets too deep to be kept.
pub fn everything_report() -> Report {
    let (world, context) = everything();
    let mut snapshot = world.boundary.snapshot();
    let mut folded = snapshot.tasks[0].clone();
    folded.tasks = 5_000;
    folded.open.clear();
    snapshot.folded_tasks = Some(folded);
    snapshot.tasks[0].settled = false;
    snapshot.tasks[0].lost = 1;
    snapshot.refused_targets = 2;
    Report::new(&snapshot, context)
}
