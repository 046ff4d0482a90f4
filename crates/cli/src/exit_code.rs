//! The command's own exit codes. An application's exit code passes through, so ours keep to the range that `timeout`,
//! `env` and shells use for themselves.

use clrhost::Error;
use clrhost::engine::ErrorKind;

/// `clrhost diff`: something grew by more than the limit.
pub const OVER_THE_LIMIT: i32 = 1;
/// `clrhost check`: the host breaks a rule.
pub const RULE_BROKEN: i32 = 1;
/// The application ran, but the report could not be written.
pub const REPORT_NOT_WRITTEN: i32 = 120;
/// No .NET was found.
pub const NO_DOTNET: i32 = 121;
/// .NET was found, but no version that fits the application.
pub const RUNTIME_DOES_NOT_FIT: i32 = 122;
/// The file is not an application that can be run: missing, not an assembly, without runtimeconfig.json.
pub const BAD_APPLICATION: i32 = 123;
/// Another profiler is configured, or profilers are switched off.
pub const OTHER_PROFILER: i32 = 124;
/// The command line is wrong, or clrhost itself failed.
pub const FAILURE: i32 = 125;
/// `clrhost trace`: the command cannot be executed.
pub const COMMAND_NOT_EXECUTABLE: i32 = 126;
/// `clrhost trace`: there is no such command.
pub const COMMAND_NOT_FOUND: i32 = 127;

/// The table that `--help` and the man page end with.
pub const HELP: &str = "\
Exit codes:
  The application's exit code passes through, and so does the signal that ends it; under trace a
  signal gives 128 and its number.
  120  the application ran and returned 0, but the report or the recording could not be written
  121  no .NET was found
  122  .NET was found, but no version that fits the application
  123  not an application that can be run: missing, not an assembly, no runtimeconfig.json
  124  another profiler is configured in the environment, or profilers are switched off
  125  wrong usage, or clrhost itself failed
  126  trace: the command cannot be executed
  127  trace: there is no such command";

/// The exit code for an error of the library.
pub fn of_error(error: &Error) -> i32 {
    match error {
        Error::Engine(engine) => match engine.kind() {
            ErrorKind::NotFound => NO_DOTNET,
            ErrorKind::DoesNotFit => RUNTIME_DOES_NOT_FIT,
            ErrorKind::BadApplication => BAD_APPLICATION,
            ErrorKind::HostFxr(status) => match status.name() {
                Some("FrameworkMissingFailure" | "FrameworkCompatFailure") => RUNTIME_DOES_NOT_FIT,
                _ => FAILURE,
            },
            ErrorKind::InvalidArgument | ErrorKind::Io => FAILURE,
        },
        Error::Probe(_) => OTHER_PROFILER,
        Error::NotHooked { exit_code, .. } if *exit_code != 0 => *exit_code,
        _ => FAILURE,
    }
}
