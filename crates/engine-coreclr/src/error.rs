//! The one error type of the crate; every message ends with what to do next.
//!
//! A caller that only wants to branch uses [`Error::kind`]. The exit code of a program is not decided here.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::locate::Located;
use crate::misfit::DoesNotFit;
use crate::roll_forward::UnknownRollForward;
use crate::root::{RejectReason, RejectedRoot};

use crate::status::Status;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no .NET here that could be loaded.
    NotFound,
    /// There is a .NET, but not one that fits what is asked of it.
    DoesNotFit,
    /// The app, or a file that belongs to it, cannot be run as it is.
    BadApplication,
    /// Hostfxr or the runtime refused with this status.
    HostFxr(Status),
    /// An argument or a variable makes no sense.
    InvalidArgument,
    /// The operating system refused to read a file.
    Io,
}

/// Why .NET was not started, or a method not found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No root on this machine.
    #[error(
        "no .NET was found on this machine{tried}\nInstall a .NET runtime, or set DOTNET_ROOT to the directory that has `host/fxr` in it."
    )]
    NoDotnet {
        /// The places that were looked at, one a line; those that do not exist are left out.
        tried: String,
    },

    /// The root that the caller named is none.
    #[error(
        "{rejected}; name a directory that has `host/fxr` and `shared` in it, the one where the `dotnet` command lies."
    )]
    UnusableRoot {
        /// What was named, and what is wrong with it.
        rejected: Box<RejectedRoot>,
    },

    /// The roots lack a framework that the app asks for.
    #[error(transparent)]
    DoesNotFit(#[from] Box<DoesNotFit>),

    /// Hostfxr is there, but the operating system does not load it.
    #[error("{path} could not be loaded: {reason}\nInstall the .NET that fits this machine's processor and C library (glibc or musl).", path = path.display())]
    LoadHostFxr {
        /// The library.
        path: PathBuf,
        /// What the dynamic loader says.
        reason: String,
    },

    /// This hostfxr is too old for what is asked of it.
    #[error("{path} has no function `{function}`; clrhost hosts .NET Core 3.1 and later, so install one of these.", path = path.display())]
    MissingFunction {
        /// The library.
        path: PathBuf,
        /// The function it lacks.
        function: &'static str,
    },

    /// The app cannot be run; the reason says what to do.
    #[error("{path}: {reason}", path = path.display())]
    BadApplication {
        /// The file that was to be run.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },

    /// The app has no `runtimeconfig.json`.
    #[error("{expected} is missing, which says what .NET the app needs. Run `dotnet build`, which writes it, or pass --runtimeconfig FILE. Programs for .NET Framework or Mono have none, and clrhost does not host these runtimes; many such programs run on .NET with a runtimeconfig.json of another program.", expected = expected.display())]
    NoRuntimeConfig {
        /// Where the file was expected.
        expected: PathBuf,
    },

    /// The app brings its own runtime.
    #[error("{config} is of a self-contained app, which brings its own runtime ({included}). Run its executable instead of the .dll, or publish it framework-dependent (`dotnet publish --self-contained false`).", config = config.display())]
    SelfContained {
        /// The app's `runtimeconfig.json`.
        config: PathBuf,
        /// The frameworks it brings along.
        included: String,
    },

    /// A `runtimeconfig.json` or `deps.json` cannot be used.
    #[error("{path} is not valid: {reason}. Correct it, or build the app again.", path = path.display())]
    InvalidConfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The variable `DOTNET_ROLL_FORWARD` has a value that hostfxr would refuse.
    #[error("the variable DOTNET_ROLL_FORWARD is set wrongly: {source}.")]
    RollForwardVariable {
        /// What is wrong with the value.
        source: UnknownRollForward,
    },

    /// An argument cannot be handed to native code.
    #[error("the {what} contains a NUL character, which no path or argument may; remove it.")]
    NulInside {
        /// Which argument.
        what: &'static str,
    },

    /// Hostfxr refused.
    #[error("{action} failed with {status}: {}", advice(*.status, .messages))]
    HostFxr {
        /// What was tried.
        action: &'static str,
        /// The answer.
        status: Status,
        /// What hostfxr wrote, line by line; may be empty.
        messages: Vec<String>,
    },

    /// The runtime runs, but gives no pointer to the method.
    #[error("no pointer to {type_name}.{method_name} in {assembly}: {} (0x{hresult:08x}). {}", explain_hresult(*.hresult).0, explain_hresult(*.hresult).1, assembly = assembly.display())]
    NoMethod {
        /// The assembly.
        assembly: PathBuf,
        /// The type, as it was asked for.
        type_name: String,
        /// The method.
        method_name: String,
        /// What the runtime answered.
        hresult: u32,
    },

    /// clrhost's own managed part could not be loaded.
    #[error("the runtime did not load clrhost's managed part: {} (0x{hresult:08x}). {}", explain_hresult(*.hresult).0, explain_hresult(*.hresult).1)]
    NoShim {
        /// What the runtime answered.
        hresult: u32,
    },

    /// The runtime is too old for `UnmanagedCallersOnly`.
    #[error(
        "{runtime} cannot hand out UnmanagedCallersOnly methods; use .NET 5 or newer, or name a delegate type."
    )]
    NoUnmanagedCallersOnly {
        /// The framework that runs, as `name version`.
        runtime: String,
    },

    /// A file that exists could not be read.
    #[error("{path} could not be read: {source}. Check its permissions.", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl Error {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoDotnet { .. } | Self::UnusableRoot { .. } | Self::LoadHostFxr { .. } => {
                ErrorKind::NotFound
            }
            Self::DoesNotFit(_) | Self::MissingFunction { .. } | Self::NoUnmanagedCallersOnly { .. } => {
                ErrorKind::DoesNotFit
            }
            Self::BadApplication { .. }
            | Self::NoRuntimeConfig { .. }
            | Self::SelfContained { .. }
            | Self::InvalidConfig { .. } => ErrorKind::BadApplication,
            Self::RollForwardVariable { .. } | Self::NulInside { .. } => ErrorKind::InvalidArgument,
            Self::HostFxr { status, .. } => ErrorKind::HostFxr(*status),
            Self::NoMethod { hresult, .. } | Self::NoShim { hresult } => ErrorKind::HostFxr(Status(*hresult)),
            Self::Io { .. } => ErrorKind::Io,
        }
    }

    pub(crate) fn invalid_config(path: &Path, reason: impl fmt::Display) -> Self {
        Self::InvalidConfig { path: path.to_path_buf(), reason: reason.to_string() }
    }

    pub(crate) fn bad_application(path: &Path, reason: impl fmt::Display) -> Self {
        Self::BadApplication { path: path.to_path_buf(), reason: reason.to_string() }
    }

    pub(crate) fn read(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }

    pub(crate) fn no_dotnet(located: &Located) -> Self {
        let tried = located.rejected.iter().filter(|rejected| rejected.reason != RejectReason::DoesNotExist);
        Self::NoDotnet { tried: tried.map(|rejected| format!("\n  {rejected}")).collect() }
    }
}

