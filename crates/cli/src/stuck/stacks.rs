//! From copied stacks to names: native ones from the files, managed ones from the process.

use clrhost_control::client::Process;
use clrhost_control::protocol::{Direction, Method, StuckCall, StuckThread, TargetName};
use clrhost_unwind::{Bracket, Frame, Process as Unwound, ThreadStack};
use serde::Serialize;
use std::collections::HashMap;
use std::ops::Range;

/// One frame of a stack.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FrameRow {
    /// A native function.
    Native {
        /// Its name, where the file tells it.
        function: Option<String>,
        /// How far into it, or else into the file.
        offset: u64,
        /// File name of the library or program.
        module: String,
        /// Source file and line, where known.
        source: Option<String>,
    },
    /// A managed method.
    Managed {
        /// Type and name; null for code that the runtime makes, as for marshalling.
        method: Option<String>,
        /// File name of its assembly.
        assembly: Option<String>,
    },
    /// Here a call passes the border.
    Border {
        /// Which way.
        direction: Direction,
        /// What is called.
        #[serde(flatten)]
        target: TargetName,
        /// For how long; null where times are not taken.
        ns: Option<u64>,
    },
    /// Frames that could not be found.
    Gap,
}

/// A stack with names.
#[derive(Default)]
pub struct Walked {
    pub frames: Vec<FrameRow>,
    pub guessed: bool,
}

/// The stacks of all threads, in their order.
pub fn walk_all(
    unwound: &mut Unwound,
    process: &Process,
    threads: &[(StuckThread, Vec<u8>)],
    thunks: Range<u64>,
) -> Vec<Walked> {
    let walks: Vec<_> = threads
        .iter()
        .map(|(thread, bytes)| {
            let stack = thread.stack.as_ref()?;
            // Only calls by thunks need be told of; what is shown is looked up by their places among all calls.
            let (places, brackets): (Vec<usize>, Vec<Bracket>) = thread
                .calls
                .iter()
                .enumerate()
                .filter_map(|(place, call)| Some((place, bracket(call)?)))
                .unzip();
            let walk = unwound.walk(&ThreadStack {
                program_counter: stack.program_counter,
                stack_pointer: stack.stack_pointer,
                bytes,
                brackets: &brackets,
                thunks: &thunks,
            });
            Some((walk, places))
        })
        .collect();
    let frames = walks.iter().flatten().flat_map(|(walk, _)| &walk.frames);
    let mut addresses: Vec<u64> = frames
        .filter_map(|frame| match frame {
            Frame::Managed(address) => Some(*address),
            _ => None,
        })
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    // A process that ends meanwhile leaves its methods without names.
    let methods = process.methods(&addresses).unwrap_or_default();
    let methods: HashMap<u64, Method> =
        addresses.into_iter().zip(methods).filter_map(|(address, method)| Some((address, method?))).collect();
    let named = threads.iter().zip(walks).map(|((thread, _), walk)| {
        let Some((walk, places)) = walk else { return borders_only(thread) };
        let frames = walk.frames.iter().map(|frame| match *frame {
            Frame::Native(address) => native(unwound, address),
            Frame::Managed(address) => managed(methods.get(&address)),
            Frame::Border(bracket) => border(&thread.calls[places[bracket]]),
            Frame::Gap => FrameRow::Gap,
        });
        Walked { frames: frames.collect(), guessed: walk.guessed }
    });
    named.collect()
}

/// What is known of a thread without its stack: the calls that it is in.
pub fn borders_only(thread: &StuckThread) -> Walked {
    Walked { frames: thread.calls.iter().rev().map(border).collect(), guessed: false }
}

fn bracket(call: &StuckCall) -> Option<Bracket> {
    Some(Bracket {
        stack_pointer: call.stack_pointer,
        return_address: call.return_address?,
        is_leave: call.call.direction == Direction::Leave,
    })
}

fn native(unwound: &mut Unwound, address: u64) -> FrameRow {
    match unwound.native_function(address) {
        Some(found) => FrameRow::Native {
            function: found.name,
            offset: found.offset,
            module: found.module,
            source: found.line.map(|(file, line)| format!("{file}:{line}")),
        },
        None => FrameRow::Gap,
    }
}

fn managed(method: Option<&Method>) -> FrameRow {
    FrameRow::Managed {
        method: method.map(|method| method.name.clone()),
        assembly: method.and_then(|method| method.assembly.clone()),
    }
}

fn border(call: &StuckCall) -> FrameRow {
    let call = &call.call;
    FrameRow::Border { direction: call.direction, target: call.name.clone(), ns: call.ns }
}
