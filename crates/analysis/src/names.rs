//! What targets and threads are called in sentences and on the page.

use clrhost_trace::{Direction, Target, Thread};

/// "library!symbol" where known, else the method.
pub(crate) fn target(target: &Target) -> String {
    match (target.direction, &target.library, &target.symbol) {
        (Direction::Leave, Some(library), Some(symbol)) => format!("{library}!{symbol}"),
        (Direction::Leave, None, Some(symbol)) => symbol.clone(),
        (Direction::Leave, Some(library), None) => format!("{library}!{}", target.method),
        _ => target.method.clone(),
    }
}

/// "thread 'name' (4711)".
pub(crate) fn thread(thread: &Thread) -> String {
    match &thread.name {
        Some(name) => format!("thread '{name}' ({})", thread.os_thread_id),
        None if thread.kind.as_deref() == Some("main") => {
            format!("the main thread ({})", thread.os_thread_id)
        }
        None => format!("thread {}", thread.os_thread_id),
    }
}

/// A worker of the thread pool, in the words of either the report or the model.
pub(crate) fn is_pool_worker(thread: &Thread) -> bool {
    matches!(thread.kind.as_deref(), Some("thread_pool" | "threadpool_worker"))
}

/// The noun for threads of a kind.
pub(crate) fn kind(kind: &str) -> &'static str {
    match kind {
        "thread_pool" | "threadpool_worker" => "thread-pool worker",
        "main" => "main thread",
        "finalizer" => "finalizer thread",
        "foreign" => "native thread",
        "gc" => "GC thread",
        kind if kind.starts_with("threadpool_") => "thread-pool helper thread",
        _ => "thread",
    }
}

/// Native functions in which .NET's own threads wait until there is work for them: long calls of these are no news.
pub(crate) fn is_idle_wait(target: &Target) -> bool {
    const WAITS: [&str; 4] = [
        "SystemNative_WaitForSocketEvents",
        "SystemNative_LowLevelMonitor_Wait",
        "SystemNative_LowLevelMonitor_TimedWait",
        "SystemNative_ReadEvents",
    ];
    target.kind == "runtime_wait" || target.symbol.as_deref().is_some_and(|symbol| WAITS.contains(&symbol))
}
