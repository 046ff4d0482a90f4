//! The one runtime of the process, as the hosting API sees it: bound, started, stopped.
//!
//! Which configuration it gets: the host configuration file, if the host named one; else `HOST.runtimeconfig.json` beside the
//! host's executable; else `ASSEMBLY.runtimeconfig.json` beside the first assembly that is executed; else none, which is the
//! newest installed runtime that fits the version asked for. In the first two cases `Start` starts the runtime. Otherwise
//! `Start` makes sure that there is one to start, and the first call that needs it brings it up, since only that call names
//! the assembly.

use crate::host_control::HostManagers;
use crate::host_gc_manager::HostGcManager;
use crate::host_task_manager::{HostTaskManager, NoTaskManager};
use crate::installed;
use crate::version::Wanted;
use clrhost::{Error, Host, HostResult, Hresult, Runtime, Tasks, Timing};
use clrhost_abi::hosting::{STARTUP_CONCURRENT_GC, STARTUP_SERVER_GC};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, ThreadId};

/// What a host has said so far.
pub(crate) struct State {
    pub(crate) wanted: Wanted,
    pub(crate) host_config: Option<PathBuf>,
    pub(crate) flags: u32,
    /// Limit of generation 0 in bytes, if a host set one.
    pub(crate) gen0_limit: Option<usize>,
    /// `Start` calls that no `Stop` has ended.
    pub(crate) starts: u32,
    pub(crate) was_started: bool,
    pub(crate) has_host_control: bool,
    /// The host is under test: there is no CoreCLR, and none is to be started.
    pub(crate) is_under_test: bool,
    managers: Option<HostManagers>,
    phase: Phase,
    /// Why the runtime did not come up, if it was tried. A process cannot try twice.
    failure: Option<Hresult>,
}

enum Phase {
    Down,
    /// This thread is bringing the runtime up.
    Rising(ThreadId),
    Up,
}

static STATE: Mutex<State> = Mutex::new(State {
    wanted: Wanted::Newest,
    host_config: None,
    flags: STARTUP_CONCURRENT_GC as u32,
    gen0_limit: None,
    starts: 0,
    was_started: false,
    has_host_control: false,
    is_under_test: false,
    managers: None,
    phase: Phase::Down,
    failure: None,
});
static RISEN: Condvar = Condvar::new();
static RUNTIME: OnceLock<Started> = OnceLock::new();

/// A runtime that runs.
struct Started(Runtime);

// SAFETY: made only after `Runtime::start_now`, and used only for the methods that may then be shared, as it says.
unsafe impl Send for Started {}
// SAFETY: as above.
unsafe impl Sync for Started {}

/// What was said so far. Not to be held while the host or the runtime is called.
pub(crate) fn state() -> MutexGuard<'static, State> {
    // The data is valid between any two statements, so a holder's panic does not spoil it.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The runtime, if it is up.
pub(crate) fn runtime() -> Option<&'static Runtime> {
    RUNTIME.get().map(|started| &started.0)
}

/// The runtime's tasks; `Err(HOST_E_CLRNOTAVAILABLE)` before there is a runtime.
pub(crate) fn tasks() -> HostResult<Tasks> {
    Tasks::of_process().ok_or(Hresult::HOST_E_CLRNOTAVAILABLE)
}

/// `Start`: `Err(S_FALSE)` if it was started before.
pub(crate) fn start() -> HostResult {
    let (wanted, config) = {
        let mut state = state();
        if state.is_under_test {
            tell("a host under test does not start the runtime: `clrhost check` does what a runtime would");
            return Err(Hresult::HOST_E_INVALIDOPERATION);
        }
        state.starts += 1;
        if state.starts > 1 {
            return Err(Hresult::S_FALSE);
        }
        (state.wanted.clone(), state.config())
    };
    let started = match config {
        Some(_) => bring_up(None).map(drop),
        None if runtime().is_some() || installed::newest(&wanted).is_some() => Ok(()),
        None => {
            tell("no installed .NET fits; `clrhost doctor` says where it was looked for");
            Err(Hresult::CLR_E_SHIM_RUNTIMELOAD)
        }
    };
    let mut state = state();
    match started {
        Ok(()) => state.was_started = true,
        Err(_) => state.starts -= 1,
    }
    started
}

/// `Stop`: `Err(S_FALSE)` while other starts are open. CoreCLR cannot be stopped: threads run on, and managed calls
/// answer `HOST_E_CLRNOTAVAILABLE` until the next `Start`.
pub(crate) fn stop() -> HostResult {
    let mut state = state();
    match state.starts {
        0 => Err(Hresult::E_UNEXPECTED),
        1 => {
            state.starts = 0;
            Ok(())
        }
        _ => {
            state.starts -= 1;
            Err(Hresult::S_FALSE)
        }
    }
}

/// The managers that the host gave, to be used when the runtime is brought up. `Err(E_ACCESSDENIED)` if that is too late.
pub(crate) fn set_managers(managers: HostManagers) -> HostResult {
    let mut state = state();
    if state.was_started || !matches!(state.phase, Phase::Down) {
        return Err(Hresult::E_ACCESSDENIED);
    }
    state.managers = Some(managers);
    Ok(())
}

