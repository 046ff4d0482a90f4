//! The threads for people.

use super::report::{StuckReport, ThreadRow};
use super::stacks::FrameRow;
use crate::live::target_name;
use clrhost::report::{counted, duration, printable};
use clrhost_control::protocol::Direction;
use std::io::{self, Write};

/// Prints them.
pub fn print(out: &mut impl Write, report: &StuckReport) -> io::Result<()> {
    let threads = counted(report.threads.len() as u64, "thread");
    let verb = if report.threads.len() == 1 { "is" } else { "are" };
    let over = match (report.timed, report.over_ns) {
        (true, 1..) => format!(" for longer than {}", duration(report.over_ns as f64)),
        (true, 0) => String::new(),
        (false, _) => " (the process takes no times, so all that are in a call are shown)".to_owned(),
    };
    let of = report.threads_looked_at;
    writeln!(out, "{}: {threads} of {of} {verb} in native code{over}", report.title)?;
    if let Some(why) = &report.no_stacks {
        writeln!(out, "without stacks: {why}")?;
    }
    for thread in &report.threads {
        writeln!(out)?;
        print_thread(out, thread)?;
    }
    Ok(())
}

fn print_thread(out: &mut impl Write, thread: &ThreadRow) -> io::Result<()> {
    let name = thread.name.as_ref().map(|name| format!(" \"{}\"", printable(name))).unwrap_or_default();
    let time = thread.ns.map(|ns| format!(" {}", duration(ns as f64))).unwrap_or_default();
    let doing = match &thread.system_call {
        Some(call) => format!(", waiting in {call}"),
        None if thread.state == "running" => ", running".to_owned(),
        None => String::new(),
    };
    writeln!(out, "thread {}{name}:{time} in {}{doing}", thread.os_thread_id, target_name(&thread.target))?;
    for doubt in &thread.doubts {
        writeln!(out, "  ({})", printable(doubt))?;
    }
    for frame in &thread.frames {
        let (kind, what) = line(frame);
        writeln!(out, "  {kind:<8}{}", printable(&what))?;
    }
    Ok(())
}

fn line(frame: &FrameRow) -> (&'static str, String) {
    match frame {
        FrameRow::Native { function, offset, module, source } => {
            let function = function.as_ref().map_or_else(
                || format!("{module}+{offset:#x}"),
                |name| format!("{name}+{offset:#x} in {module}"),
            );
            let source = source.as_ref().map(|source| format!(" at {source}")).unwrap_or_default();
            ("native", format!("{function}{source}"))
        }
        FrameRow::Managed { method, assembly } => {
            let method = method.as_deref().unwrap_or("(code that the runtime has made)");
            let assembly = assembly.as_ref().map(|assembly| format!(" in {assembly}")).unwrap_or_default();
            ("managed", format!("{method}{assembly}"))
        }
        FrameRow::Border { direction, target, ns } => {
            let time = ns.map(|ns| format!(", for {}", duration(ns as f64))).unwrap_or_default();
            let arrow = match direction {
                Direction::Leave => "--->",
                Direction::ReverseEnter => "<---",
            };
            (arrow, format!("{}{time}", target_name(target)))
        }
        FrameRow::Gap => ("...", "frames that could not be found".to_owned()),
    }
}
