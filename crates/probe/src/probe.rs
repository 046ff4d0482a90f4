//! The probe: one object for the process, which the runtime knows as its profiler.

use crate::activation::{Activation, ProbeError, check_environment};
use crate::arch::thunk::dlsym_entry;
use crate::bindings::Bindings;
use crate::callback::{Vtbl, vtbl};
use crate::callbacks::Callbacks;
use crate::class_factory;
use crate::clock::ProbeClock;
use crate::forwarder::Forwarder;
use crate::imports::Library;
use crate::info::ProfilerInfo;
use crate::inlining::Inlining;
use crate::lookups::Places;
use crate::managed_threads::ManagedThreads;
use crate::names::{Direction, Names};
use crate::pauses::Pauses;
use crate::pinvokes::PInvokes;
use crate::rewrite::{Rewritten, Wanted};
use crate::say;
use crate::suspension::Suspensions;
use crate::thread_state::{self, new_exit_key, os_thread_name, with_current};
use crate::threads;
use crate::thunk::code_for;
use crate::versions::Edition;
use clrhost_abi::Hresult;
use clrhost_boundary::{
    Boundary, DeniedTarget, Gate, GcManager, HostFailure, HostingLayer, Origin, Snapshot, TargetId, Task,
    TaskManager,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{CStr, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// What is done at a crossing besides calling a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Timing {
    /// Crossings are counted and timed, with a histogram per target.
    #[default]
    Timed,
    /// Crossings are counted.
    Counted,
    /// Nothing: the runtime calls us and we return. Shows what the runtime's own part costs.
    Empty,
}

/// How crossings are seen (docs/sources.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Code of ours stands between caller and function.
    #[default]
    Thunks,
    /// The runtime reports them, under `COR_PRF_MONITOR_CODE_TRANSITIONS`.
    Flag,
}

/// How the probe is to work.
#[derive(Default)]
pub struct ProbeConfig {
    /// How crossings are seen; `None` for what is best: thunks where they were [verified](crate::versions), else the flag, as beside
    /// another profiler.
    pub source: Option<Source>,
    /// What is done at a crossing.
    pub timing: Timing,
    /// Times are taken with the system's clock even where the processor's counter is steady. For those who trust the one and
    /// not the other; crossings get dearer.
    pub system_clock: bool,
    /// The host to call, if any.
    pub host: Option<Box<dyn TaskManager>>,
    /// Whom to tell of suspensions, if anybody.
    pub gc: Option<Box<dyn GcManager>>,
    /// Suspensions and collections are noted, for [`Probe::take_noted`].
    pub pauses: bool,
    /// What decides about native functions before the host does, if anything. Needs [`Source::Thunks`].
    pub gate: Option<Box<dyn Gate>>,
    /// The runtime has another profiler. The probe joins those that only listen, which a runtime may have any number of from .NET 6 on.
    /// They may change no code, so only [`Source::Flag`] works.
    pub beside_another: bool,
}

/// How far the runtime has come with its profiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// The runtime has not asked for the profiler yet.
    Waiting,
    /// Crossings are reported.
    Attached,
    /// The runtime refused what the profiler asked for.
    Refused(Hresult),
}

/// Everything counted so far, with what is needed to read it.
pub struct ProbeSnapshot {
    /// The numbers, in ticks.
    pub snapshot: Snapshot,
    /// Length of a tick in nanoseconds.
    pub ns_per_tick: f64,
    /// By how many millionths that changed over the run; `None` where it cannot be told.
    pub drift_ppm: Option<f64>,
    /// Nanoseconds since the probe was made.
    pub wall_ns: u64,
    /// Crossings that no task could take: seen, but in none of the other numbers.
    pub lost: u64,
    /// Version of the runtime as it tells it to profilers: major, minor, build.
    pub runtime_version: Option<(u16, u16, u16)>,
    /// How the agreement with the host stands, where there is one.
    pub host: Option<HostState>,
}

/// How the agreement with the host stands.
pub struct HostState {
    /// The hosting layer was shut by `E_FAIL` or a panic.
    pub shut: bool,
    /// Calls that did not end with `S_OK`.
    pub failures: u64,
    /// The first of them.
    pub kept: Vec<HostFailure>,
    /// Targets that the host denied, the first one first.
    pub denied: Vec<Arc<DeniedTarget>>,
}

