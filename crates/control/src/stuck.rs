//! Which threads have been in one native call for long, and copies of their stacks.
//!
//! Nothing is sent to a thread and nothing stops it: no system call of it ends early. What the kernel tells of it is compared
//! before and after its stack was copied, so that a copy is known to be of one moment, or marked.

use crate::copied_stack;
use crate::frame;
use crate::numbers::{Scale, direction, is_timed, name};
use crate::procfs::{Doing, Moment};
use crate::protocol::{Answer, MAX_CALLS, OpenCall, Stack, StuckCall, StuckEnd, StuckThread, ThreadState};
use clrhost_boundary::{Boundary, Bracket, Clock, StackBracket, Task};
use clrhost_probe::{Probe, ProbeClock, thunk_code};
use std::io::{self, Write};
use std::time::Instant;

/// Bytes of a stack that are copied at most.
const MAX_STACK: usize = 1 << 20;
/// How often a thread that moves is looked at.
const ATTEMPTS: usize = 3;

/// Answers [`Question::Stuck`](crate::protocol::Question::Stuck), thread by thread: never more than one copy is in memory.
pub(crate) fn answer(client: &mut impl Write, probe: &Probe, over_ns: u64) -> io::Result<()> {
    let boundary = probe.boundary();
    let scale = Scale::of(probe, boundary.clock().ns_per_tick());
    let tasks = boundary.registry().live_tasks();
    let count = tasks.len() as u64;
    for task in tasks {
        let calls = read_calls(boundary, &task);
        if is_stuck(&calls, scale, over_ns) {
            let (thread, bytes) = look_at(boundary, &task, scale);
            // Held, it would keep its memory from being used for the task of another thread.
            drop(task);
            // It may have gone on meanwhile.
            if thread.calls.last().is_some_and(|last| is_long(last.call.ns, over_ns)) {
                let has_stack = thread.stack.is_some();
                frame::write_json(client, &Answer::Stuck(thread))?;
                if has_stack {
                    frame::write_bytes(client, &bytes)?;
                }
            }
        }
    }
    let thunks = thunk_code();
    let thunks = (thunks.start as u64, thunks.end as u64);
    frame::write_json(client, &Answer::StuckEnd(StuckEnd { tasks: count, thunks, timed: is_timed(probe) }))
}

fn read_calls(boundary: &Boundary<ProbeClock>, task: &Task) -> Vec<StackBracket> {
    task.stack_brackets(boundary.clock().now()).0
}

/// The innermost call is one of native code and old enough.
fn is_stuck(calls: &[StackBracket], scale: Scale, over_ns: u64) -> bool {
    let innermost = calls.last().map(|call| call.open);
    innermost.is_some_and(|open| open.bracket == Bracket::Leave && is_long(scale.ns(open.ticks), over_ns))
}

fn is_long(ns: Option<u64>, over_ns: u64) -> bool {
    ns.is_none_or(|ns| ns >= over_ns)
}

/// What there is to know of a thread, with the bytes of its stack.
fn look_at(boundary: &Boundary<ProbeClock>, task: &Task, scale: Scale) -> (StuckThread, Vec<u8>) {
    let began = Instant::now();
    let mut look = Look::of(boundary, task);
    for _ in 1..ATTEMPTS {
        if !look.moved {
            break;
        }
        look = Look::of(boundary, task);
    }
    let outer = look.calls.len().saturating_sub(MAX_CALLS);
    let calls = look.calls[outer..].iter().map(|call| StuckCall {
        call: OpenCall {
            direction: direction(call.open.bracket),
            target: call.open.target.index() as u64,
            name: name(
                call.open.target,
                boundary.target(call.open.target).map(|target| target.description()),
            ),
            ns: scale.ns(call.open.ticks),
        },
        stack_pointer: call.stack_pointer,
        return_address: Some(call.return_address).filter(|_| call.exact),
    });
    let thread = StuckThread {
        id: task.id(),
        os_thread_id: task.os_thread_id(),
        name: task.name(),
        calls: calls.collect(),
        state: look.state,
        stack: look.stack,
        moved: look.moved,
        took_ns: began.elapsed().as_nanos() as u64,
    };
    (thread, look.bytes)
}

/// A thread as it was at one moment, unless it moved.
struct Look {
    calls: Vec<StackBracket>,
    state: ThreadState,
    stack: Option<Stack>,
    bytes: Vec<u8>,
    moved: bool,
}

impl Look {
    fn of(boundary: &Boundary<ProbeClock>, task: &Task) -> Look {
        let thread = task.os_thread_id();
        let now = boundary.clock().now();
        let before = Moment::of(thread);
        let (stack, bytes) = match before.as_ref().map(|moment| moment.doing) {
            Ok(Doing::Waiting { stack_pointer, program_counter, .. }) => {
                let (bytes, cut) = stack_from(task, stack_pointer);
                let stack = Stack { program_counter, stack_pointer, bytes: bytes.len() as u32, cut };
                (Some(stack).filter(|_| !bytes.is_empty()), bytes)
            }
            _ => (None, Vec::new()),
        };
        let (calls, settled) = task.stack_brackets(now);
        let state = match &before {
            Ok(Moment { doing: Doing::Waiting { system_call, .. }, .. }) => {
                ThreadState::Blocked { system_call: *system_call }
            }
            Ok(_) => ThreadState::Running,
            Err(error) => ThreadState::Unknown { why: format!("/proc/self/task/{thread}/syscall: {error}") },
        };
        // Who runs moves all the time, and has no copy that could be wrong.
        let moved = stack.is_some() && (!settled || before.ok() != Moment::of(thread).ok());
        Look { calls, state, stack, bytes, moved }
    }
}

/// A copy of a stack from the stack pointer on, and whether it goes on above.
fn stack_from(task: &Task, stack_pointer: u64) -> (Vec<u8>, bool) {
    let known = task.stack();
    // On another stack, as a signal handler's, the end is where it cannot be read on.
    let length = match known.contains(&(stack_pointer as usize)) {
        true => known.end - stack_pointer as usize,
        false => usize::MAX,
    };
    let bytes = copied_stack::copy(stack_pointer, length.min(MAX_STACK));
    let cut = length > MAX_STACK && bytes.len() == MAX_STACK;
    (bytes, cut)
}
