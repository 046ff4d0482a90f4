//! The options that record calls one by one, for `clrhost run` and `clrhost trace`.

use crate::units;
use clap::Args;
use clrhost::{RecordingOptions, Replaces};
use std::path::PathBuf;
use std::time::Duration;

/// Where calls are recorded.
#[derive(Args)]
#[command(next_help_heading = "Recording")]
pub struct Recording {
    /// Record every call with its time and thread in this file, for `clrhost report` and `clrhost convert`; under `trace`, %p
    /// stands for the number of the process
    #[arg(short = 'o', long = "output", value_name = "FILE", conflicts_with = "count_only")]
    pub output: Option<PathBuf>,

    /// Keep the recording below this size, and the newest calls in it: 64M, 2G
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "output")]
    pub max_size: Option<u64>,

    /// Record for so long from the start: 30s, 5m, 1h, or [[dd:]hh:]mm:ss; the program goes on
    #[arg(long, value_name = "TIME", value_parser = units::some_time, requires = "output")]
    pub duration: Option<Duration>,
}

impl Recording {
    /// The library's form of the options, if anything is to be recorded.
    pub fn options(&self) -> Option<RecordingOptions> {
        let path = self.output.clone()?;
        Some(RecordingOptions {
            path,
            replaces: Replaces::Anything,
            limit: self.max_size,
            duration: self.duration,
        })
    }
}

pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err("a size is a number of bytes, or one with K, M, G or T behind it".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| format!("{digits:?} is not a whole number"))?;
    let bytes = number.checked_mul(1 << shift).ok_or("that is more than a file can hold")?;
    if bytes < RecordingOptions::SMALLEST_LIMIT {
        return Err(format!(
            "a recording needs room for {} MiB at least",
            RecordingOptions::SMALLEST_LIMIT >> 20
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!((size("8M"), size("2g"), size("10000000")), (Ok(8 << 20), Ok(2 << 30), Ok(10_000_000)));
        for wrong in ["", "M", "3X", "1", "-5M", "99999999999T"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }
}