/// The process's probe. Lives as long as the process: the runtime may call it until the end.
#[repr(C)]
pub struct Probe {
    /// First, because to the runtime the probe is a COM object.
    vtbl: &'static Vtbl,
    boundary: Boundary<ProbeClock>,
    exit_key: libc::pthread_key_t,
    /// What was asked for, until the runtime is known.
    asked_source: Option<Source>,
    source: OnceLock<Source>,
    timing: Timing,
    hosted: bool,
    beside_another: bool,
    gate: Option<Box<dyn Gate>>,
    /// Crossings that no task could take.
    pub(crate) lost: AtomicU64,
    runtime: OnceLock<Runtime>,
    refused: OnceLock<Hresult>,
    activation: Mutex<Option<(Activation, Forwarder)>>,
    thread_names: Mutex<HashMap<u64, String>>,
    managed_threads: ManagedThreads,
    pub(crate) suspensions: Option<Suspensions>,
    pub(crate) pauses: Option<Pauses>,
    /// What of the runtime could not be changed, in words.
    unhooked: Mutex<Vec<String>>,
    /// Assemblies of the program with code that thunks may not see calls of.
    pointer_callers: Mutex<BTreeSet<String>>,
    threads_redirected: AtomicBool,
    rewritten: Rewritten,
    deliver_abort: OnceLock<DeliverAbort>,
    /// Called when the runtime has taken the probe.
    when_attached: OnceLock<WhenAttached>,
    /// Keys bound so far by the module whose code they stand for.
    keys_of_module: Mutex<HashMap<usize, HashSet<u64>>>,
    places: Places,
    bindings: Bindings,
    callbacks: Callbacks,
    pinvokes: PInvokes,
    /// Code was loaded that may call any pointer in cooperative GC mode.
    suppressed_calls: AtomicBool,
}

/// Stands in where only suspensions are to be told.
struct NoTaskManager;

impl TaskManager for NoTaskManager {}

type DeliverAbort = Box<dyn Fn(Arc<Task>) + Send + Sync>;
type WhenAttached = Box<dyn Fn() + Send + Sync>;

struct Runtime {
    info: ProfilerInfo,
    names: Names,
    inlining: Inlining,
    version: Option<(u16, u16, u16)>,
    edition: Edition,
}

static PROBE: OnceLock<&'static Probe> = OnceLock::new();

