//! Whether a thread waits or runs, so that one step ends before the next begins.

/// What can be told of a thread at one moment. Two equal looks at a waiting thread, some time apart, say that it waited all the
/// while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) waits: bool,
    switches: u64,
}

/// The operating system's id of the calling thread.
#[cfg(target_os = "linux")]
pub(crate) fn current_id() -> u64 {
    // SAFETY: it has no precondition.
    unsafe { libc::gettid() as u64 }
}

/// The same for a system that has no such look: 0.
#[cfg(not(target_os = "linux"))]
pub(crate) fn current_id() -> u64 {
    0
}

/// Looks at a thread of this process. `None` if it is gone, or where the system does not tell; it then counts as running
/// until the patience of whoever asks is over.
pub(crate) fn look(thread: u64) -> Option<Look> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let status = std::fs::read_to_string(format!("/proc/self/task/{thread}/status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let waits = field("State:").is_some_and(|state| state.starts_with(['S', 'D']));
    let count = |name: &str| field(name).and_then(|count| count.parse::<u64>().ok());
    let switches = count("voluntary_ctxt_switches:")? + count("nonvoluntary_ctxt_switches:")?;
    Some(Look { waits, switches })
}

/// Bytes of stack of the calling thread; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn stack_size() -> Option<usize> {
    let mut size = 0;
    // SAFETY: all-zero is a valid value to be written over; the attributes are those of the calling thread, and are given back.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let result = libc::pthread_attr_getstacksize(&attributes, &mut size);
        libc::pthread_attr_destroy(&mut attributes);
        (result == 0).then_some(size)
    }
}

/// Not told.
#[cfg(not(target_os = "linux"))]
pub(crate) fn stack_size() -> Option<usize> {
    None
}
