//! What the environment asks for.

use crate::clock;
use clrhost::{ProbeConfig, Source, Timing};
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The variables as they were when the runtime loaded the library.
pub struct Settings {
    /// Where the report goes.
    pub report: PathBuf,
    /// Leave out the native calls of .NET's own assemblies.
    pub user_only: bool,
    source: Option<Source>,
    timing: Timing,
    beside_another: bool,
}

impl Settings {
    /// `None` where no report is wanted: then nothing is to be watched.
    pub fn of_process() -> Option<Settings> {
        let report = env::var_os("CLRHOST_REPORT").filter(|path| !path.is_empty())?;
        let path = fill_in(&report, std::process::id(), clock::monotonic().as_nanos());
        let is_on = |name| env::var_os(name).is_some_and(|value| value == "1");
        let source = match env::var("CLRHOST_SOURCE").as_deref() {
            Ok("flag") => Some(Source::Flag),
            Ok("thunks") => Some(Source::Thunks),
            _ => None,
        };
        Some(Settings {
            // The program may go to another folder before it ends.
            report: std::path::absolute(&path).unwrap_or(path),
            user_only: is_on("CLRHOST_USER_ONLY"),
            source,
            beside_another: is_on("CLRHOST_BESIDE"),
            timing: if is_on("CLRHOST_COUNT_ONLY") { Timing::Counted } else { Timing::Timed },
        })
    }

    /// How the probe is to work.
    pub fn probe(&self) -> ProbeConfig {
        ProbeConfig {
            source: self.source,
            timing: self.timing,
            beside_another: self.beside_another,
            ..ProbeConfig::default()
        }
    }

    /// Where a report lies until it is whole.
    pub fn draft(&self) -> PathBuf {
        let mut name = self.report.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        self.report.with_file_name(name)
    }
}

/// `%p` stands for the process's number, `%t` for a time that grows, in nanoseconds with leading zeros.
fn fill_in(template: &OsStr, pid: u32, time: u128) -> PathBuf {
    let mut path = Vec::new();
    let mut rest = template.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let filled = match (byte, behind.first()) {
            (b'%', Some(b'p')) => pid.to_string(),
            (b'%', Some(b't')) => format!("{time:020}"),
            _ => {
                path.push(byte);
                continue;
            }
        };
        path.extend(filled.into_bytes());
        rest = &behind[1..];
    }
    Path::new(&OsString::from_vec(path)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in() {
        let filled = |template: &str| fill_in(OsStr::new(template), 42, 7).to_string_lossy().into_owned();
        assert_eq!(filled("/a/%p.json"), "/a/42.json");
        assert_eq!(filled("%t-%p%p"), "00000000000000000007-4242");
        assert_eq!(filled("100%/%x%"), "100%/%x%");
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        let template = OsStr::from_bytes(b"/\xff/%p");
        assert_eq!(fill_in(template, 1, 1).as_os_str().as_bytes(), b"/\xff/1");
    }
}
