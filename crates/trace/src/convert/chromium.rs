//! Trace events as JSON, one on each line.

use super::json::{Json, Microseconds};
use super::names;
use super::nesting::by_thread;
use crate::model::{OPEN, Recording};
use std::collections::HashSet;
use std::io::{self, Write};

/// Numbers of the tracks beside threads: more than Linux gives to threads.
const PAUSES: u64 = 1 << 30;
const COLLECTIONS: u64 = PAUSES + 1;
/// Of threads whose own number another one had before.
const MORE_THREADS: u64 = PAUSES + 2;

pub fn write(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    let pid = recording.origin.pid;
    let targets: Vec<_> = recording.targets.iter().map(Fields::of).collect();
    let mut taken = HashSet::new();
    let tids: Vec<u64> = (MORE_THREADS..)
        .zip(&recording.threads)
        .map(|(other, thread)| {
            let own = thread.os_thread_id;
            if own != 0 && own < PAUSES && taken.insert(own) { own } else { other }
        })
        .collect();

    writeln!(out, "{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
    let process = names::of_process(&recording.origin);
    write!(
        out,
        "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{pid},\"tid\":0,\"args\":{{\"name\":{}}}}}",
        Json(&process)
    )?;
    let threads = recording.threads.iter().map(names::of_thread).zip(tids.iter().copied());
    let others = [("pauses of the runtime", PAUSES), ("garbage collections", COLLECTIONS)];
    for (name, tid) in threads.chain(others.map(|(name, tid)| (name.to_owned(), tid))) {
        write!(
            out,
            ",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{pid},\"tid\":{tid},\"args\":{{\"name\":{}}}}}",
            Json(&name)
        )?;
    }

    for (thread, calls) in by_thread(recording) {
        let tid = tids[thread as usize];
        for call in calls {
            let Fields { name_and_category, args } = &targets[call.call.target as usize];
            let began = Microseconds(call.call.began_ns);
            let duration = Microseconds(call.end_ns - call.call.began_ns);
            let open = if call.is_open() { ",\"returned\":false" } else { "" };
            write!(
                out,
                ",\n{{\"ph\":\"X\",{name_and_category},\"pid\":{pid},\"tid\":{tid},\"ts\":{began},\"dur\":{duration},\"args\":{{{args}{open}}}}}"
            )?;
        }
    }

    let end = |began_ns: u64, duration_ns: u64| match duration_ns {
        OPEN => recording.until_ns.max(began_ns) - began_ns,
        duration_ns => duration_ns,
    };
    for pause in &recording.pauses {
        write!(
            out,
            ",\n{{\"ph\":\"X\",\"name\":{},\"cat\":\"pause\",\"pid\":{pid},\"tid\":{PAUSES},\"ts\":{},\"dur\":{},\"args\":{{\"stopping_ns\":{}}}}}",
            Json(names::of_pause(pause)),
            Microseconds(pause.began_ns),
            Microseconds(end(pause.began_ns, pause.duration_ns)),
            pause.stopping_ns
        )?;
    }
    for collection in &recording.collections {
        write!(
            out,
            ",\n{{\"ph\":\"X\",\"name\":{},\"cat\":\"gc\",\"pid\":{pid},\"tid\":{COLLECTIONS},\"ts\":{},\"dur\":{},\"args\":{{\"induced\":{}}}}}",
            Json(&names::of_collection(collection.generation)),
            Microseconds(collection.began_ns),
            Microseconds(end(collection.began_ns, collection.duration_ns)),
            collection.induced
        )?;
    }
    for loss in &recording.losses {
        // Of one thread, or of the process.
        let (tid, scope) = loss.thread.map_or((0, 'p'), |thread| (tids[thread as usize], 't'));
        write!(
            out,
            ",\n{{\"ph\":\"i\",\"name\":\"calls lost\",\"cat\":\"loss\",\"s\":\"{scope}\",\"pid\":{pid},\"tid\":{tid},\"ts\":{},\"args\":{{\"calls\":{}}}}}",
            Microseconds(loss.until_ns),
            loss.calls
        )?;
    }
    let origin = &recording.origin;
    writeln!(
        out,
        "\n],\"otherData\":{{\"clrhost\":{},\"runtime\":{},\"source\":{},\"began_unix_ns\":{}}}}}",
        Json(&origin.clrhost_version),
        Json(&origin.runtime),
        Json(&origin.source),
        Json(&origin.began_unix_ns.to_string())
    )
}

/// What all calls of a target have in common, as JSON.
struct Fields {
    name_and_category: String,
    args: String,
}

impl Fields {
    fn of(target: &crate::model::Target) -> Fields {
        let category = names::of_direction(target.direction);
        let mut args = format!("\"method\":{}", Json(&target.method));
        for (key, value) in [("assembly", &target.assembly), ("file", &target.file)] {
            if let Some(value) = value {
                args += &format!(",\"{key}\":{}", Json(value));
            }
        }
        Fields {
            name_and_category: format!("\"name\":{},\"cat\":\"{category}\"", Json(&names::of_target(target))),
            args,
        }
    }
}
