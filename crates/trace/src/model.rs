//! A recording in memory. All times are nanoseconds since it began.

use std::fmt;

/// A whole recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Of what, and by whom.
    pub origin: Origin,
    /// What was called. Calls name them by position.
    pub targets: Vec<Target>,
    /// Who called. Calls name them by position.
    pub threads: Vec<Thread>,
    /// The calls, by thread, then by time of beginning, those around others first.
    pub calls: Vec<Call>,
    /// When the runtime held its threads, in order of time.
    pub pauses: Vec<Pause>,
    /// What the garbage collector did, in order of time.
    pub collections: Vec<Collection>,
    /// What is missing, in order of time.
    pub losses: Vec<Loss>,
    /// The report that the process made when the recording was closed, as JSON of `clrhost.report/1`. Its numbers are whole
    /// even where calls are missing here.
    pub report: Option<String>,
    /// How it ends.
    pub end: End,
    /// The last moment it tells of. Calls that are [`OPEN`] lasted at least until then.
    pub until_ns: u64,
    /// Where its file could not be read, in order of the file. What stood there is missing; everything else is here.
    pub damage: Vec<Damage>,
}

/// Of what a recording is, and by whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// Version of the clrhost that made it.
    pub clrhost_version: String,
    /// Name and version of the runtime, as "CoreCLR 8.0.4".
    pub runtime: String,
    /// The process's number.
    pub pid: u32,
    /// Its command line.
    pub command: Vec<String>,
    /// When it began: nanoseconds since 1970-01-01 UTC.
    pub began_unix_ns: u64,
    /// How crossings were seen: "thunks" or "flag".
    pub source: String,
}

/// The direction of a call over the border.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Managed code calls native code.
    #[default]
    Leave,
    /// Native code calls managed code.
    ReverseEnter,
}

/// What is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// From where to where.
    pub direction: Direction,
    /// As in the report's rows: "p_invoke", "delegate" and so on.
    pub kind: String,
    /// The managed side: the method that declares the native function, or that native code calls; "Type.Method".
    pub method: String,
    /// File name of the assembly that holds it.
    pub assembly: Option<String>,
    /// The native library, as declared.
    pub library: Option<String>,
    /// The function in it.
    pub symbol: Option<String>,
    /// The library's file.
    pub file: Option<String>,
}

/// A thread that came to the border.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The operating system's number of it. May be used again after its end.
    pub os_thread_id: u64,
    /// Its name, the last one it had.
    pub name: Option<String>,
    /// As in the report: "main", "thread_pool", "foreign" and so on, where known.
    pub kind: Option<String>,
    /// When it first came to the border.
    pub began_ns: u64,
    /// When it ended, if it did.
    pub ended_ns: Option<u64>,
}

/// [`Call::duration_ns`] of a call that had not returned when the recording ended.
pub const OPEN: u64 = u64::MAX;

/// One call over the border, from its beginning to its return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Position in [`Recording::threads`].
    pub thread: u32,
    /// Position in [`Recording::targets`].
    pub target: u32,
    /// When it began.
    pub began_ns: u64,
    /// How long it took, calls inside included; [`OPEN`] if it did not return.
    pub duration_ns: u64,
}

/// Why the runtime held its threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PauseReason {
    /// Something else, or not known.
    #[default]
    Other,
    /// For a garbage collection.
    GarbageCollection,
    /// To prepare one.
    GarbageCollectionPreparation,
    /// To end an application domain or the process.
    Shutdown,
    /// For a debugger.
    Debugger,
    /// For a profiler.
    Profiler,
    /// To replace compiled code.
    Rejit,
}

/// A time in which the runtime held its threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// When the runtime began to stop them.
    pub began_ns: u64,
    /// How long until all were stopped.
    pub stopping_ns: u64,
    /// How long from the beginning until all ran again; [`OPEN`] if that was not seen.
    pub duration_ns: u64,
}

/// A garbage collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// The oldest generation that was collected: 0 to 2; 3 and 4 for large and pinned objects.
    pub generation: u8,
    /// The program asked for it.
    pub induced: bool,
    /// When it began.
    pub began_ns: u64,
    /// How long it took; [`OPEN`] if its end was not seen.
    pub duration_ns: u64,
}

/// Calls that were made and are not in the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Position in [`Recording::threads`]; `None` where it is not known.
    pub thread: Option<u32>,
    /// They were made before this.
    pub until_ns: u64,
    /// How many.
    pub calls: u64,
}

/// A place in a file where something is missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where in the file, in bytes.
    pub offset: u64,
    /// How many bytes were passed over.
    pub bytes: u64,
    /// How many blocks are missing, as far as the numbers of those around tell.
    pub blocks: u32,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// The bytes are no sound block.
    Unreadable,
    /// The file ends inside a block.
    CutShort,
    /// Blocks are missing between two that are sound.
    Missing,
    /// A sound block whose number is not above that of the one before it: it was copied here or stands in the wrong place.
    OutOfPlace,
    /// A sound block whose content makes no sense.
    Senseless,
    /// Bytes behind the block that ends the recording.
    BehindTheEnd,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damage { offset, bytes, .. } = self;
        match self.kind {
            DamageKind::Unreadable => write!(f, "{bytes} bytes at offset {offset} are damaged")?,
            DamageKind::CutShort => {
                write!(f, "the file ends inside a block, {bytes} bytes from offset {offset} on")?
            }
            DamageKind::Missing => write!(f, "something is missing before offset {offset}")?,
            DamageKind::OutOfPlace => {
                write!(f, "the block of {bytes} bytes at offset {offset} is in the wrong place")?
            }
            DamageKind::Senseless => {
                write!(f, "the block of {bytes} bytes at offset {offset} makes no sense")?
            }
            DamageKind::BehindTheEnd => {
                write!(f, "{bytes} bytes at offset {offset} stand behind the recording's end")?
            }
        }
        match self.blocks {
            0 => Ok(()),
            1 => f.write_str(" (1 block lost)"),
            n => write!(f, " ({n} blocks lost)"),
        }
    }
}

/// How a recording ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It was not closed: the process was killed, or still runs. What happened after the last block is missing.
    #[default]
    Cut,
    /// Recording was stopped while the process went on.
    Stopped {
        /// When.
        at_ns: u64,
    },
    /// The process ended with this code.
    Exit {
        /// When.
        at_ns: u64,
        /// The code.
        code: i32,
    },
    /// The process ended by a signal.
    Signal {
        /// When.
        at_ns: u64,
        /// Its number.
        signal: i32,
    },
}
