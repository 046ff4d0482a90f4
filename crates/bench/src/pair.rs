//! What one run of the fixture `Bench` tells: for each kind of call the hooked and the un-hooked loops, round by round.

use crate::Failure;
use crate::sample::Sample;
use crate::setting::Setting;
use crate::variant::Variant;
use serde_json::Value;
use std::collections::BTreeMap;

/// Loops of one kind, in nanoseconds a call. They take turns in one process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pair {
    pub hooked: Sample,
    pub unhooked: Sample,
}

impl Pair {
    /// What the hook costs: the difference of the least values, and the median of the differences within a round.
    pub fn difference(&self) -> Difference {
        Difference {
            least: self.hooked.least() - self.unhooked.least(),
            median: self.hooked.above(&self.unhooked).median(),
        }
    }
}

/// Nanoseconds that one thing takes more than another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    pub least: f64,
    pub median: f64,
}

impl Difference {
    /// The middle of several runs, each number by itself.
    pub fn middle(all: impl IntoIterator<Item = Difference>) -> Difference {
        let (mut least, mut median) = (Sample::default(), Sample::default());
        for one in all {
            least.push(one.least);
            median.push(one.median);
        }
        Difference { least: least.median(), median: median.median() }
    }

    /// As tables have it.
    pub fn text(self) -> String {
        let digits = if self.least.abs() < 100.0 { 1 } else { 0 };
        format!("{:+.digits$} ({:+.digits$})", self.least, self.median)
    }
}

/// The pairs of one run by name.
pub type Pairs = BTreeMap<String, Pair>;

/// Runs the fixture. `args` are its own; `what` is the part of its line that is wanted.
pub fn run(setting: &Setting, variant: Variant, args: &[String]) -> Result<Pairs, Failure> {
    let mut command = variant.command(setting, &setting.fixture("Bench"), args);
    let output = command.output().map_err(|error| format!("can't start {command:?}: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.lines().find(|line| line.starts_with('{'));
    line.and_then(|line| parse(line, &args[0])).filter(|_| output.status.success()).ok_or_else(|| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        format!("{command:?} ended with {}\n{stdout}{stderr}", output.status)
    })
}

fn parse(line: &str, what: &str) -> Option<Pairs> {
    let line: Value = serde_json::from_str(line).ok()?;
    let sample = |value: &Value| {
        let mut sample = Sample::default();
        value.as_array()?.iter().try_for_each(|figure| {
            sample.push(figure.as_f64()?);
            Some(())
        })?;
        Some(sample)
    };
    let pair = |value: &Value| {
        Some(Pair { hooked: sample(&value["hooked"])?, unhooked: sample(&value["unhooked"])? })
    };
    line[what].as_object()?.iter().map(|(name, value)| Some((name.clone(), pair(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_and_differences_are_taken_within_rounds() {
        let line =
            r#"{"fixture":"Bench","pairs":{"pinvoke":{"hooked":[7.0,15.0,8.0],"unhooked":[2.0,10.5,3.5]}}}"#;
        let pairs = parse(line, "pairs").unwrap();
        assert_eq!(pairs["pinvoke"].difference(), Difference { least: 5.0, median: 4.5 });
        assert_eq!(parse(line, "threads"), None);
        assert_eq!(parse("{", "pairs"), None);
    }

    #[test]
    fn the_middle_run_counts() {
        let run = |least, median| Difference { least, median };
        let middle = Difference::middle([run(5.0, 6.0), run(1.0, 9.0), run(6.0, 7.0)]);
        assert_eq!(middle, Difference { least: 5.0, median: 7.0 });
        assert_eq!((middle.text(), run(313.4, 1000.0).text()), ("+5.0 (+7.0)".into(), "+313 (+1000)".into()));
    }
}
