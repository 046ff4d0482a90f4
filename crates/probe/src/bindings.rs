//! Which native functions have thunks: what a look-up of one gets in place of its address.

use crate::arch::thunk::managed_dlsym_entry;
use crate::lookups::Seeker;
use crate::native_symbol::{NativeSymbol, symbol_at};
use crate::pinvokes::Declaration;
use crate::probe::{Probe, lock};
use crate::thunk::pages::Pages;
use crate::thunk::{Purpose, Thunk};
use clrhost_boundary::{Origin, TargetDescription, TargetId, TargetKind};
use std::collections::HashMap;
use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Functions bound so far, and the memory of all thunks.
pub(crate) struct Bindings {
    pub(crate) functions: Mutex<Pages>,
    pub(crate) callbacks: Mutex<Pages>,
    bound: Mutex<HashMap<Function, Bound>>,
    keys: AtomicU64,
}

impl Bindings {
    pub(crate) fn new() -> Bindings {
        Bindings {
            functions: Mutex::new(Pages::for_functions()),
            callbacks: Mutex::new(Pages::for_callbacks()),
            bound: Mutex::default(),
            keys: AtomicU64::new(FIRST_KEY),
        }
    }

    /// A key for a target, which no other target has. (A thunk's address is none: thunks are used again.)
    pub(crate) fn new_key(&self) -> u64 {
        self.keys.fetch_add(1, Relaxed)
    }

    /// A module goes, and with it all who could call through the thunks of its P/Invokes: they serve again.
    pub(crate) fn module_unloads(&self, module: usize) {
        let is_gone =
            |function: &Function| matches!(function.caller, Caller::Method(Some((of, _))) if of == module);
        let gone: Vec<_> = lock(&self.bound).extract_if(|function, _| is_gone(function)).collect();
        let mut pages = lock(&self.functions);
        for (_, bound) in gone {
            if let Bound::Hooked(thunk) = bound {
                pages.give_back(thunk);
            }
        }
    }

    /// The thunk whose stub lies at this address.
    pub(crate) fn thunk_at(&self, address: usize) -> Option<&'static Thunk> {
        let of_function = lock(&self.functions).thunk_at(address);
        of_function.or_else(|| lock(&self.callbacks).thunk_at(address))
    }

    /// The address that callers get: the stub of a thunk.
    pub(crate) fn stub_of(&self, thunk: &'static Thunk) -> usize {
        let of_function = lock(&self.functions).stub_of(thunk);
        of_function.or_else(|| lock(&self.callbacks).stub_of(thunk)).expect("every thunk is of these pages")
    }
}

/// Above all addresses, by which other targets are known.
const FIRST_KEY: u64 = 1 << 63;

/// A function as its callers know it. Two methods that declare one function have a target each, as they have with the
/// transitions flag.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Function {
    library: PathBuf,
    symbol: String,
    caller: Caller,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    /// A P/Invoke: its module and token, where known.
    Method(Option<(usize, u32)>),
    /// Whoever has the pointer.
    Export,
}

#[derive(Clone, Copy)]
enum Bound {
    /// Calls are reported, through this thunk.
    Hooked(&'static Thunk),
    /// The host does not want to hear of them: this is the function itself.
    Unhooked,
}

impl Probe {
    /// What the look-up of a function gets: its address, or that of a thunk. Takes locks and allocates.
    pub(crate) fn bind_function(&'static self, seeker: Seeker, name: &CStr, address: usize) -> usize {
        let Some(found) = symbol_at(address).filter(|found| found.is_function) else { return address };
        let Ok(name) = name.to_str() else { return address };
        let declaration = match seeker {
            Seeker::Managed => None,
            Seeker::PInvoke => self.declaration_of(name, &found.library),
            Seeker::PerhapsPInvoke => match self.declaration_of(name, &found.library) {
                // Also by its library, as others may look up functions of the same name.
                Some(it) if it.names_library(&found.library) => Some(it),
                _ => return address,
            },
        };
        let caller = match seeker {
            Seeker::Managed => Caller::Export,
            _ => Caller::Method(declaration.as_ref().map(|it| (it.module, it.method))),
        };
        let function = Function { library: found.library.clone(), symbol: name.to_owned(), caller };
        match self.bound_before(&function, address) {
            Some(Bound::Hooked(thunk)) => self.bindings().stub_of(thunk),
            Some(Bound::Unhooked) => address,
            None => self.bind_anew(function, &found, declaration, address),
        }
    }

