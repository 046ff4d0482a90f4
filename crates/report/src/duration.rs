//! Numbers for people: durations with three significant digits, counts with separators.

const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];

/// A duration with three significant digits and the unit that leaves at most three before the point; whole seconds
/// from 1,000 s on.
pub fn duration(ns: f64) -> String {
    for (unit, size) in UNITS {
        let value = ns / size;
        let decimals = match value {
            // Nanoseconds are whole, save for means.
            _ if unit == "ns" => usize::from(value < 99.95 && value.fract() >= 0.05),
            _ if value < 9.995 => 2,
            _ if value < 99.95 => 1,
            _ => 0,
        };
        let text = format!("{value:.decimals$}");
        // Looked at after rounding, so that 999.9 µs becomes 1.00 ms.
        if text.parse::<f64>().is_ok_and(|rounded| rounded < 1000.0) {
            return format!("{text} {unit}");
        }
    }
    format!("{} s", count((ns / 1e9).round() as u64))
}

/// A count with a comma at each thousand.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 call", "2 calls": a count with its noun.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_significant_digits() {
        let cases: [(f64, &str); 15] = [
            (0.0, "0 ns"),
            (8.4, "8.4 ns"),
            (99.96, "100 ns"),
            (431.0, "431 ns"),
            (999.7, "1.00 µs"),
            (1_234.0, "1.23 µs"),
            (9_996.0, "10.0 µs"),
            (99_960.0, "100 µs"),
            (999_400.0, "999 µs"),
            (999_600.0, "1.00 ms"),
            (12_345_678.0, "12.3 ms"),
            (1.2e9, "1.20 s"),
            (999.4e9, "999 s"),
            (999.6e9, "1,000 s"),
            (1_234_567e9, "1,234,567 s"),
        ];
        for (ns, expected) in cases {
            assert_eq!(duration(ns), expected, "{ns}");
        }
    }

    #[test]
    fn counts_have_separators() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")];
        for (number, expected) in cases {
            assert_eq!(count(number), expected);
        }
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!((counted(1, "call"), counted(0, "call")), ("1 call".into(), "0 calls".into()));
    }
}
