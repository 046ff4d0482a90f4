//! The numbers by which targets are compared.

use super::Side;
use serde::{Deserialize, Serialize};

/// A number of a report's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Time of all calls.
    #[default]
    Total,
    /// The same without calls inside.
    #[serde(rename = "self")]
    SelfTime,
    /// Mean time of a call.
    Mean,
    /// Median.
    P50,
    /// 99 of 100 calls took no longer.
    P99,
    /// Number of calls.
    Calls,
}

impl Metric {
    /// Its value; `None` where no call returned or times were not taken.
    pub fn of(self, side: &Side) -> Option<f64> {
        let float = |ns: Option<u64>| ns.map(|ns| ns as f64);
        match self {
            Metric::Total => float(side.total_ns),
            Metric::SelfTime => float(side.self_ns),
            Metric::Mean => side.mean_ns,
            Metric::P50 => float(side.p50_ns),
            Metric::P99 => float(side.p99_ns),
            Metric::Calls => Some(side.calls as f64),
        }
    }

    /// In titles.
    pub(super) fn words(self) -> &'static str {
        match self {
            Metric::Total => "total time",
            Metric::SelfTime => "self time",
            Metric::Mean => "mean time",
            Metric::P50 => "median time",
            Metric::P99 => "99th percentile",
            Metric::Calls => "calls",
        }
    }
}