    /// What the function was bound to. If its library was unloaded and loaded again, what has its thunk leads there now.
    fn bound_before(&self, function: &Function, address: usize) -> Option<Bound> {
        let bound = *lock(&self.bindings().bound).get(function)?;
        if let Bound::Hooked(thunk) = bound
            && thunk.address() != address
        {
            let still_there = symbol_at(thunk.address()).is_some_and(|it| {
                it.library == function.library && it.name.as_ref() == Some(&function.symbol)
            });
            if still_there {
                // Loaded twice: a target of its own.
                return None;
            }
            thunk.move_to(address);
        }
        Some(bound)
    }

    fn bind_anew(
        &'static self,
        function: Function,
        found: &NativeSymbol,
        declaration: Option<Declaration>,
        address: usize,
    ) -> usize {
        let purpose = match (function.caller, &declaration) {
            (Caller::Export, _) => Purpose::Export,
            (Caller::Method(_), Some(it)) if it.description.suppress_gc_transition => {
                Purpose::LeaveSuppressed
            }
            (Caller::Method(_), _) => Purpose::Leave,
        };
        let kind = match function.caller {
            Caller::Export => TargetKind::FunctionPointer,
            Caller::Method(_) => TargetKind::PInvoke,
        };
        let mut description = match declaration {
            Some(declaration) => declaration.description,
            None => undeclared(kind, &function),
        };
        description.symbol = Some(function.symbol.clone());
        description.address = Some(address);
        description.file = Some(found.library.to_string_lossy().into_owned());
        let Ok(thunk) = lock(&self.bindings().functions).take() else {
            // Without memory for a thunk the call goes on unseen, and is said to.
            self.note_unhooked(format!("{}: no memory for a thunk", function.symbol));
            return address;
        };
        let target = self.boundary().bind(self.bindings().new_key(), description);
        let hooked = self.boundary().needs_hook(target);
        let is_dlsym = is_dlsym(&function);
        let leads_to = if is_dlsym { managed_dlsym_entry() as usize } else { address };
        let mut bound = lock(&self.bindings().bound);
        // Another thread may have been as far at the same time.
        let bound =
            *bound.entry(function).or_insert(if hooked { Bound::Hooked(thunk) } else { Bound::Unhooked });
        match bound {
            Bound::Hooked(first) if std::ptr::eq(first, thunk) => {
                self.lead(thunk, leads_to, address, target, purpose);
                if is_dlsym {
                    thunk.look_at_handles();
                }
                self.bindings().stub_of(thunk)
            }
            Bound::Hooked(first) => {
                lock(&self.bindings().functions).give_back(thunk);
                self.bindings().stub_of(first)
            }
            Bound::Unhooked => {
                lock(&self.bindings().functions).give_back(thunk);
                address
            }
        }
    }

    pub(crate) fn lead(
        &self,
        thunk: &Thunk,
        function: usize,
        address: usize,
        target: TargetId,
        purpose: Purpose,
    ) {
        thunk.lead_to(function, address, target, purpose, self.timing(), self.is_hosted());
    }

    /// Thunks in use.
    pub fn thunks(&self) -> usize {
        let bindings = self.bindings();
        lock(&bindings.functions).in_use() + lock(&bindings.callbacks).in_use()
    }
}

fn undeclared(kind: TargetKind, function: &Function) -> TargetDescription {
    // Named as the transitions flag names such calls, so that both sources have them in one row of kinds.
    let method = match kind {
        TargetKind::FunctionPointer => "(function pointer)",
        _ => function.symbol.as_str(),
    };
    let mut description = TargetDescription::named(kind, method);
    description.origin = Origin::Unknown;
    let file = function.library.file_name().map(|name| name.to_string_lossy().into_owned());
    description.library = file;
    description
}

/// The C library's, whatever the version calls its files.
fn is_dlsym(function: &Function) -> bool {
    let is_c_library = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ["libc.", "libc-", "libdl.", "libdl-", "ld-musl"].iter().any(|start| name.starts_with(start))
    };
    function.symbol == "dlsym" && is_c_library(&function.library)
}