impl Probe {
    /// Makes the process's probe and arranges that a CoreCLR started from now on in this process loads it.
    ///
    /// Sets environment variables, which the runtime reads when it starts; they are put back as soon as it has loaded
    /// the probe. So no other thread of the process may be reading the environment through C meanwhile. To be called
    /// once, before the runtime starts.
    pub fn install(config: ProbeConfig) -> Result<&'static Probe, ProbeError> {
        check_environment()?;
        if PROBE.get().is_some() {
            return Err(ProbeError::AlreadyInstalled);
        }
        // What can fail comes first, so that a failure leaves nothing behind.
        let forwarder =
            Forwarder::new(class_factory::DLL_GET_CLASS_OBJECT as usize).map_err(ProbeError::Forwarder)?;
        let probe = Probe::make(config)?;
        let activation = Activation::set(class_factory::CLSID_PROBE, forwarder.path());
        *lock(&probe.activation) = Some((activation, forwarder));
        Ok(probe)
    }

    /// Makes the process's probe for a runtime that somebody else has started, and that has been told of it already.
    pub fn adopt(config: ProbeConfig) -> Result<&'static Probe, ProbeError> {
        Probe::make(config)
    }

    fn make(config: ProbeConfig) -> Result<&'static Probe, ProbeError> {
        let exit_key = new_exit_key().map_err(ProbeError::ThreadKey)?;
        let hosted = config.host.is_some();
        // What the empty callback measures is the price of the flag.
        let asked_source = if config.timing == Timing::Empty { Some(Source::Flag) } else { config.source };
        let host = config.host.or_else(|| config.gc.as_ref().map(|_| Box::new(NoTaskManager) as _));
        let layer = host.map(|host| HostingLayer::new(host, tell_failure));
        let clock = ProbeClock::start(!config.system_clock);
        let in_line = clock.is_counter();
        let probe: &'static Probe = Box::leak(Box::new(Probe {
            vtbl: vtbl(config.timing, hosted, config.beside_another),
            boundary: Boundary::new(layer, clock),
            exit_key,
            asked_source,
            source: OnceLock::new(),
            timing: config.timing,
            hosted,
            beside_another: config.beside_another,
            gate: config.gate,
            lost: AtomicU64::new(0),
            runtime: OnceLock::new(),
            refused: OnceLock::new(),
            activation: Mutex::new(None),
            thread_names: Mutex::new(HashMap::new()),
            managed_threads: ManagedThreads::default(),
            suspensions: config.gc.map(Suspensions::new),
            pauses: config.pauses.then(Pauses::default),
            unhooked: Mutex::new(Vec::new()),
            pointer_callers: Mutex::default(),
            threads_redirected: AtomicBool::new(false),
            rewritten: Rewritten::default(),
            deliver_abort: OnceLock::new(),
            when_attached: OnceLock::new(),
            keys_of_module: Mutex::new(HashMap::new()),
            places: Places::default(),
            bindings: Bindings::new(|purpose| code_for(purpose, config.timing, hosted, in_line)),
            callbacks: Callbacks::default(),
            pinvokes: PInvokes::default(),
            suppressed_calls: AtomicBool::new(false),
        }));
        PROBE.set(probe).map_err(|_| ProbeError::AlreadyInstalled)?;
        Ok(probe)
    }

    /// Puts the environment back as it was, if no runtime has taken the probe yet; none will from now on.
    pub fn deactivate(&self) {
        let taken = lock(&self.activation).take();
        drop(taken);
    }

    /// The process's probe, if there is one.
    pub fn installed() -> Option<&'static Probe> {
        PROBE.get().copied()
    }

    /// # Safety
    /// `this` is the pointer that [`as_this`](Self::as_this) gave.
    #[inline]
    pub(crate) unsafe fn from_this(this: *mut c_void) -> &'static Probe {
        // SAFETY: the caller's duty; a probe is never freed and never borrowed mutably.
        unsafe { &*this.cast::<Probe>() }
    }

    pub(crate) fn as_this(&'static self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// Tasks, targets and the agreement with the host.
    #[inline]
    pub fn boundary(&self) -> &Boundary<ProbeClock> {
        &self.boundary
    }

    /// What is done at a crossing.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// How crossings are seen.
    pub fn source(&self) -> Source {
        self.source.get().copied().or(self.asked_source).unwrap_or_default()
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Whether calls of a pointer may come in cooperative GC mode. Relaxed is enough: the module's code runs after it was
    /// loaded, on whatever thread.
    pub(crate) fn has_suppressed_calls(&self) -> bool {
        self.suppressed_calls.load(Ordering::Relaxed)
    }

    pub(crate) fn gate(&self) -> Option<&dyn Gate> {
        self.gate.as_deref()
    }

    pub(crate) fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    pub(crate) fn callbacks(&self) -> &Callbacks {
        &self.callbacks
    }

    pub(crate) fn pinvokes(&self) -> &PInvokes {
        &self.pinvokes
    }

    /// What the runtime tells; `None` before it runs.
    pub(crate) fn runtime(&self) -> Option<(&ProfilerInfo, &Names)> {
        self.runtime.get().map(|runtime| (&runtime.info, &runtime.names))
    }

    /// Whether the runtime has taken the probe.
    pub fn attachment(&self) -> Attachment {
        match (self.refused.get(), self.runtime.get()) {
            (Some(&hresult), _) => Attachment::Refused(hresult),
            (None, Some(_)) => Attachment::Attached,
            (None, None) => Attachment::Waiting,
        }
    }

    /// The task of the calling thread, if it has one. Takes no lock and does not allocate.
    pub fn current_task(&self) -> Option<Arc<Task>> {
        thread_state::current_task()
    }

    /// The same, made now if there is none. `None` where the system refuses.
    pub fn attach_current_thread(&'static self) -> Option<Arc<Task>> {
        let mut task = None;
        with_current(self, |state| task = Some(state.owner().task().clone()));
        task
    }

    /// Ends the task of the calling thread, which may go on and begin another.
    pub fn end_current_task(&'static self) {
        thread_state::end_current(self);
    }

    /// The calling thread is one of clrhost's own: its crossings count, but the host hears of neither it nor them. To be
    /// called before its first crossing.
    pub fn mark_internal_thread(&self) {
        thread_state::mark_internal();
    }

    /// Takes over a `GCHandle` on the managed object of a task's thread.
    pub fn set_managed_thread(&self, task: &Task, handle: u64) {
        self.managed_threads.add(task, handle);
    }

    /// Runs `f` with the handle on the managed object of a task's thread, which stays good meanwhile. `None` if there is
    /// none, or the task has ended.
    pub fn with_managed_thread<R>(&self, task: &Task, f: impl FnOnce(u64) -> R) -> Option<R> {
        self.managed_threads.with(task, f)
    }

    /// A handle of a task that has ended, for managed code to free.
    pub fn take_dead_thread(&self) -> Option<u64> {
        self.managed_threads.take_dead()
    }

    pub(crate) fn managed_threads(&self) -> &ManagedThreads {
        &self.managed_threads
    }

    /// Says what hands an abort to the runtime; called on any thread, also from inside managed code's calls, so it must
    /// not wait for the abort. The first one stays.
    pub fn set_abort_delivery(&self, deliver: impl Fn(Arc<Task>) + Send + Sync + 'static) {
        let _ = self.deliver_abort.set(Box::new(deliver));
    }

    pub(crate) fn deliver_abort(&self, task: Arc<Task>) {
        match self.deliver_abort.get() {
            Some(deliver) => deliver(task),
            None => task.abort().finished(),
        }
    }

    /// Says what to do when the runtime has taken the probe: called once, on the runtime's thread, before managed code runs. The
    /// first one stays.
    pub fn when_attached(&self, act: impl Fn() + Send + Sync + 'static) {
        let _ = self.when_attached.set(Box::new(act));
    }

    /// Makes the calls of a function by the runtime and by its native class library go to another one, and gives the number of places
    /// changed: 0 if they import no such function. An error before the runtime runs. In a program of a single file both are the
    /// program, and so all its native code is concerned.
    ///
    /// # Safety
    /// `function` has the signature of `symbol` and stays in place until the process ends.
    pub unsafe fn redirect_runtime_imports(
        &self,
        symbol: &CStr,
        function: *const c_void,
    ) -> std::io::Result<usize> {
        let runtime = self.runtime.get().ok_or_else(|| std::io::Error::other("no runtime runs yet"))?;
        let code = runtime.info.code_address();
        let mut libraries = vec![Library::holding(code)?];
        libraries.extend(threads::folder_of(code).and_then(|folder| threads::class_library(&folder)));
        let mut changed = 0;
        for library in libraries {
            // SAFETY: the caller's duty.
            changed += unsafe { library.replace_import(symbol, function)? };
        }
        Ok(changed)
    }

    /// The folder that the runtime lies in. `None` before it runs.
    pub fn runtime_folder(&self) -> Option<PathBuf> {
        self.runtime.get().and_then(|runtime| threads::folder_of(runtime.info.code_address()))
    }

    /// Files of other CoreCLRs that are loaded in this process. They have no probe: there is one for a process. Empty before the runtime
    /// runs.
    pub fn other_runtimes(&self) -> Vec<PathBuf> {
        self.runtime_folder().map_or_else(Vec::new, |folder| threads::others_beside(&folder))
    }

    /// Version of the runtime as it tells it to profilers: major, minor, build. `None` before it runs.
    pub fn runtime_version(&self) -> Option<(u16, u16, u16)> {
        self.runtime.get().and_then(|runtime| runtime.version)
    }

    /// Everything counted so far. Any thread may ask at any time.
    pub fn snapshot(&self) -> ProbeSnapshot {
        for task in self.boundary.registry().live_tasks() {
            let name = self.thread_name(task.runtime_thread_id());
            if let Some(name) = name.or_else(|| os_thread_name(task.os_thread_id())) {
                task.set_name(Some(name));
            }
        }
        let snapshot = self.boundary.snapshot();
        let host = self.boundary.layer().map(|layer| {
            let (failures, kept) = layer.failures();
            HostState { shut: layer.is_shut(), failures, kept, denied: layer.denied_targets() }
        });
        ProbeSnapshot {
            snapshot,
            ns_per_tick: self.boundary.clock().ns_per_tick(),
            drift_ppm: self.boundary.clock().drift_ppm(),
            wall_ns: self.boundary.clock().elapsed_ns(),
            lost: self.lost.load(Ordering::Relaxed) + self.boundary.lost(),
            runtime_version: self.runtime.get().and_then(|runtime| runtime.version),
            host,
        }
    }

    /// Takes the runtime's interface, says which events are wanted, and puts the environment back as it was.
    pub(crate) fn attach(&self, info: ProfilerInfo) -> Hresult {
        // Taken out first: no lock is held while the runtime is called.
        let taken = lock(&self.activation).take();
        if let Some((activation, _forwarder)) = taken {
            // The runtime has copied the environment already, and its copy is the one that managed code sees.
            activation.before().for_each(|(name, value)| info.set_environment_variable(name, value));
        }
        let names = Names::new(&info);
        // Asked now: a report may be made when the runtime is gone already.
        let version = info.runtime_version();
        let folder = threads::folder_of(info.code_address());
        let edition = Edition::new(version, info.has_info11(), folder.as_deref());
        // A gate is passed where thunks are made, and nowhere else. Those need changes of code, which are refused to listeners.
        let best = || {
            if self.beside_another {
                Source::Flag
            } else if self.gate.is_some() {
                Source::Thunks
            } else {
                Source::best_for(edition.series())
            }
        };
        let _ = self.source.set(self.asked_source.unwrap_or_else(best));
        let inlining = Inlining::default();
        let runtime = self.runtime.get_or_init(|| Runtime { info, names, inlining, version, edition });
        if let Some(act) = self.when_attached.get() {
            act();
        }
        if self.is_hosted() && !self.threads_redirected.load(Ordering::Relaxed) {
            // Nobody knew the runtime's folder beforehand. Threads that it has made already stay as they are.
            if let Some(folder) = folder {
                self.redirect_threads(&folder);
            }
        }
        if self.source() == Source::Thunks
            && let Err(error) = redirect_lookups(&runtime.info)
        {
            let what = format!("P/Invokes: the runtime's look-ups of them cannot be redirected: {error}");
            if self.gate.is_some() {
                // Whatever it would deny could be called, and the runtime would run without us if it was refused here.
                say(format_args!(
                    "the policy cannot be enforced, so the process ends before anything runs: {what}"
                ));
                const FAILURE: i32 = 125;
                // SAFETY: ends the process, which has not begun to do what it was started for.
                unsafe { libc::_exit(FAILURE) };
            }
            self.note_unhooked(what);
        }
        let hresult = self.set_event_mask(&runtime.info);
        if hresult.is_failure() {
            self.refuse(hresult);
        }
        hresult
    }

    fn set_event_mask(&self, info: &ProfilerInfo) -> Hresult {
        use clrhost_abi::profiling::monitor::{CACHE_SEARCHES, HIGH_BASIC_GC, SUSPENDS};
        let mut events = event_mask(self.source(), self.timing);
        if self.is_hosted() || self.source() == Source::Thunks {
            events |= CACHE_SEARCHES;
        }
        if self.suspensions.is_some() || self.pauses.is_some() {
            return info.set_event_masks(events | SUSPENDS, HIGH_BASIC_GC);
        }
        if self.is_hosted() || self.deliver_abort.get().is_some() {
            events |= SUSPENDS;
        }
        info.set_event_mask(events)
    }

    /// True with a task manager.
    pub fn is_hosted(&self) -> bool {
        self.hosted
    }

    /// Makes the runtime in this folder ask the host for its threads, where there is one. To be called before the runtime
    /// starts; loads its libraries.
    pub fn redirect_threads(&self, folder: &Path) {
        if self.is_hosted() && !self.threads_redirected.swap(true, Ordering::Relaxed) {
            let failures = threads::redirect(folder);
            lock(&self.unhooked).extend(failures);
        }
    }

    /// What of the runtime could not be changed so that it tells of crossings, or calls the host, in words; empty where
    /// everything could.
    pub fn unhooked(&self) -> Vec<String> {
        let mut unhooked = lock(&self.unhooked).clone();
        if self.places.dotnet_is_linked_in() {
            unhooked.push(
                "P/Invokes of .NET's own native libraries: they are part of the program's file, so nobody looks their \
                 functions up"
                    .to_owned(),
            );
        }
        unhooked
    }

    /// What was not verified about this source and the version of the runtime, in one sentence; `None` where all was, and before
    /// the runtime has taken the probe.
    pub fn unverified(&self) -> Option<String> {
        let is_fallback = self.asked_source.is_none() && self.gate.is_none() && !self.beside_another;
        self.runtime.get()?.edition.unverified(self.source(), is_fallback)
    }

    /// File names of the program's assemblies, loaded so far, that hold calls through pointers to native functions
    /// (`calli`): thunks see those whose pointers came by name and no others. Sorted. Empty with the flag.
    pub fn pointer_callers(&self) -> Vec<String> {
        lock(&self.pointer_callers).iter().cloned().collect()
    }

    /// Adds to what [`unhooked`](Self::unhooked) says.
    pub fn note_unhooked(&self, what: String) {
        let mut unhooked = lock(&self.unhooked);
        // A module may be loaded again and again.
        if unhooked.contains(&what) {
            return;
        }
        unhooked.push(what.clone());
        drop(unhooked);
        if self.gate.is_some() {
            say(format_args!("the policy is not asked everywhere: {what}"));
        }
    }

    /// The runtime has a new thread. Where that is the calling one, its task starts before managed code runs on it.
    pub(crate) fn thread_created(&'static self, thread: u64) {
        if self.current_runtime_thread_id() == thread {
            with_current(self, |_| {});
        }
    }

    pub(crate) fn may_use_precompiled(&self, function: usize) -> bool {
        self.runtime.get().is_none_or(|runtime| self.rewritten.allows_precompiled(&runtime.info, function))
    }

    /// Notes why the runtime does not work with the probe.
    pub(crate) fn refuse(&self, hresult: Hresult) {
        let _ = self.refused.set(hresult);
    }

    pub(crate) fn exit_key(&self) -> libc::pthread_key_t {
        self.exit_key
    }

    pub(crate) fn current_runtime_thread_id(&self) -> u64 {
        self.runtime.get().and_then(|runtime| runtime.info.current_thread_id()).unwrap_or(0)
    }

    /// Finds out what a FunctionID stands for and gives it a number.
    pub(crate) fn bind(&self, key: u64, function: usize, direction: Direction) -> TargetId {
        let Some(runtime) = self.runtime.get() else {
            // The runtime reports crossings only after `attach`.
            return TargetId::OVERFLOW;
        };
        let description = runtime.names.describe(&runtime.info, function, direction);
        if let Some(module) = runtime.info.module_of(function).filter(|_| function != 0) {
            lock(&self.keys_of_module).entry(module).or_default().insert(key);
        }
        self.boundary.bind(key, description)
    }

    /// A key loses its meaning when this module is unloaded.
    pub(crate) fn note_key(&self, place: Option<(usize, u32)>, key: u64) {
        if let Some((module, _)) = place {
            lock(&self.keys_of_module).entry(module).or_default().insert(key);
        }
    }

    /// May the JIT inline this method and still report all crossings?
    pub(crate) fn may_inline(&self, callee: usize) -> bool {
        self.runtime.get().is_none_or(|runtime| runtime.inlining.allows(&runtime.info, callee))
    }

    pub(crate) fn module_loaded(&'static self, module: usize) {
        // Some assembly is loaded late enough, also by the shortest program.
        self.boundary.clock().divide();
        let Some(runtime) = self.runtime.get() else { return };
        if self.source() == Source::Thunks {
            self.pinvokes.module_loaded(module);
        }
        let Some(loaded) = runtime.info.loaded_module(module) else { return };
        let wanted = Wanted {
            hosting: self.is_hosted(),
            callbacks: self.source() == Source::Thunks,
            host_may_block: self.is_hosted(),
        };
        self.rewritten.module_loaded(self, &runtime.info, &runtime.names, (module, &loaded), wanted);
        match self.source() {
            Source::Flag => {
                runtime.inlining.module_loaded(&loaded.path, || runtime.info.module_metadata(module));
            }
            Source::Thunks => {
                let image = loaded.image();
                if self.is_hosted() && image.as_ref().is_some_and(|image| image.has_suppressed_calls()) {
                    self.suppressed_calls.store(true, Ordering::Relaxed);
                }
                if runtime.names.origin_of(&loaded.path) == Origin::User
                    && image.is_some_and(|image| image.calls_through_pointers())
                    && let Some(name) = loaded.path.file_name()
                {
                    lock(&self.pointer_callers).insert(name.to_string_lossy().into_owned());
                }
            }
        }
    }

    /// The FunctionIDs of a module lose their meaning.
    pub(crate) fn module_unloads(&self, module: usize) {
        if let Some(runtime) = self.runtime.get() {
            runtime.inlining.module_unloads();
            self.rewritten.module_unloads(module);
        }
        self.pinvokes.module_unloads(module);
        self.bindings.module_unloads(module);
        let Some(keys) = lock(&self.keys_of_module).remove(&module) else { return };
        self.callbacks.forget_types(|class| keys.contains(&(class as u64 | 1)));
        self.boundary.forget_keys(&keys);
    }

    /// The name that managed code gave a thread.
    pub(crate) fn thread_name(&self, runtime_thread_id: u64) -> Option<String> {
        lock(&self.thread_names).get(&runtime_thread_id).cloned()
    }

    pub(crate) fn thread_named(&self, runtime_thread_id: u64, name: String) {
        for task in self.boundary.registry().live_tasks() {
            if task.runtime_thread_id() == runtime_thread_id {
                task.set_name(Some(name.clone()));
            }
        }
        lock(&self.thread_names).insert(runtime_thread_id, name);
    }

    /// The runtime's thread object goes; its task may outlive it for a moment and takes the name along.
    pub(crate) fn thread_destroyed(&self, runtime_thread_id: u64) {
        let Some(name) = lock(&self.thread_names).remove(&runtime_thread_id) else { return };
        for task in self.boundary.registry().live_tasks() {
            if task.runtime_thread_id() == runtime_thread_id {
                task.set_name(Some(name.clone()));
            }
        }
    }
}

fn event_mask(source: Source, timing: Timing) -> u32 {
    use clrhost_abi::profiling::monitor::{CODE_TRANSITIONS, JIT_COMPILATION, MODULE_LOADS, THREADS};
    match (source, timing) {
        (_, Timing::Empty) => CODE_TRANSITIONS,
        (Source::Flag, _) => CODE_TRANSITIONS | JIT_COMPILATION | THREADS | MODULE_LOADS,
        (Source::Thunks, _) => THREADS | MODULE_LOADS,
    }
}

/// Makes the runtime's look-ups of functions come to us.
fn redirect_lookups(info: &ProfilerInfo) -> std::io::Result<()> {
    let runtime = Library::holding(info.code_address())?;
    // SAFETY: the entry has dlsym's signature, and the code stays.
    match unsafe { runtime.replace_import(c"dlsym", dlsym_entry()) }? {
        0 => Err(std::io::Error::other("it imports no dlsym")),
        _ => Ok(()),
    }
}

fn tell_failure(failure: &HostFailure) {
    let HostFailure { method, hresult, panic } = failure;
    match panic {
        Some(message) => say(format_args!(
            "the host panicked in {method}: {message}; the hosting layer is shut, the application goes on"
        )),
        None if *hresult == Hresult::E_FAIL => {
            say(format_args!(
                "the host answered E_FAIL in {method}; the hosting layer is shut, the application goes on"
            ));
        }
        None => {}
    }
}

/// The data under the probe's locks is valid between any two statements, so a holder's panic does not spoil it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
