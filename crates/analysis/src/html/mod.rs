//! One page to look at, for any browser, without a network.
//!
//! The page is `page.html` with style, scripts and data put in. The data are JSON in a block that browsers do not run; names from
//! the recording reach the page through `textContent` alone, and the page's own policy lets no other script run and nothing be
//! fetched.

mod data;
mod drawing;

use crate::analysis::Analysis;
use crate::findings::Findings;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// In the order in which they lie in the page, as one script.
const SCRIPTS: [&str; 7] = [
    include_str!("base.js"),
    include_str!("calls.js"),
    include_str!("timeline.js"),
    include_str!("timeline_input.js"),
    include_str!("flame.js"),
    include_str!("tables.js"),
    include_str!("page.js"),
];

/// What the page is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageOptions {
    /// So many calls are drawn one by one, the longest ones; the others as density. All sums are over all calls in any case.
    pub most_drawn: usize,
}

impl Default for PageOptions {
    fn default() -> PageOptions {
        PageOptions { most_drawn: 200_000 }
    }
}

impl Analysis<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_page(
        &self,
        findings: &Findings,
        options: PageOptions,
        mut writer: impl Write,
    ) -> io::Result<()> {
        let script = SCRIPTS.concat();
        let data = serde_json::to_string(&data::of(self, findings, options))?;
        let digest = Sha256::digest(script.as_bytes());
        let parts = [
            ("{{title}}", escaped(&self.title())),
            ("{{script-hash}}", drawing::base64(&digest)),
            ("{{style}}", STYLE.to_owned()),
            ("{{script}}", script),
            ("{{data}}", harmless(&data)),
        ];
        // One part after the other from left to right, so that what is put in is not looked at again.
        let mut rest = TEMPLATE;
        while let Some((place, (mark, part))) =
            parts.iter().filter_map(|part| Some((rest.find(part.0)?, part))).min_by_key(|found| found.0)
        {
            writer.write_all(&rest.as_bytes()[..place])?;
            writer.write_all(part.as_bytes())?;
            rest = &rest[place + mark.len()..];
        }
        writer.write_all(rest.as_bytes())?;
        writer.flush()
    }

    /// The program: the first assembly on the command line, as "Orders.dll", else the command.
    pub(crate) fn title(&self) -> String {
        let command = &self.recording.origin.command;
        let name = |word: &String| word.rsplit('/').next().unwrap_or(word).to_owned();
        let assembly = command.iter().find(|word| word.ends_with(".dll"));
        assembly.or(command.first()).map_or_else(|| format!("process {}", self.recording.origin.pid), name)
    }
}

/// Text as it may stand in HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char if char.is_control() => safe.push('\u{FFFD}'),
            char => safe.push(char),
        }
    }
    safe
}

/// JSON as it may stand in a script block: nothing in it can end the block or begin a comment.
fn harmless(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_every_mark_and_the_scripts_write_no_markup() {
        for (mark, times) in
            [("{{title}}", 2), ("{{script-hash}}", 1), ("{{style}}", 1), ("{{script}}", 1), ("{{data}}", 1)]
        {
            assert_eq!(TEMPLATE.matches(mark).count(), times, "{mark}");
        }
        let script = SCRIPTS.concat().replace("\"http://www.w3.org/2000/svg\"", "");
        assert!(!script.contains("</script") && !STYLE.contains("</style"));
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http"] {
            assert!(!script.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(escaped("<b>\"&'\0"), "&lt;b&gt;&quot;&amp;&#39;\u{FFFD}");
        assert_eq!(harmless("[\"</script><!--\"]"), "[\"\\u003c/script\\u003e\\u003c!--\"]");
    }
}
