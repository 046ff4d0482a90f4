//! What a block says.

use crate::format::calls::{Head, Previous, unpack};
use crate::format::codes::reason_of_code;
use crate::format::kind;
use crate::format::wire::Payload;
use crate::model::{Call, Collection, Damage, Direction, End, Loss, OPEN, Origin, Pause, Target};

/// What a [`Reader`](crate::Reader) gives: the content of one block, or damage in the place of some. Threads and targets are
/// named by numbers of the recording, which need not be in order, nor known where blocks are missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// Of what the recording is. A ring says it several times.
    Origin(Origin),
    /// What is called: the targets from the number `first` on. A ring says it several times.
    Targets {
        /// Number of the first of them.
        first: u32,
        /// The targets.
        targets: Vec<Target>,
    },
    /// A thread came to the border for the first time. A ring says it several times.
    ThreadBegan {
        /// Its number in the recording.
        thread: u32,
        /// The operating system's.
        os_thread_id: u64,
        /// When.
        began_ns: u64,
    },
    /// A thread has this name from now on.
    ThreadNamed {
        /// Its number in the recording.
        thread: u32,
        /// The name.
        name: String,
    },
    /// A thread is of this kind.
    ThreadKind {
        /// Its number in the recording.
        thread: u32,
        /// In the report's words.
        kind: String,
    },
    /// A thread ended.
    ThreadEnded {
        /// Its number in the recording.
        thread: u32,
        /// When.
        at_ns: u64,
    },
    /// Calls of one thread that returned, in the order in which they did. [`Call::thread`] and [`Call::target`] are numbers of
    /// the recording.
    Calls {
        /// The thread's number in the recording.
        thread: u32,
        /// The calls.
        calls: &'a [Call],
    },
    /// What a thread is inside of, the outermost first, all [`OPEN`]. Takes the place of what was said before.
    OpenCalls {
        /// The thread's number in the recording.
        thread: u32,
        /// When.
        at_ns: u64,
        /// The calls.
        calls: &'a [Call],
    },
    /// The process lived at this time.
    Alive {
        /// When.
        at_ns: u64,
    },
    /// The runtime held its threads. Takes the place of one with the same beginning.
    Pause(Pause),
    /// The garbage collector worked. Takes the place of one of the same generation with the same beginning.
    Collection(Collection),
    /// Calls are missing. [`Loss::thread`] is a number of the recording.
    Loss(Loss),
    /// Calls that a ring has overwritten, all in all. Takes the place of what was said before.
    Overwritten(Loss),
    /// The report, as JSON.
    Report(String),
    /// How the recording ends.
    End(End),
    /// Something cannot be read.
    Damage(Damage),
}

