//! A trace of Perfetto: a track for each thread, one for pauses, one for collections.
//!
//! Numbers of fields are those of `protos/perfetto/trace` in Perfetto, whose messages are named beside them.

use super::names;
use super::nesting::{Edge, by_thread, edges};
use super::protobuf::Message;
use crate::model::{OPEN, Recording, Thread};
use std::collections::HashSet;
use std::io::{self, Write};

/// All packets are of one sequence, whose names are told of at its beginning.
const SEQUENCE: u64 = 1;

/// The clock that Perfetto takes where none is named, and the one that tells the time of day (`BuiltinClock`).
const BOOT_TIME: u64 = 6;
const REAL_TIME: u64 = 1;

/// Numbers of tracks.
const PROCESS: u64 = 1;
const PAUSES: u64 = 2;
const COLLECTIONS: u64 = 3;
const FIRST_THREAD: u64 = 16;

/// Types of `TrackEvent`.
const BEGIN: u64 = 1;
const END: u64 = 2;
const INSTANT: u64 = 3;

/// Fields of `TrackEvent`.
mod track_event {
    pub const CATEGORY_IIDS: u32 = 3;
    pub const DEBUG_ANNOTATIONS: u32 = 4;
    pub const TYPE: u32 = 9;
    pub const NAME_IID: u32 = 10;
    pub const TRACK_UUID: u32 = 11;
    pub const NAME: u32 = 23;
}

/// Numbers of the interned names: categories, and what annotations are of.
const NATIVE: u64 = 1;
const CALLBACK: u64 = 2;
const PAUSE: u64 = 3;
const GC: u64 = 4;
const LOSS: u64 = 5;
const METHOD: u64 = 1;
const ASSEMBLY: u64 = 2;

struct Packets<W> {
    out: W,
    event: Message,
    packet: Message,
    whole: Message,
}

impl<W: Write> Packets<W> {
    /// Writes `packet`, which is then empty again.
    fn put(&mut self) -> io::Result<()> {
        // TracePacket.trusted_packet_sequence_id; then Trace.packet.
        self.packet.number(10, SEQUENCE);
        self.whole.clear();
        self.whole.bytes_field(1, self.packet.bytes());
        self.packet.clear();
        self.out.write_all(self.whole.bytes())
    }

    /// Writes an event at a time, of which `fill` says the rest.
    fn event(
        &mut self,
        at_ns: u64,
        kind: u64,
        track: u64,
        fill: impl FnOnce(&mut Message),
    ) -> io::Result<()> {
        self.event.clear();
        self.event.number(track_event::TYPE, kind).number(track_event::TRACK_UUID, track);
        fill(&mut self.event);
        // TracePacket: timestamp, track_event, sequence_flags (needs the names).
        self.packet.number(8, at_ns).bytes_field(11, self.event.bytes()).number(13, 2);
        self.put()
    }

    /// Tells of a track (TracePacket.track_descriptor).
    fn track(&mut self, uuid: u64, fill: impl FnOnce(&mut Message)) -> io::Result<()> {
        self.packet.message(60, |track| {
            track.number(1, uuid);
            fill(track);
        });
        self.put()
    }
}

pub fn write(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    let mut packets =
        Packets { out, event: Message::default(), packet: Message::default(), whole: Message::default() };
    begin(recording, &mut packets)?;
    tracks(recording, &mut packets)?;
    for (thread, calls) in by_thread(recording) {
        let track = FIRST_THREAD + u64::from(thread);
        edges(&calls, |edge| match edge {
            Edge::Begin(call) => {
                let number = call.call.target;
                let target = &recording.targets[number as usize];
                packets.event(call.call.began_ns, BEGIN, track, |event| {
                    let category = match target.direction {
                        crate::Direction::Leave => NATIVE,
                        crate::Direction::ReverseEnter => CALLBACK,
                    };
                    let iid = u64::from(number) + 1;
                    event.number(track_event::CATEGORY_IIDS, category).number(track_event::NAME_IID, iid);
                    annotate(event, METHOD, iid * 2);
                    if target.assembly.is_some() {
                        annotate(event, ASSEMBLY, iid * 2 + 1);
                    }
                })
            }
            // One that did not return has no end: Perfetto shows it so.
            Edge::End(call) if call.is_open() => Ok(()),
            Edge::End(call) => packets.event(call.end_ns, END, track, |_| {}),
        })?;
    }
    beside_calls(recording, &mut packets)
}

/// DebugAnnotation: name_iid, string_value_iid.
fn annotate(event: &mut Message, name: u64, value: u64) {
    event.message(track_event::DEBUG_ANNOTATIONS, |annotation| {
        annotation.number(1, name).number(17, value);
    });
}

