//! Each thread's own part: the right to move its task.
//!
//! The state hangs on a plain thread-local pointer without a destructor, so reading it is one instruction and works at
//! any time in a thread's life. A pthread key tells when the thread ends, `pthread_exit` inside native code included;
//! crossings that come after that (from other destructors) begin a new task, whose state the key's destructor frees in
//! its next round.

use crate::arch::thunk::set_thunk_cells;
use crate::entry::ErrnoGuard;
use crate::probe::Probe;
use crate::say::say;
use clrhost_abi::Hresult;
use clrhost_boundary::{Task, TaskIdentity, TaskOwner};
use std::cell::Cell;
use std::ffi::c_void;
use std::ops::Range;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A thread's task.
pub(crate) struct ThreadState {
    probe: &'static Probe,
    owner: TaskOwner,
    /// Where the thread has its `errno`.
    errno: *mut libc::c_int,
    /// The last told call that came by a stop which was awaited gave what managed code has yet to keep.
    pub(crate) was_given: Cell<bool>,
}

thread_local! {
    static CURRENT: Cell<*const ThreadState> = const { Cell::new(ptr::null()) };
    /// The thread is clrhost's own: its crossings count, the host is not told.
    static INTERNAL: Cell<bool> = const { Cell::new(false) };
    /// There was no memory for the thread's task. It gets none later either: with brackets that nobody saw begin, its numbers would not
    /// add up.
    static WITHOUT_TASK: Cell<bool> = const { Cell::new(false) };
}

/// Makes the calling thread one of clrhost's own. To be called before its first crossing.
pub(crate) fn mark_internal() {
    INTERNAL.set(true);
}

/// The calling thread's task, if it has one. Takes no lock and does not allocate.
pub(crate) fn current_task() -> Option<Arc<Task>> {
    current().map(|state| state.owner.task().clone())
}

/// Ends the calling thread's task, if it has one, before the thread ends. A crossing that comes later begins a new one.
pub(crate) fn end_current(probe: &'static Probe) {
    let Some(state) = current() else { return };
    if state.owner.task().depth() > 0 {
        // The thread is inside of thunks, which return to what the task's brackets say: those must not become another task's,
        // and a task that somebody holds keeps them.
        std::mem::forget(state.owner.task().clone());
    }
    let state = ptr::from_ref(state).cast_mut();
    // SAFETY: takes the value away from the key's destructor, so that `end` runs once.
    unsafe {
        libc::pthread_setspecific(probe.exit_key(), ptr::null());
        end(state.cast());
    }
}

impl ThreadState {
    #[inline(always)]
    pub(crate) fn probe(&self) -> &'static Probe {
        self.probe
    }

    #[inline(always)]
    pub(crate) fn owner(&self) -> &TaskOwner {
        &self.owner
    }

    /// Keeps the thread's `errno` until the guard is dropped.
    #[inline(always)]
    pub(crate) fn keep_errno(&self) -> ErrnoGuard {
        // SAFETY: a state is only had on its own thread.
        unsafe { ErrnoGuard::at(self.errno) }
    }
}

/// The calling thread's state, if it has one. Not to be kept beyond the crossing.
#[inline(always)]
pub(crate) fn current<'a>() -> Option<&'a ThreadState> {
    // SAFETY: the pointer came from `start` on this thread and is replaced by null before it is freed in `end`, which
    // runs on this thread too and not inside a crossing.
    unsafe { CURRENT.get().as_ref() }
}

/// Runs `body` with the calling thread's state, made now at the thread's first crossing. `false` if that is impossible.
pub(crate) fn with_current(probe: &'static Probe, body: impl FnOnce(&ThreadState)) -> bool {
    let state = current().or_else(|| {
        if !WITHOUT_TASK.get() {
            WITHOUT_TASK.set(!start(probe));
        }
        current()
    });
    state.map(body).is_some()
}

