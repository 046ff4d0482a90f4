//! Durations and percentages on the command line.

use std::time::Duration;

/// A time as `250ms`, `5s`, `1.5m`, `1h` or `[[dd:]hh:]mm:ss`; a number alone is of seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    const WRONG: &str =
        "a time is a number with ns, us, ms, s, m or h behind it, as in 250ms or 1.5m, or [[dd:]hh:]mm:ss";
    let seconds = if text.contains(':') {
        let parts: Vec<u64> =
            text.split(':').map(str::parse).collect::<Result<_, _>>().map_err(|_| WRONG.to_owned())?;
        // Of days, hours, minutes and seconds, the last ones.
        let units = [86_400_u64, 3_600, 60, 1];
        let units = units.len().checked_sub(parts.len()).map(|first| &units[first..]).ok_or(WRONG)?;
        let whole = units
            .iter()
            .zip(&parts)
            .try_fold(0_u64, |sum, (unit, part)| sum.checked_add(unit.checked_mul(*part)?));
        return whole.map(Duration::from_secs).ok_or_else(|| WRONG.to_owned());
    } else {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let seconds = match unit.trim_start() {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" | "" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return Err(WRONG.to_owned()),
        };
        number.parse::<f64>().map_err(|_| WRONG.to_owned())? * seconds
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| "that is longer than any time".to_owned())
}

/// The same, and not nothing.
pub fn some_time(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it has to be longer than nothing".to_owned()),
        time => Ok(time),
    }
}

/// The same in nanoseconds. No duration is too long.
pub fn duration_ns(text: &str) -> Result<u64, String> {
    duration(text).map(|time| time.as_nanos().try_into().unwrap_or(u64::MAX))
}

/// `10%`, or `10`.
pub fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("a percentage is expected, as in 10%".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let cases = [
            ("250ms", 250_000_000),
            ("5s", 5_000_000_000),
            ("7", 7_000_000_000),
            ("1.5m", 90_000_000_000),
            ("1h", 3_600_000_000_000),
            ("0ns", 0),
            ("7µs", 7_000),
            ("5 s", 5_000_000_000),
            ("01:30", 90_000_000_000),
            ("00:00:01:30", 90_000_000_000),
            ("1:00:00:00", 86_400_000_000_000),
            ("6000000h", u64::MAX),
        ];
        for (text, ns) in cases {
            let found = duration_ns(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(found.abs_diff(ns) <= 1, "{text}: {found}");
        }
        for text in [
            "",
            "s",
            "-1s",
            "1e999s",
            "5days",
            "5 parsecs",
            "NaNs",
            "1.2.3s",
            "1:2:3:4:5",
            ":",
            "1.5:00",
            "-1:00",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration(&format!("{}h", "9".repeat(300))).is_err());
        assert!(some_time("0").is_err() && some_time("00:00").is_err() && some_time("1ns").is_ok());
    }

    #[test]
    fn percentages_may_have_their_sign() {
        assert_eq!((percent("10%"), percent("2.5"), percent("3 %")), (Ok(10.0), Ok(2.5), Ok(3.0)));
        for text in ["", "%", "ten", "-5%", "inf"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
