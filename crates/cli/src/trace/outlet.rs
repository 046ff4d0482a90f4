//! Where the reports go: to stderr, or into files.

use super::reports::Process;
use crate::args::ReportOptions;
use crate::complain;
use crate::render::render;
use crate::sink::Sink;
use clrhost::beside;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The place for the reports.
pub enum Outlet {
    /// All of them, one after the other.
    Stderr,
    /// The first process's report goes here, further ones beside it, under names with their numbers.
    First(PathBuf, Sink),
    /// A file for each process; `%p` in its name stands for the process's number.
    Each(PathBuf),
}

impl Outlet {
    /// Finds the place and tries it out, before the command runs. The error is a message for people.
    pub fn open(options: &ReportOptions) -> Result<Outlet, String> {
        let Some(path) = &options.report else { return Ok(Outlet::Stderr) };
        let cannot = |error: io::Error| {
            format!(
                "the report cannot be written to {}: {error}. Choose another --report FILE",
                path.display()
            )
        };
        // The command does not change where we are, but relative names are easier told whole.
        let path = std::path::absolute(path).map_err(cannot)?;
        if is_template(&path) {
            Sink::open(Some(&numbered(&path, std::process::id()))).map_err(cannot)?;
            return Ok(Outlet::Each(path));
        }
        let sink = Sink::open(Some(&path)).map_err(cannot)?;
        Ok(Outlet::First(path, sink))
    }

    /// Writes all reports, at least one. The error is a message for each that could not be written.
    pub fn give_out(self, processes: &[Process], options: &ReportOptions) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        let mut check = |written: io::Result<()>| {
            if let Err(error) = written {
                problems.push(format!("the report could not be written: {error}"));
            }
        };
        let bytes = |process: &Process| render(&process.report, options);
        match self {
            Outlet::Stderr => {
                for process in processes {
                    if processes.len() > 1 {
                        complain(format_args!("process {}: {}", process.report.process.pid, process.command));
                    }
                    check(bytes(process).and_then(|bytes| io::stderr().lock().write_all(&bytes)));
                }
            }
            Outlet::First(path, sink) => {
                let mut further = processes.iter();
                if let Some(first) = further.next() {
                    check(bytes(first).and_then(|bytes| sink.write(&bytes)));
                }
                for process in further {
                    let pid = process.report.process.pid;
                    let path = beside(&path, pid);
                    complain(format_args!(
                        "the report on process {pid} is in {}: {}",
                        path.display(),
                        process.command
                    ));
                    check(bytes(process).and_then(|bytes| Sink::open(Some(&path))?.write(&bytes)));
                }
            }
            Outlet::Each(template) => {
                for process in processes {
                    let path = numbered(&template, process.report.process.pid);
                    check(bytes(process).and_then(|bytes| Sink::open(Some(&path))?.write(&bytes)));
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

pub fn is_template(path: &Path) -> bool {
    path.as_os_str().as_bytes().windows(2).any(|pair| pair == b"%p")
}

/// The name with a number in place of each `%p`.
pub fn numbered(template: &Path, pid: u32) -> PathBuf {
    let mut name = Vec::new();
    let mut rest = template.as_os_str().as_bytes();
    while let Some(place) = rest.windows(2).position(|pair| pair == b"%p") {
        name.extend_from_slice(&rest[..place]);
        name.extend_from_slice(pid.to_string().as_bytes());
        rest = &rest[place + 2..];
    }
    name.extend_from_slice(rest);
    PathBuf::from(OsString::from_vec(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_numbers() {
        assert!(is_template(Path::new("/a/r-%p.json")) && !is_template(Path::new("/a/100%")));
        assert_eq!(numbered(Path::new("/%p/r-%p.json"), 7), Path::new("/7/r-7.json"));
    }
}