/// What hostfxr wrote, or, where it wrote nothing, what the status means.
fn advice(status: Status, messages: &[String]) -> String {
    let lines = messages.iter().map(|line| line.trim_matches('\n')).filter(|line| !line.trim().is_empty());
    let lines = lines.collect::<Vec<_>>();
    if lines.is_empty() {
        let meaning = status.meaning().unwrap_or("hostfxr gave no reason");
        return format!("{meaning}. Set COREHOST_TRACE=1 to have hostfxr print every step.");
    }
    format!("hostfxr says:\n{}", lines.join("\n"))
}

/// The answers that .NET 3.1 and 8 were seen to give, and what to do about them.
fn explain_hresult(hresult: u32) -> (&'static str, &'static str) {
    match hresult {
        0x8007_0002 | 0x8013_1509 => (
            "the assembly was not found, or the method does not have the kind asked for",
            "Check the path, and that [UnmanagedCallersOnly] on the method and the kind asked for go together.",
        ),
        0x8007_0057 | 0x8013_1513 => (
            "there is no such static method, or its signature or kind is not the one asked for",
            "Check the method's name, its attribute [UnmanagedCallersOnly], and the delegate type, written `Type, Assembly`.",
        ),
        0x8013_1522 => ("there is no such type", "Write it as `Namespace.Type, Assembly`."),
        0x8007_000B => ("the file is no valid assembly for this runtime", "Build it again for this runtime."),
        _ => ("the runtime refused", "Call the method from a small managed program to see the exception."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_error(messages: &[&str]) -> Error {
        Error::HostFxr {
            action: "preparing the app",
            status: Status::FRAMEWORK_MISSING,
            messages: messages.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    #[test]
    fn what_hostfxr_wrote_is_in_the_message_once() {
        let text = host_error(&["You must install .NET\n", "", "Learn more"]).to_string();
        assert_eq!(
            text,
            "preparing the app failed with FrameworkMissingFailure (0x80008096): hostfxr says:\nYou must install .NET\nLearn more"
        );
    }

    #[test]
    fn a_silent_refusal_is_explained_by_its_status() {
        let error = host_error(&[" "]);
        assert!(error.to_string().contains("a framework that the app asks for is not installed"), "{error}");
        assert_eq!(error.kind(), ErrorKind::HostFxr(Status::FRAMEWORK_MISSING));
    }

    #[test]
    fn no_dotnet_lists_what_looked_like_one() {
        let rejected = |reason| RejectedRoot {
            path: "/opt/x".into(),
            source: crate::root::RootSource::Variable("DOTNET_ROOT"),
            reason,
        };
        let located = Located {
            roots: Vec::new(),
            rejected: vec![rejected(RejectReason::NoHostFxr), rejected(RejectReason::DoesNotExist)],
        };
        let text = Error::no_dotnet(&located).to_string();
        assert_eq!(text.matches("/opt/x (from DOTNET_ROOT)").count(), 1, "{text}");
        assert!(text.ends_with("`host/fxr` in it."), "{text}");
    }
}