/// The managers that the host gave, as they are called.
pub(crate) fn take_managers() -> (Option<HostTaskManager>, Option<HostGcManager>) {
    let managers = state().managers.take().unwrap_or_default();
    (managers.tasks.map(HostTaskManager::new), managers.gc.map(HostGcManager::new))
}

/// The runtime, for a call that runs managed code: brought up if need be. `Err(HOST_E_CLRNOTAVAILABLE)` before `Start` and
/// after `Stop`.
pub(crate) fn started_runtime(assembly: Option<&Path>) -> HostResult<&'static Runtime> {
    crate::entry::check_available()?;
    if state().starts == 0 {
        return Err(Hresult::HOST_E_CLRNOTAVAILABLE);
    }
    bring_up(assembly)
}

fn bring_up(assembly: Option<&Path>) -> HostResult<&'static Runtime> {
    let mut waiting = state();
    loop {
        match waiting.phase {
            Phase::Up => return runtime().ok_or(Hresult::HOST_E_CLRNOTAVAILABLE),
            // The host calls from inside a call of the runtime that is just starting.
            Phase::Rising(thread) if thread == thread::current().id() => {
                return Err(Hresult::HOST_E_INVALIDOPERATION);
            }
            Phase::Rising(_) => waiting = RISEN.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            Phase::Down => break,
        }
    }
    waiting.phase = Phase::Rising(thread::current().id());
    let plan = Plan::make(&mut waiting, assembly);
    drop(waiting);
    let risen = plan.carry_out();
    let mut state = state();
    let result = match risen {
        Ok(runtime) => {
            state.phase = Phase::Up;
            Ok(&RUNTIME.get_or_init(|| Started(runtime)).0)
        }
        Err(hresult) => {
            state.phase = Phase::Down;
            Err(*state.failure.get_or_insert(hresult))
        }
    };
    drop(state);
    RISEN.notify_all();
    result
}

impl State {
    /// The configuration that is known without an assembly.
    fn config(&self) -> Option<PathBuf> {
        self.host_config.clone().or_else(|| {
            let host = std::env::current_exe().ok()?;
            existing(
                host.with_file_name(format!("{}.runtimeconfig.json", host.file_name()?.to_string_lossy())),
            )
        })
    }
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

/// How the runtime is to be brought up.
struct Plan {
    config: Option<PathBuf>,
    wanted: Wanted,
    managers: Option<HostManagers>,
    has_host_control: bool,
    properties: Vec<(&'static str, String)>,
}

impl Plan {
    fn make(state: &mut State, assembly: Option<&Path>) -> Plan {
        let beside = |assembly: &Path| existing(assembly.with_extension("runtimeconfig.json"));
        let mut properties = Vec::new();
        if state.flags & STARTUP_SERVER_GC as u32 != 0 {
            properties.push(("System.GC.Server", "true".to_owned()));
        }
        if state.flags & STARTUP_CONCURRENT_GC as u32 == 0 {
            properties.push(("System.GC.Concurrent", "false".to_owned()));
        }
        if let Some(limit) = state.gen0_limit {
            // CoreCLR reads it as a hexadecimal number.
            properties.push(("System.GC.Gen0Size", format!("{limit:x}")));
        }
        Plan {
            config: state.config().or_else(|| assembly.and_then(beside)),
            wanted: state.wanted.clone(),
            managers: state.managers.take(),
            has_host_control: state.has_host_control,
            properties,
        }
    }

    fn carry_out(self) -> HostResult<Runtime> {
        let mut host = Host::builder().timing(Timing::Counted);
        for (name, value) in self.properties {
            host = host.runtime_property(name, value);
        }
        let managers = self.managers.unwrap_or_default();
        host = match managers.tasks {
            Some(tasks) => host.task_manager(HostTaskManager::new(tasks)),
            // A host that takes part may ask for tasks even if it has none of its own.
            None if self.has_host_control => host.task_manager(NoTaskManager),
            None => host.without_hooks(),
        };
        if let Some(gc) = managers.gc {
            host = host.gc_manager(HostGcManager::new(gc));
        }
        let started = match &self.config {
            Some(config) => host.start(config),
            None => host.start_newest(self.wanted.prefix()),
        };
        let started = started.and_then(|runtime| runtime.start_now().map(|()| runtime));
        started.map_err(|error| {
            // Of a second attempt there is nothing to tell that the first has not.
            if !matches!(error, Error::AlreadyStarted) {
                tell(&error.to_string());
            }
            error.hresult().unwrap_or(Hresult::CLR_E_SHIM_RUNTIMELOAD)
        })
    }
}

/// An HRESULT says little, and the API has no place for the rest.
fn tell(error: &str) {
    // Where stderr is closed nobody is left to tell; `eprintln!` would panic.
    let _ = writeln!(std::io::stderr(), "libmscoree: {error}");
}