/// What a payload says.
pub enum Said {
    /// All of it.
    Event(Event<'static>),
    /// Calls that lie in the reader's memory.
    Calls { thread: u32 },
    /// Likewise.
    OpenCalls { thread: u32, at_ns: u64 },
    /// A part, or all, of the report.
    ReportPart { is_first: bool, is_last: bool },
    /// A kind of block that later versions may have.
    Unknown,
}

/// Reads a payload. Calls go into `calls`, which is empty. `None` if it makes no sense.
pub fn said(kind: u16, bytes: &[u8], calls: &mut Vec<Call>) -> Option<Said> {
    let mut payload = Payload::new(bytes);
    Some(Said::Event(match kind {
        kind::ORIGIN => Event::Origin(origin(&mut payload)?),
        kind::TARGETS => targets(&mut payload)?,
        kind::THREADS => thread_news(&mut payload)?,
        kind::CALLS => return returned_calls(bytes, calls),
        kind::OPEN_CALLS => return open_calls(&mut payload, calls),
        kind::PAUSES => Event::Pause(Pause {
            reason: reason_of_code(payload.byte()?),
            began_ns: payload.number()?,
            stopping_ns: payload.number()?,
            duration_ns: duration(&mut payload)?,
        }),
        kind::COLLECTIONS => Event::Collection(Collection {
            generation: payload.byte()?,
            induced: payload.byte()? != 0,
            began_ns: payload.number()?,
            duration_ns: duration(&mut payload)?,
        }),
        kind::LOSSES => Event::Loss(loss(&mut payload)?),
        kind::OVERWRITTEN => Event::Overwritten(loss(&mut payload)?),
        kind::REPORT => {
            let part = payload.byte()?;
            return Some(Said::ReportPart { is_first: part & 1 != 0, is_last: part & 2 != 0 });
        }
        kind::END => Event::End(end(&mut payload)?),
        kind::ALIVE => Event::Alive { at_ns: payload.number()? },
        _ => return Some(Said::Unknown),
    }))
}

fn origin(payload: &mut Payload) -> Option<Origin> {
    let mut origin = Origin {
        clrhost_version: payload.string()?,
        runtime: payload.string()?,
        pid: payload.small_number()?,
        began_unix_ns: payload.number()?,
        source: payload.string()?,
        command: Vec::new(),
    };
    for _ in 0..payload.number()? {
        origin.command.push(payload.string()?);
    }
    Some(origin)
}

fn targets(payload: &mut Payload) -> Option<Event<'static>> {
    let first = payload.small_number()?;
    let mut targets = Vec::new();
    while !payload.is_empty() {
        targets.push(Target {
            direction: match payload.byte()? {
                0 => Direction::Leave,
                1 => Direction::ReverseEnter,
                _ => return None,
            },
            kind: payload.string()?,
            method: payload.string()?,
            assembly: payload.optional_string()?,
            library: payload.optional_string()?,
            symbol: payload.optional_string()?,
            file: payload.optional_string()?,
        });
    }
    // Their numbers have to end where numbers do.
    first.checked_add(u32::try_from(targets.len()).ok()?.saturating_sub(1))?;
    Some(Event::Targets { first, targets })
}

fn thread_news(payload: &mut Payload) -> Option<Event<'static>> {
    let what = payload.byte()?;
    let thread = payload.small_number()?;
    Some(match what {
        0 => Event::ThreadBegan { thread, os_thread_id: payload.number()?, began_ns: payload.number()? },
        1 => Event::ThreadNamed { thread, name: payload.string()? },
        2 => Event::ThreadKind { thread, kind: payload.string()? },
        3 => Event::ThreadEnded { thread, at_ns: payload.number()? },
        _ => return None,
    })
}

fn returned_calls(bytes: &[u8], calls: &mut Vec<Call>) -> Option<Said> {
    let (head, mut packed) = Head::parse(bytes)?;
    let mut previous = Previous { end_ns: head.base_ns, target: 0 };
    for _ in 0..head.count {
        let call = unpack(&mut packed, previous, head.thread)?;
        previous = Previous { end_ns: call.began_ns + call.duration_ns, target: call.target };
        calls.push(call);
    }
    (previous.end_ns == head.until_ns).then_some(Said::Calls { thread: head.thread })
}

fn open_calls(payload: &mut Payload, calls: &mut Vec<Call>) -> Option<Said> {
    let thread = payload.small_number()?;
    let at_ns = payload.number()?;
    while !payload.is_empty() {
        let target = payload.small_number()?;
        calls.push(Call { thread, target, began_ns: payload.number()?, duration_ns: OPEN });
    }
    Some(Said::OpenCalls { thread, at_ns })
}

/// A duration is written as one more than it is, an unknown one as 0.
fn duration(payload: &mut Payload) -> Option<u64> {
    payload.number().map(|written| written.wrapping_sub(1))
}

fn loss(payload: &mut Payload) -> Option<Loss> {
    let thread = payload.number()?.checked_sub(1).map(u32::try_from).transpose().ok()?;
    Some(Loss { thread, until_ns: payload.number()?, calls: payload.number()? })
}

fn end(payload: &mut Payload) -> Option<End> {
    let (code, at_ns, number) = (payload.byte()?, payload.number()?, payload.small_number()?.cast_signed());
    match code {
        1 => Some(End::Stopped { at_ns }),
        2 => Some(End::Exit { at_ns, code: number }),
        3 => Some(End::Signal { at_ns, signal: number }),
        _ => None,
    }
}
