//! What the environment of the command says, and what it is made to say.

use super::folder::PrivateFolder;
use crate::args::{SourceName, Trace};
use crate::exit_code;
use clrhost::{configured_profiler, diagnostics_off, environment_beside, environment_for};
use std::path::Path;
use std::process::Command;

/// An error, with an exit code, if the environment keeps the probe out.
pub fn check(options: &Trace) -> Result<(), (String, i32)> {
    if options.beside_profiler && options.source == Some(SourceName::Thunks) {
        let problem = "thunks need changes of code, which CoreCLR allows to one profiler only; nothing was run. Leave out --source \
                       thunks, or take the other profiler's place with --replace-profiler";
        return Err((problem.to_owned(), exit_code::FAILURE));
    }
    let chosen = options.replace_profiler || options.beside_profiler;
    if let Some(profiler) = configured_profiler().filter(|_| !chosen) {
        return Err((
            format!(
                "another profiler is configured in the environment: {profiler}; nothing was run. --beside-profiler leaves it in its \
                 place and sees crossings by the runtime's own events, from .NET 6 on; --replace-profiler takes its place for this \
                 command"
            ),
            exit_code::OTHER_PROFILER,
        ));
    }
    match diagnostics_off() {
        Some(variable) => Err((
            format!(
                "{variable}=0 keeps CoreCLR from loading a profiler; nothing was run. Unset it for this command"
            ),
            exit_code::OTHER_PROFILER,
        )),
        None => Ok(()),
    }
}

/// Brings the probe into every CoreCLR of the command, with its options and the place for the reports.
pub fn set(command: &mut Command, options: &Trace, library: &Path, folder: &PrivateFolder) {
    let variables =
        if options.beside_profiler { environment_beside(library) } else { environment_for(library) };
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("CLRHOST_REPORT", folder.report_name());
    let source = options.source.map(|source| match source {
        SourceName::Thunks => "thunks",
        SourceName::Flag => "flag",
    });
    let on = |on: bool| on.then_some("1");
    let recording = &options.recording;
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let (limit, seconds) =
        (number(recording.max_size), recording.duration.map(|time| time.as_secs_f64().to_string()));
    match &recording.output {
        Some(path) => command.env("CLRHOST_RECORD", std::path::absolute(path).unwrap_or(path.clone())),
        None => command.env_remove("CLRHOST_RECORD"),
    };
    for (name, value) in [
        ("CLRHOST_RECORD_LIMIT", limit.as_deref()),
        ("CLRHOST_RECORD_SECONDS", seconds.as_deref()),
        ("CLRHOST_SOURCE", source),
        ("CLRHOST_BESIDE", on(options.beside_profiler)),
        ("CLRHOST_COUNT_ONLY", on(options.count_only)),
        ("CLRHOST_USER_ONLY", on(options.report.user_only)),
    ] {
        // What an outer trace asked for is not meant for this one.
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
}
