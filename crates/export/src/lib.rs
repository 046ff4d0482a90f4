//! Reports of running processes as metrics and spans, for the systems that people watch their programs with.
//!
//! This lives in the command, never in a process that is observed: a [`Source`] reads reports (docs/report.md) from wherever
//! they come, and the [`Exporter`] makes metrics of them ([`board`]), answers Prometheus ([`server`]), and sends to an
//! OpenTelemetry collector ([`collector`], [`otlp`], [`spans`]). docs/metrics.md says what comes out.

pub mod board;
pub mod collector;
pub mod exporter;
pub mod family;
pub mod otlp;
pub mod prometheus;
pub mod server;
pub mod spans;
#[cfg(test)]
mod testing;

pub use collector::Collector;
pub use exporter::{Exporter, Options};

use clrhost_report::Report;
use std::time::SystemTime;

/// What is known of a process at one moment.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its report.
    pub report: Report,
    /// When the report was made.
    pub at: SystemTime,
    /// It has not ended.
    pub is_up: bool,
}

/// Where readings come from.
pub trait Source: Send {
    /// What is known now, of each process one reading; a later one of the same number takes the place of an earlier one. May take
    /// seconds where a process does not answer.
    fn read(&mut self) -> Vec<Reading>;
    /// How many processes it leaves out, because there are too many.
    fn left_out(&self) -> u64 {
        0
    }
}