/// The clock and the names.
fn begin(recording: &Recording, packets: &mut Packets<impl Write>) -> io::Result<()> {
    // TracePacket.clock_snapshot: ClockSnapshot.clocks: Clock.clock_id, timestamp.
    packets.packet.number(8, 0).message(6, |snapshot| {
        for (clock, timestamp) in [(BOOT_TIME, 0), (REAL_TIME, recording.origin.began_unix_ns)] {
            snapshot.message(1, |reading| {
                reading.number(1, clock).number(2, timestamp);
            });
        }
    });
    packets.put()?;
    // TracePacket: sequence_flags (names are told from here on), first_packet_on_sequence, interned_data.
    packets.packet.number(13, 1).number(87, 1).message(12, |interned| {
        let categories =
            [(NATIVE, "native"), (CALLBACK, "callback"), (PAUSE, "pause"), (GC, "gc"), (LOSS, "loss")];
        let mut name = |field, iid: u64, name: &str| {
            interned.message(field, |entry| {
                entry.number(1, iid).string(2, name);
            });
        };
        // InternedData: event_categories, debug_annotation_names, event_names, debug_annotation_string_values.
        categories.into_iter().for_each(|(iid, category)| name(1, iid, category));
        name(3, METHOD, "method");
        name(3, ASSEMBLY, "assembly");
        for (iid, target) in (1..).zip(&recording.targets) {
            name(2, iid, &names::of_target(target));
            name(29, iid * 2, &target.method);
            if let Some(assembly) = &target.assembly {
                name(29, iid * 2 + 1, assembly);
            }
        }
    });
    packets.put()
}

/// TrackDescriptor: uuid, name, process, thread, parent_uuid.
fn tracks(recording: &Recording, packets: &mut Packets<impl Write>) -> io::Result<()> {
    let origin = &recording.origin;
    packets.track(PROCESS, |track| {
        // ProcessDescriptor: pid, cmdline, process_name.
        track.message(3, |process| {
            process.number(1, origin.pid.into());
            for argument in &origin.command {
                process.string(2, argument);
            }
            process.string(6, &names::of_process(origin));
        });
    })?;
    for (uuid, name) in [(PAUSES, "pauses of the runtime"), (COLLECTIONS, "garbage collections")] {
        packets.track(uuid, |track| {
            track.string(2, name).number(5, PROCESS);
        })?;
    }
    let mut taken = HashSet::new();
    for (uuid, thread) in (FIRST_THREAD..).zip(&recording.threads) {
        let Thread { os_thread_id, .. } = thread;
        let name = names::of_thread(thread);
        // One that has the number of an earlier one gets a track of its own, or Perfetto would take both for one.
        let own_number =
            i32::try_from(*os_thread_id).is_ok_and(|number| number > 0) && taken.insert(*os_thread_id);
        packets.track(uuid, |track| {
            if own_number {
                // ThreadDescriptor: pid, tid, thread_name.
                track.message(4, |described| {
                    described.number(1, origin.pid.into()).number(2, *os_thread_id).string(5, &name);
                });
            } else {
                track.string(2, &format!("{name} {os_thread_id}")).number(5, PROCESS);
            }
        })?;
    }
    Ok(())
}

/// Pauses, collections and losses.
fn beside_calls(recording: &Recording, packets: &mut Packets<impl Write>) -> io::Result<()> {
    let mut slice = |track, category, name: &str, began_ns: u64, duration_ns, note: (&str, u64)| {
        packets.event(began_ns, BEGIN, track, |event| {
            event.number(track_event::CATEGORY_IIDS, category).string(track_event::NAME, name);
            note_number(event, note);
        })?;
        match duration_ns {
            OPEN => Ok(()),
            duration_ns => packets.event(began_ns.saturating_add(duration_ns), END, track, |_| {}),
        }
    };
    for pause in &recording.pauses {
        let note = ("stopping_ns", pause.stopping_ns);
        slice(PAUSES, PAUSE, names::of_pause(pause), pause.began_ns, pause.duration_ns, note)?;
    }
    for collection in &recording.collections {
        let note = ("induced", collection.induced.into());
        let name = names::of_collection(collection.generation);
        slice(COLLECTIONS, GC, &name, collection.began_ns, collection.duration_ns, note)?;
    }
    for loss in &recording.losses {
        let track = loss.thread.map_or(PROCESS, |thread| FIRST_THREAD + u64::from(thread));
        packets.event(loss.until_ns, INSTANT, track, |event| {
            event.number(track_event::CATEGORY_IIDS, LOSS).string(track_event::NAME, "calls lost");
            note_number(event, ("calls", loss.calls));
        })?;
    }
    Ok(())
}

/// DebugAnnotation: name, uint_value.
fn note_number(event: &mut Message, (name, value): (&str, u64)) {
    event.message(track_event::DEBUG_ANNOTATIONS, |annotation| {
        annotation.string(10, name).number(3, value);
    });
}
