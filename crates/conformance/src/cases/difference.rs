//! Where what an engine did is not what the model says.

use crate::cases::Case;
use clrhost_engine_sim::print;
use std::fmt::Write;

/// The first call that differs, with those before it and the script, in words; `None` if there is none.
pub fn difference(case: &Case, expected: &[String], found: &[String]) -> Option<String> {
    let length = expected.len().max(found.len());
    let first = (0..length).find(|&index| expected.get(index) != found.get(index))?;
    let call = |calls: &[String]| calls.get(first).cloned().unwrap_or_else(|| "no more calls".to_owned());
    let mut text = format!(
        "{}: call {} differs\n  by the contract: {}\n  by this engine:  {}\n",
        case.name,
        first + 1,
        call(expected),
        call(found)
    );
    // Writing to a string does not fail.
    let _ = writeln!(text, "  the host: {:?}", case.plan);
    let _ = writeln!(text, "  the calls of the engine:");
    for (index, call) in found.iter().enumerate() {
        let mark = if index == first { "->" } else { "  " };
        let _ = writeln!(text, "  {mark} {call}");
    }
    let _ = write!(text, "  the script:\n{}", print(&case.script));
    Some(text)
}
