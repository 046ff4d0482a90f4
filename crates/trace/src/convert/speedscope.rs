//! The file format of speedscope: an evented profile for each thread.

use super::json::Json;
use super::names;
use super::nesting::{Edge, by_thread, edges};
use crate::model::Recording;
use std::io::{self, Write};

pub fn write(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":")?;
    write!(out, "{},", Json(&format!("clrhost {}", recording.origin.clrhost_version)))?;
    writeln!(
        out,
        "\"name\":{},\"activeProfileIndex\":{},",
        Json(&names::of_process(&recording.origin)),
        busiest(recording)
    )?;
    write!(out, "\"shared\":{{\"frames\":[")?;
    for (n, target) in recording.targets.iter().enumerate() {
        let separator = if n == 0 { "\n" } else { ",\n" };
        write!(out, "{separator}{{\"name\":{}", Json(&names::of_target(target)))?;
        // Where a profiler names the source: here, the other side of the border.
        write!(out, ",\"file\":{}}}", Json(&place(target)))?;
    }
    write!(out, "]}},\n\"profiles\":[")?;
    let mut separator = "\n";
    for (thread, calls) in by_thread(recording) {
        let name = names::of_thread(&recording.threads[thread as usize]);
        let began = calls.first().map_or(0, |call| call.call.began_ns);
        let end = calls.iter().map(|call| call.end_ns).fold(began, u64::max);
        write!(out, "{separator}{{\"type\":\"evented\",\"name\":{},\"unit\":\"nanoseconds\",", Json(&name))?;
        write!(out, "\"startValue\":{began},\"endValue\":{end},\"events\":[")?;
        separator = "";
        edges(&calls, |edge| {
            let (what, call, at) = match edge {
                Edge::Begin(call) => ('O', call, call.call.began_ns),
                Edge::End(call) => ('C', call, call.end_ns),
            };
            let frame = call.call.target;
            write!(out, "{separator}\n{{\"type\":\"{what}\",\"frame\":{frame},\"at\":{at}}}")?;
            separator = ",";
            io::Result::Ok(())
        })?;
        write!(out, "]}}")?;
        separator = ",\n";
    }
    writeln!(out, "]}}")
}

/// Position of the profile with the most calls.
fn busiest(recording: &Recording) -> usize {
    let threads = recording.calls.chunk_by(|one, next| one.thread == next.thread);
    threads.enumerate().max_by_key(|(_, calls)| calls.len()).map_or(0, |(position, _)| position)
}

fn place(target: &crate::model::Target) -> String {
    match &target.assembly {
        Some(assembly) => format!("{} in {assembly}", target.method),
        None => target.method.clone(),
    }
}
