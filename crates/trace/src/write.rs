//! A recording as a file.

use crate::encoder::Encoder;
use crate::model::{OPEN, Recording};
use std::cmp::Reverse;
use std::io::{self, Write};

impl Recording {
    /// Writes it in the format of files; [`Recording::damage`] is left out.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        let mut encoder = Encoder::new();
        encoder.origin(&self.origin);
        encoder.targets(0, &self.targets);
        for (number, thread) in (0..).zip(&self.threads) {
            encoder.thread_began(number, thread.os_thread_id, thread.began_ns);
            if let Some(name) = &thread.name {
                encoder.thread_named(number, name);
            }
            if let Some(kind) = &thread.kind {
                encoder.thread_kind(number, kind);
            }
        }
        for calls in self.calls.chunk_by(|one, next| one.thread == next.thread) {
            let thread = calls[0].thread;
            let (open, mut returned): (Vec<_>, Vec<_>) =
                calls.iter().enumerate().partition(|(_, call)| call.duration_ns == OPEN);
            // Of two that end together, the inner one, which stands behind, returns first.
            returned.sort_by_key(|(place, call)| {
                (call.began_ns.saturating_add(call.duration_ns), Reverse(*place))
            });
            encoder.calls(
                thread,
                returned.iter().map(|(_, call)| (call.target, call.began_ns, call.duration_ns)),
            );
            if !open.is_empty() {
                encoder.open_calls(
                    thread,
                    self.until_ns,
                    open.iter().map(|(_, call)| (call.target, call.began_ns)),
                );
            }
            out.write_all(encoder.bytes())?;
            encoder.clear();
        }
        for (number, thread) in (0..).zip(&self.threads) {
            if let Some(at_ns) = thread.ended_ns {
                encoder.thread_ended(number, at_ns);
            }
        }
        self.pauses.iter().for_each(|pause| encoder.pause(pause));
        self.collections.iter().for_each(|collection| encoder.collection(collection));
        self.losses.iter().for_each(|loss| encoder.loss(loss));
        if let Some(report) = &self.report {
            encoder.report(report);
        }
        encoder.alive(self.until_ns);
        encoder.end(&self.end);
        out.write_all(encoder.bytes())?;
        out.flush()
    }
}