/// False if the system refuses what a task needs.
#[cold]
fn start(probe: &'static Probe) -> bool {
    let runtime_thread_id = probe.current_runtime_thread_id();
    let identity = TaskIdentity {
        os_thread_id: os_thread_id(),
        runtime_thread_id,
        stack: stack_bounds(),
        name: probe.thread_name(runtime_thread_id).or_else(|| os_thread_name(os_thread_id())),
    };
    let Some(owner) = probe.boundary().try_start_task(identity, !INTERNAL.get()) else { return false };
    let state = Box::into_raw(Box::new(ThreadState {
        probe,
        owner,
        // SAFETY: has no precondition.
        errno: unsafe { libc::__errno_location() },
        was_given: Cell::new(false),
    }));
    // SAFETY: the key was made by `new_exit_key`, and the value is what its destructor expects.
    if unsafe { libc::pthread_setspecific(probe.exit_key(), state.cast()) } != 0 {
        // SAFETY: just made, and nobody else has it.
        let state = unsafe { Box::from_raw(state) };
        probe.boundary().end_task(state.owner);
        return false;
    }
    CURRENT.set(state);
    // SAFETY: just made; freed only by `end`, on this thread.
    let owner = unsafe { &(*state).owner };
    if runtime_thread_id == 0 {
        owner.set_made_by_native_code();
    }
    owner.set_source(state as usize);
    set_thunk_cells(owner.cells().as_ptr() as usize);
    true
}

/// Makes the key whose destructor ends a thread's task.
pub(crate) fn new_exit_key() -> std::io::Result<libc::pthread_key_t> {
    let mut key = 0;
    // SAFETY: the key is writable, and the destructor takes what `start` stores.
    match unsafe { libc::pthread_key_create(&mut key, Some(end)) } {
        0 => Ok(key),
        error => Err(std::io::Error::from_raw_os_error(error)),
    }
}

/// # Safety
/// `state` came from `start` on this thread.
// SAFETY: called by the C library at the end of the thread, with the value of the key, once.
unsafe extern "C" fn end(state: *mut c_void) {
    let _ = crate::entry::guarded("the end of a thread", || {
        CURRENT.set(ptr::null());
        set_thunk_cells(0);
        // SAFETY: the caller's duty; `CURRENT` no longer leads to it.
        let state = unsafe { Box::from_raw(state.cast::<ThreadState>()) };
        let task = state.owner.task();
        if let Some(name) = state.probe.thread_name(task.runtime_thread_id()) {
            task.set_name(Some(name));
        } else if task.name().is_none() {
            task.set_name(os_thread_name(task.os_thread_id()));
        }
        task.abort().ends();
        state.probe.managed_threads().end(task);
        wait_for_aborter(task);
        state.probe.boundary().end_task(state.owner);
        Hresult::S_OK
    });
}

/// Keeps the thread from ending while somebody is aborting it. The runtime sends a signal to a thread that it aborts, without asking
/// whether that is still there; with one that is gone that ends the process. As the thread is dead to the runtime by now, it notices
/// that at its next look, within some ten milliseconds.
fn wait_for_aborter(task: &Task) {
    /// The limit keeps the thread from hanging for good where the runtime does not come to look. On a machine that is far too busy it
    /// may take many seconds to.
    const PATIENCE: Duration = Duration::from_secs(120);
    let began = Instant::now();
    while !task.abort().leave_gate() {
        if began.elapsed() > PATIENCE {
            return say(format_args!(
                "thread {} ends while the runtime still aborts it",
                task.os_thread_id()
            ));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn os_thread_id() -> u64 {
    // SAFETY: gettid has no precondition and cannot fail.
    unsafe { libc::gettid() as u64 }
}

/// The name the operating system knows a thread of this process by, unless it is the process's own, which threads
/// inherit when nobody names them. The first thread is called `main`.
pub(crate) fn os_thread_name(thread: u64) -> Option<String> {
    let process = u64::from(std::process::id());
    if thread == process {
        return Some("main".to_owned());
    }
    let name_of = |thread| {
        let name = std::fs::read_to_string(format!("/proc/self/task/{thread}/comm")).ok()?;
        Some(name.trim_end().to_owned())
    };
    let name = name_of(thread)?;
    (Some(&name) != name_of(process).as_ref()).then_some(name)
}

/// Addresses of the calling thread's stack; empty where the C library cannot tell.
pub(crate) fn stack_bounds() -> Range<usize> {
    // SAFETY: `attributes` is initialised by pthread_getattr_np where that succeeds, and destroyed once.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return 0..0;
        }
        let (mut lowest, mut size) = (ptr::null_mut(), 0);
        let found = libc::pthread_attr_getstack(&attributes, &mut lowest, &mut size) == 0;
        libc::pthread_attr_destroy(&mut attributes);
        if found { lowest as usize..lowest as usize + size } else { 0..0 }
    }
}

/// Counts a crossing that no task could take.
pub(crate) fn lost(probe: &Probe) {
    probe.lost.fetch_add(1, Ordering::Relaxed);
}
