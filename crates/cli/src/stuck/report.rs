//! What is said of stuck threads, as `--json` prints it: docs/live.md describes the fields.

use super::stacks::{self, FrameRow};
use super::system_call;
use crate::live::title;
use clrhost_control::client::{Error, Process};
use clrhost_control::protocol::{StuckThread, TargetName, ThreadState};
use serde::Serialize;
use std::time::Duration;

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct StuckReport {
    pub schema: &'static str,
    pub pid: u32,
    /// Number and command line, shortened for people.
    #[serde(skip)]
    pub title: String,
    pub command: Vec<String>,
    pub over_ns: u64,
    /// Times are taken in the process. Where not, all threads in native code are listed.
    pub timed: bool,
    /// Threads that were looked at.
    pub threads_looked_at: u64,
    /// Why there are no stacks at all, if so.
    pub no_stacks: Option<String>,
    pub threads: Vec<ThreadRow>,
}

/// One thread.
#[derive(Debug, Serialize)]
pub struct ThreadRow {
    pub id: u64,
    pub os_thread_id: u64,
    pub name: Option<String>,
    /// In the innermost call; null where times are not taken.
    pub ns: Option<u64>,
    /// What was called.
    #[serde(flatten)]
    pub target: TargetName,
    /// "blocked", "running" or "unknown".
    pub state: &'static str,
    /// What it is blocked in.
    pub system_call: Option<String>,
    /// How far the stack can be relied on, in words; empty where it can in full.
    pub doubts: Vec<String>,
    /// Looking at it took so long in the process.
    pub looked_ns: u64,
    /// Innermost first.
    pub frames: Vec<FrameRow>,
}

impl StuckReport {
    /// Asks the process.
    pub fn of(process: &Process, over: Duration) -> Result<StuckReport, Error> {
        let hello = process.hello()?;
        let (mut threads, end) = process.stuck(over)?;
        // The longest first, as it is the one that was asked for.
        threads
            .sort_by_key(|(thread, _)| std::cmp::Reverse(thread.calls.last().and_then(|last| last.call.ns)));
        let mut no_stacks = None;
        let mut walks = match clrhost_unwind::Process::new(process.pid()) {
            Ok(mut unwound) => stacks::walk_all(&mut unwound, process, &threads, end.thunks.0..end.thunks.1),
            Err(error) => {
                no_stacks = Some(format!("the memory of the process cannot be looked at: {error}"));
                Vec::new()
            }
        }
        .into_iter();
        let rows = threads.into_iter().map(|(thread, _)| {
            let walk = walks.next().unwrap_or_else(|| stacks::borders_only(&thread));
            row(thread, walk)
        });
        Ok(StuckReport {
            schema: "clrhost.stuck/1",
            pid: hello.pid,
            title: title(&hello),
            command: hello.command,
            over_ns: over.as_nanos() as u64,
            timed: end.timed,
            threads_looked_at: end.tasks,
            threads: rows.collect(),
            no_stacks,
        })
    }
}

fn row(thread: StuckThread, walked: stacks::Walked) -> ThreadRow {
    let innermost = thread.calls.last().map(|last| last.call.clone());
    let (ns, target) = innermost.map_or((None, TargetName::default()), |call| (call.ns, call.name));
    let mut doubts = Vec::new();
    let (state, system_call) = match &thread.state {
        ThreadState::Blocked { system_call } => ("blocked", system_call::name(*system_call)),
        ThreadState::Running => {
            doubts.push("it runs: where it is cannot be told without stopping it".to_owned());
            ("running", None)
        }
        ThreadState::Unknown { why } => {
            doubts.push(format!("the system does not say where it is: {why}"));
            ("unknown", None)
        }
    };
    if thread.moved {
        doubts.push("it moved while its stack was copied: frames may be of different moments".to_owned());
    }
    if thread.stack.is_some_and(|stack| stack.cut) {
        doubts.push("its stack is larger than what is copied".to_owned());
    }
    if walked.guessed {
        doubts.push("a frame pointer was guessed: frames may be missing or wrong".to_owned());
    }
    ThreadRow {
        id: thread.id,
        os_thread_id: thread.os_thread_id,
        name: thread.name,
        ns,
        target,
        state,
        system_call,
        doubts,
        looked_ns: thread.took_ns,
        frames: walked.frames,
    }
}
