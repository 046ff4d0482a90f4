//! Durations and percentages on the command line.

/// Nanoseconds of a duration as `250ms`, `5s` or `1.5m`.
pub fn duration_ns(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|char: char| !char.is_ascii_digit());
    let ns = match &text[digits.len()..] {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return Err("a number with one of ns, us, ms, s, m, h is expected, as in 250ms".to_owned()),
    };
    match digits.parse::<f64>() {
        // A cast saturates: no duration is too long.
        Ok(number) if number.is_finite() && number >= 0.0 => Ok((number * ns) as u64),
        _ => Err("the number in it is none; an example is 250ms".to_owned()),
    }
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
            ("1.5m", 90_000_000_000),
            ("0ns", 0),
            ("7µs", 7_000),
        ];
        for (text, ns) in cases {
            assert_eq!(duration_ns(text), Ok(ns), "{text}");
        }
        for text in ["", "5", "s", "-1s", "5 s", "1e999s", "5days", "NaNs"] {
            assert!(duration_ns(text).is_err(), "{text}");
        }
    }

    #[test]
    fn percentages_may_have_their_sign() {
        assert_eq!((percent("10%"), percent("2.5"), percent("3 %")), (Ok(10.0), Ok(2.5), Ok(3.0)));
        for text in ["", "%", "ten", "-5%", "inf"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
