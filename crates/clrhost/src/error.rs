//! The crate's error type.

use clrhost_boundary::Hresult;
use clrhost_engine_coreclr as engine;
use clrhost_probe::ProbeError;

/// Why a program was not hosted as asked. Every message says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// .NET was not found, does not fit, or cannot run the application.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// Crossings cannot be seen in this process.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The policy cannot be applied in the way in which the host is set up. Nothing was run.
    #[error("{0}")]
    Policy(String),
    /// A runtime was started in this process before.
    #[error("a runtime was started in this process before; CoreCLR can be hosted once per process")]
    AlreadyStarted,
    /// The runtime ran, but without the probe, so nothing was seen.
    #[error(
        "the runtime did not take clrhost's probe ({}), so no crossing was seen; `clrhost doctor` checks the settings \
         that keep a profiler out",
        .refused.map_or("it never asked for it".to_owned(), |hresult| hresult.to_string())
    )]
    NotHooked {
        /// The application's exit code.
        exit_code: i32,
        /// What the runtime answered, if it asked for the probe at all.
        refused: Option<Hresult>,
    },
    /// The hosting layer was shut by a catastrophic failure of the host.
    #[error("the hosting layer is shut: {}", Hresult::HOST_E_CLRNOTAVAILABLE)]
    NotAvailable,
}

impl Error {
    /// The HRESULT the hosting contract has for this failure, where it has one.
    pub fn hresult(&self) -> Option<Hresult> {
        match self {
            Error::NotAvailable => Some(Hresult::HOST_E_CLRNOTAVAILABLE),
            Error::NotHooked { refused, .. } => *refused,
            _ => None,
        }
    }
}
