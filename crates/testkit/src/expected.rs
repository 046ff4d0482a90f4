//! What a test program says about its own run, and the report to compare it with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// The line of JSON that a fixture prints: exact counts over all threads.
/// `fixtures/managed/shared/Expect.cs` explains each field.
#[derive(Clone, Debug, Deserialize)]
pub struct Expected {
    /// The fixture's name.
    #[serde(default)]
    pub fixture: String,
    /// Calls from managed to native code, a row for each P/Invoke method or delegate type.
    pub targets: Vec<ExpectedRow>,
    /// Calls from native to managed code, a row for each delegate type or method.
    pub callbacks: Vec<ExpectedRow>,
    /// Where pointers lead that came from `NativeLibrary.GetExport` or `dlsym`: calls by managed code, which rows of
    /// `targets` without a symbol count already.
    #[serde(default)]
    pub exports: Vec<ExpectedExport>,
    /// Methods whose brackets are still open when the process ends, once for each bracket.
    #[serde(default)]
    pub open: Vec<String>,
    /// Methods whose brackets never get their second half, though their thread goes on or ends alone.
    #[serde(default)]
    pub abandoned: Vec<String>,
    /// Other numbers, such as `max_depth`.
    #[serde(default)]
    pub facts: BTreeMap<String, i64>,
}

/// How often one function is called.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct ExpectedRow {
    /// `Type.Method`; empty for calls by `calli`, which have no method.
    pub method: String,
    /// The native entry point, unless the target is known by its address alone.
    pub symbol: Option<String>,
    /// The exact number of calls.
    pub calls: u64,
}

/// How often managed code calls an exported function by its pointer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct ExpectedExport {
    /// The name it was asked for.
    pub symbol: String,
    /// The exact number of calls.
    pub calls: u64,
}

impl Expected {
    /// Reads the last line of `stdout` that is a JSON object.
    pub fn from_stdout(stdout: &str) -> Expected {
        let line = stdout.lines().rev().find(|line| line.starts_with('{'));
        let line = line.unwrap_or_else(|| panic!("the fixture printed no expectations:\n{stdout}"));
        serde_json::from_str(line).unwrap_or_else(|e| panic!("unreadable expectations: {e}\n{line}"))
    }
}

/// Reads a report written by `clrhost ... --format json --report FILE`.
pub fn read_report(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("no report at {}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("unreadable report: {e}\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_object_counts() {
        let stdout = "hello\n{\"targets\":[],\"callbacks\":[]}\n{\"fixture\":\"A\",\"targets\":[{\"method\":\"A.f\",\
                      \"symbol\":\"f\",\"calls\":2}],\"callbacks\":[{\"method\":\"D.Invoke\",\"calls\":1}],\
                      \"facts\":{\"max_depth\":2}}\nProcessExit\n";
        let expected = Expected::from_stdout(stdout);
        assert_eq!(expected.fixture, "A");
        assert_eq!(
            expected.targets,
            [ExpectedRow { method: "A.f".into(), symbol: Some("f".into()), calls: 2 }]
        );
        assert_eq!(expected.callbacks[0].symbol, None);
        assert_eq!(expected.facts["max_depth"], 2);
    }
}
