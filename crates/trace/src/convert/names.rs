//! How things are called in other programs.

use crate::model::{Direction, Origin, Pause, PauseReason, Recording, Target, Thread};

/// A target: `library!symbol` for a native function where its names are known, else the managed method.
pub fn of_target(target: &Target) -> String {
    match (target.direction, &target.symbol) {
        (Direction::Leave, Some(symbol)) => match library(target) {
            Some(library) => format!("{library}!{symbol}"),
            None => symbol.clone(),
        },
        _ => target.method.clone(),
    }
}

/// All targets of a recording.
pub fn of_targets(recording: &Recording) -> Vec<String> {
    recording.targets.iter().map(of_target).collect()
}

/// The native library: the name of its file, else as declared.
pub fn library(target: &Target) -> Option<&str> {
    let file = target.file.as_deref().and_then(|file| file.rsplit('/').next());
    file.filter(|name| !name.is_empty()).or(target.library.as_deref())
}

/// A thread: its name, else its kind, else its number.
pub fn of_thread(thread: &Thread) -> String {
    let named = thread.name.clone().filter(|name| !name.is_empty()).or_else(|| thread.kind.clone());
    named.unwrap_or_else(|| format!("thread {}", thread.os_thread_id))
}

/// The process: its program, else what it is.
pub fn of_process(origin: &Origin) -> String {
    match origin.command.is_empty() {
        true => format!("process {}", origin.pid),
        false => origin.command.join(" "),
    }
}

/// The direction of a call, as other formats' category.
pub fn of_direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Leave => "native",
        Direction::ReverseEnter => "callback",
    }
}

/// A pause.
pub fn of_pause(pause: &Pause) -> &'static str {
    match pause.reason {
        PauseReason::Other => "threads held",
        PauseReason::GarbageCollection => "threads held for a garbage collection",
        PauseReason::GarbageCollectionPreparation => "threads held to prepare a garbage collection",
        PauseReason::Shutdown => "threads held for the end of the process",
        PauseReason::Debugger => "threads held for a debugger",
        PauseReason::Profiler => "threads held for a profiler",
        PauseReason::Rejit => "threads held to replace compiled code",
    }
}

/// A collection of this generation.
pub fn of_collection(generation: u8) -> String {
    match generation {
        3 => "GC of large objects".to_owned(),
        4 => "GC of pinned objects".to_owned(),
        generation => format!("GC of generation {generation}"),
    }
}
