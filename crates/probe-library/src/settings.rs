//! What the environment asks for.

use crate::clock;
use clrhost::{ProbeConfig, RecordingOptions, Replaces, Source, Timing};
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The variables as they were when the runtime loaded the library.
pub struct Settings {
    /// Where the report goes.
    pub report: Option<PathBuf>,
    /// What is recorded call by call.
    pub recording: Option<RecordingOptions>,
    /// Leave out the native calls of .NET's own assemblies.
    pub user_only: bool,
    source: Option<Source>,
    /// Take times with the system's clock even where the processor's counter would do.
    system_clock: bool,
    timing: Timing,
    beside_another: bool,
}

impl Settings {
    /// `None` where neither a report nor a recording is wanted: then nothing is to be watched.
    pub fn of_process() -> Option<Settings> {
        let report = file_in("CLRHOST_REPORT");
        let recording = file_in("CLRHOST_RECORD").map(|path| RecordingOptions {
            path,
            // Another process of the same command may have been first.
            replaces: Replaces::Nothing,
            limit: number_in("CLRHOST_RECORD_LIMIT"),
            duration: number_in("CLRHOST_RECORD_SECONDS")
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        });
        if report.is_none() && recording.is_none() {
            return None;
        }
        let is_on = |name| env::var_os(name).is_some_and(|value| value == "1");
        let source = match env::var("CLRHOST_SOURCE").as_deref() {
            Ok("flag") => Some(Source::Flag),
            Ok("thunks") => Some(Source::Thunks),
            _ => None,
        };
        Some(Settings {
            report,
            recording,
            user_only: is_on("CLRHOST_USER_ONLY"),
            source,
            system_clock: env::var_os("CLRHOST_CLOCK").is_some_and(|value| value == "system"),
            beside_another: is_on("CLRHOST_BESIDE"),
            timing: if is_on("CLRHOST_COUNT_ONLY") { Timing::Counted } else { Timing::Timed },
        })
    }

    /// How the probe is to work.
    pub fn probe(&self) -> ProbeConfig {
        ProbeConfig {
            source: self.source,
            system_clock: self.system_clock,
            timing: self.timing,
            beside_another: self.beside_another,
            pauses: self.timing == Timing::Timed,
            ..ProbeConfig::default()
        }
    }
}

/// The file that a variable names.
fn file_in(variable: &str) -> Option<PathBuf> {
    let template = env::var_os(variable).filter(|path| !path.is_empty())?;
    let path = fill_in(&template, std::process::id(), clock::monotonic().as_nanos());
    // The program may go to another folder before it ends.
    Some(std::path::absolute(&path).unwrap_or(path))
}

fn number_in<T: FromStr>(variable: &str) -> Option<T> {
    env::var(variable).ok()?.parse().ok()
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
