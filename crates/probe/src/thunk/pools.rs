//! The thunks of a process, by what their stubs go to.

use super::pages::Pages;
use super::{Code, Purpose, Thunk};
use crate::probe::lock;
use std::io;
use std::sync::Mutex;

/// Thunks whose stubs go to the same code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    /// For calls to native code.
    Leave,
    /// For those in cooperative GC mode.
    LeaveSuppressed,
    /// For functions that managed code asked for by name.
    Export,
    /// For delegates that native code calls.
    Reverse,
    /// For functions that look others up, whose code changes.
    LookUp,
}

impl Pool {
    const ALL: [Pool; 5] = [Pool::Leave, Pool::LeaveSuppressed, Pool::Export, Pool::Reverse, Pool::LookUp];
}

impl From<Purpose> for Pool {
    fn from(purpose: Purpose) -> Pool {
        match purpose {
            Purpose::Leave => Pool::Leave,
            Purpose::LeaveSuppressed => Pool::LeaveSuppressed,
            Purpose::Export => Pool::Export,
            Purpose::Reverse => Pool::Reverse,
        }
    }
}

/// All pools.
pub(crate) struct Pools {
    /// By [`Pool`].
    pages: [Mutex<Pages>; Pool::ALL.len()],
}

impl Pools {
    /// Pools without thunks. `code` says what a thunk for a purpose goes to, the same as long as the process runs.
    pub(crate) fn new(code: impl Fn(Purpose) -> Code) -> Pools {
        let pages = Pool::ALL.map(|pool| match pool {
            Pool::Leave => Pages::for_functions(Some(code(Purpose::Leave))),
            Pool::LeaveSuppressed => Pages::for_functions(Some(code(Purpose::LeaveSuppressed))),
            Pool::Export => Pages::for_functions(Some(code(Purpose::Export))),
            Pool::Reverse => Pages::for_callbacks(Some(code(Purpose::Reverse))),
            Pool::LookUp => Pages::for_functions(None),
        });
        Pools { pages: pages.map(Mutex::new) }
    }

    /// A thunk that nobody uses.
    pub(crate) fn take(&self, pool: Pool) -> io::Result<&'static Thunk> {
        lock(&self.pages[pool as usize]).take()
    }

    /// Gives back a thunk that nobody has the address of.
    pub(crate) fn give_back(&self, thunk: &'static Thunk) {
        self.first(|pages| pages.stub_of(thunk).map(|_| pages.give_back(thunk)));
    }

    /// The thunk whose stub lies at this address.
    pub(crate) fn thunk_at(&self, address: usize) -> Option<&'static Thunk> {
        self.first(|pages| pages.thunk_at(address))
    }

    /// The address that callers get: the stub of a thunk.
    pub(crate) fn stub_of(&self, thunk: &'static Thunk) -> usize {
        self.first(|pages| pages.stub_of(thunk)).expect("every thunk is of these pools")
    }

    /// Lets the stub of a thunk for a delegate begin as the runtime's code does that it leads to.
    ///
    /// # Safety
    /// `code` is that code.
    pub(crate) unsafe fn begin_as(&self, thunk: &'static Thunk, code: usize) {
        // SAFETY: the caller's duty.
        unsafe { lock(&self.pages[Pool::Reverse as usize]).begin_as(thunk, code) }
    }

    /// Thunks that are in use.
    pub(crate) fn in_use(&self) -> usize {
        self.pages.iter().map(|pages| lock(pages).in_use()).sum()
    }

    fn first<T>(&self, mut find: impl FnMut(&mut Pages) -> Option<T>) -> Option<T> {
        self.pages.iter().find_map(|pages| find(&mut lock(pages)))
    }
}
