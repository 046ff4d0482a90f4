//! The options that record calls one by one, for `clrhost run` and `clrhost trace`.

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
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "output")]
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

pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is a number with s, m or h behind it, or [[dd:]hh:]mm:ss".to_owned();
    let number = |digits: &str| digits.parse::<u64>().map_err(|_| wrong());
    let seconds = if text.contains(':') {
        let parts = text.split(':').map(number).collect::<Result<Vec<_>, _>>()?;
        // Of days, hours, minutes and seconds, the last ones.
        let units = [86_400_u64, 3_600, 60, 1];
        let units = &units[units.len().checked_sub(parts.len()).ok_or_else(wrong)?..];
        units
            .iter()
            .zip(&parts)
            .try_fold(0_u64, |sum, (unit, part)| sum.checked_add(unit.checked_mul(*part)?))
    } else {
        let (digits, unit) = match text.chars().last() {
            Some('s') => (&text[..text.len() - 1], 1),
            Some('m') => (&text[..text.len() - 1], 60),
            Some('h') => (&text[..text.len() - 1], 3_600),
            _ => (text, 1),
        };
        number(digits)?.checked_mul(unit)
    };
    match seconds {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong()),
    }
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

    #[test]
    fn durations() {
        let seconds = |text| duration(text).map(|duration| duration.as_secs());
        assert_eq!(
            (seconds("30s"), seconds("5m"), seconds("1h"), seconds("7")),
            (Ok(30), Ok(300), Ok(3600), Ok(7))
        );
        assert_eq!(
            (seconds("01:30"), seconds("00:00:01:30"), seconds("1:00:00:00")),
            (Ok(90), Ok(90), Ok(86_400))
        );
        for wrong in ["", "0", "x", "1:2:3:4:5", ":", "-1s", "1.5s"] {
            assert!(duration(wrong).is_err(), "{wrong:?}");
        }
    }
}
