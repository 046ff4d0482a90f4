//! What is to be run.

use clrhost_engine_coreclr::HostOptions;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A managed application: an assembly with a `Main`, and its arguments.
///
/// `runtimeconfig.json` and `deps.json` beside the assembly are used as `dotnet` uses them.
#[derive(Clone, Debug)]
pub struct Application {
    pub(crate) assembly: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) options: HostOptions,
}

impl Application {
    /// The application in this assembly.
    pub fn new(assembly: impl Into<PathBuf>) -> Application {
        Application { assembly: assembly.into(), arguments: Vec::new(), options: HostOptions::default() }
    }

    /// Adds an argument for its `Main`.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Application {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments for its `Main`.
    pub fn args(mut self, arguments: impl IntoIterator<Item: Into<OsString>>) -> Application {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets what `dotnet exec` takes before the assembly: other configuration files, probing paths, roll-forward.
    pub fn options(mut self, options: HostOptions) -> Application {
        self.options = options;
        self
    }

    /// The assembly.
    pub fn assembly(&self) -> &Path {
        &self.assembly
    }

    /// The arguments for its `Main`.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }
}
