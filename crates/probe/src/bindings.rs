//! Which native functions have thunks: what a look-up of one gets in place of its address.

use crate::admission::Bound;
use crate::arch::thunk::managed_dlsym_entry;
use crate::lookups::{Seeker, is_announced_call, managed_looked_up_version};
use crate::native_symbol::{NativeSymbol, file_name, symbol_at};
use crate::pinvokes::Declaration;
use crate::probe::{Probe, lock};
use crate::thunk::pools::{Pool, Pools};
use crate::thunk::{Code, Purpose, Thunk, code_for};
use clrhost_boundary::{Origin, TargetDescription, TargetId, TargetKind};
use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// Functions bound so far, and the memory of all thunks.
pub(crate) struct Bindings {
    pub(crate) thunks: Pools,
    bound: Mutex<HashMap<Function, Cell>>,
    /// P/Invokes that have been bound, by module and token.
    methods: Mutex<HashSet<(usize, u32)>>,
}

/// Filled by the first thread that binds the function. Others wait for it, as they cannot go on without the host's answer.
pub(crate) type Cell = Arc<OnceLock<Bound>>;

impl Bindings {
    pub(crate) fn new(code: impl Fn(Purpose) -> Code) -> Bindings {
        Bindings { thunks: Pools::new(code), bound: Mutex::default(), methods: Mutex::default() }
    }

    /// A module goes, and with it all who could call through the thunks of its P/Invokes: they serve again.
    pub(crate) fn module_unloads(&self, module: usize) {
        let is_gone =
            |function: &Function| matches!(function.caller, Caller::Method(Some((of, _))) if of == module);
        lock(&self.methods).retain(|&(of, _)| of != module);
        let gone: Vec<_> = lock(&self.bound).extract_if(|function, _| is_gone(function)).collect();
        for (_, cell) in gone {
            if let Some(Bound::Hooked(thunk)) = cell.get() {
                self.thunks.give_back(thunk);
            }
        }
    }
}

/// A function as its callers know it. Two methods that declare one function have a target each, as they have with the
/// transitions flag.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Function {
    library: PathBuf,
    symbol: CString,
    caller: Caller,
    /// Its address, if a library of that name was loaded already and this one beside it; else 0.
    instance: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    /// A P/Invoke: its module and token, where known.
    Method(Option<(usize, u32)>),
    /// Whoever has the pointer.
    Export,
}

impl Bindings {
    /// True if a P/Invoke has been bound, which the runtime does once, unless threads race for it.
    pub(crate) fn is_bound(&self, module: usize, method: u32) -> bool {
        lock(&self.methods).contains(&(module, method))
    }

    fn known(&self, function: &Function) -> Option<Cell> {
        lock(&self.bound).get(function).cloned()
    }

    fn cell(&self, function: Function) -> Cell {
        lock(&self.bound).entry(function).or_default().clone()
    }
}

impl Probe {
    /// What the look-up of a function gets: its address, that of a thunk, or nothing if it is denied. Registers and
    /// frames of the runtime that looks it up lie from `runtimes_stack` on. Takes locks and allocates.
    pub(crate) fn bind_function(
        &'static self,
        seeker: Seeker,
        name: &CStr,
        address: usize,
        runtimes_stack: usize,
    ) -> Option<usize> {
        let Some(found) = symbol_at(address).filter(|found| found.is_function) else { return Some(address) };
        let symbol = name.to_string_lossy();
        let declaration = match seeker {
            Seeker::Managed => None,
            Seeker::PInvoke => self.declaration_of(&symbol, &found.library, runtimes_stack),
            Seeker::PerhapsPInvoke => match self.declaration_of(&symbol, &found.library, runtimes_stack) {
                // Also by its library, as others may look up functions of the same name.
                Some(it) if it.names_library(&found.library) => Some(it),
                _ => return Some(address),
            },
        };
        let caller = match seeker {
            Seeker::Managed => Caller::Export,
            _ => Caller::Method(declaration.as_ref().map(|it| (it.module, it.method))),
        };
        let library = found.library;
        let mut function = Function { library, symbol: name.to_owned(), caller, instance: 0 };
        let mut known = self.bindings().known(&function);
        if let Some(Bound::Hooked(thunk)) = known.as_ref().and_then(|cell| cell.get())
            && !leads_there(thunk, &function, address)
        {
            function.instance = address;
            known = self.bindings().known(&function);
        }
        let cell = match known.filter(|cell| cell.get().is_some()) {
            Some(cell) => cell,
            None => {
                let (description, others) = describe(&function, declaration, address);
                // Asked at each attempt, so that all are counted; nothing is kept of what it denies.
                if !self.passes_gate([&description].into_iter().chain(&others)) {
                    return None;
                }
                let cell = self.bindings().cell(function.clone());
                cell.get_or_init(|| self.bind_anew(&function, description, address));
                if let Caller::Method(Some(method)) = caller {
                    lock(&self.bindings().methods).insert(method);
                }
                cell
            }
        };
        self.callers_get(cell.get()?, address)
    }

    /// What callers of a function get: the address of a thunk or of a function, or nothing if it is denied.
    pub(crate) fn callers_get(&self, bound: &Bound, function: usize) -> Option<usize> {
        match bound {
            Bound::Hooked(thunk) => Some(self.bindings().thunks.stub_of(thunk)),
            Bound::Unhooked(substitute) => Some(substitute.unwrap_or(function)),
            Bound::Denied(denied) => {
                denied.attempted();
                None
            }
        }
    }

    fn bind_anew(
        &'static self,
        function: &Function,
        description: TargetDescription,
        address: usize,
    ) -> Bound {
        let purpose = match function.caller {
            Caller::Export => Purpose::Export,
            Caller::Method(_) if description.suppress_gc_transition => Purpose::LeaveSuppressed,
            Caller::Method(_) => Purpose::Leave,
        };
        // Where a host may not be asked, what is looked up is not followed.
        let asks = purpose != Purpose::LeaveSuppressed || !self.is_hosted();
        let looks_up = look_up_for_managed(function).filter(|_| asks);
        let pool = if looks_up.is_some() { Pool::LookUp } else { purpose.into() };
        let bound = self.bind_to(description, looks_up.unwrap_or(address), purpose, pool);
        if let Bound::Hooked(thunk) = &bound {
            if Some(thunk.leads_to()) == looks_up {
                thunk.look_at_handles();
            }
            if is_announced_call() {
                thunk.skip_next_call();
            }
        }
        bound
    }

    /// Asks the host about a target, and makes what its callers get. `leads_to` is the function, or what stands in for it.
    pub(crate) fn bind_to(
        &self,
        mut description: TargetDescription,
        leads_to: usize,
        purpose: Purpose,
        pool: Pool,
    ) -> Bound {
        let address = description.address.unwrap_or(leads_to);
        let substitute = match self.ask_host(&description) {
            Ok(substitute) => substitute,
            Err(denied) => return denied,
        };
        description.substituted |= substitute.is_some();
        let leads_to = substitute.unwrap_or(leads_to);
        let unhooked = || Bound::Unhooked((leads_to != address).then_some(leads_to));
        let name = description.symbol.clone().unwrap_or_else(|| description.method.clone());
        let target = self.boundary().add_target(description);
        // The host hears of no call that the collector waits for, so there is nothing to ask.
        if purpose != Purpose::LeaveSuppressed && !self.boundary().needs_hook(target) {
            return unhooked();
        }
        let Ok(thunk) = self.bindings().thunks.take(pool) else {
            // Without memory for a thunk the call goes on unseen, and is said to.
            self.note_unhooked(format!("{name}: no memory for a thunk"));
            return unhooked();
        };
        self.lead(thunk, leads_to, address, target, purpose);
        Bound::Hooked(thunk)
    }

    pub(crate) fn lead(
        &self,
        thunk: &Thunk,
        function: usize,
        address: usize,
        target: TargetId,
        purpose: Purpose,
    ) {
        let in_line = self.boundary().clock().is_counter();
        let code = code_for(purpose, self.timing(), self.is_hosted(), in_line);
        // There is a target for every number that was given.
        if let Some(target) = self.boundary().target(target) {
            thunk.lead_to(function, address, target, purpose, code);
        }
    }

    /// Thunks in use.
    pub fn thunks(&self) -> usize {
        self.bindings().thunks.in_use()
    }
}

/// Whether a thunk leads to this function, or does now: if its library was unloaded and loaded again, what has the thunk
/// is led there. If not, the library is loaded twice.
fn leads_there(thunk: &Thunk, function: &Function, address: usize) -> bool {
    if thunk.address() == address {
        return true;
    }
    let still_there = symbol_at(thunk.address()).is_some_and(|it| {
        it.library == function.library && it.name.as_deref() == function.symbol.to_str().ok()
    });
    if !still_there {
        thunk.move_to(address);
    }
    !still_there
}

/// What is known of a function, and what else it may be.
fn describe(
    function: &Function,
    declaration: Option<Declaration>,
    address: usize,
) -> (TargetDescription, Vec<TargetDescription>) {
    let kind = match function.caller {
        Caller::Export => TargetKind::FunctionPointer,
        Caller::Method(_) => TargetKind::PInvoke,
    };
    let (description, others) = match declaration {
        Some(declaration) => (declaration.description, declaration.others),
        None => (undeclared(kind, function), Vec::new()),
    };
    let found = |mut description: TargetDescription| {
        description.symbol = Some(function.symbol.to_string_lossy().into_owned());
        description.address = Some(address);
        description.file = Some(function.library.to_string_lossy().into_owned());
        description
    };
    (found(description), others.into_iter().map(found).collect())
}

/// What managed code that calls this symbol gets to: the function itself, save for `dlsym`.
pub(crate) fn stands_in_for(symbol: &NativeSymbol, address: usize) -> usize {
    let is_dlsym = symbol.name.as_deref() == Some("dlsym") && is_c_library(&symbol.library);
    if is_dlsym { managed_dlsym_entry() as usize } else { address }
}

fn undeclared(kind: TargetKind, function: &Function) -> TargetDescription {
    // Named as the transitions flag names such calls, so that both sources have them in one row of kinds.
    let method = match kind {
        TargetKind::FunctionPointer => "(function pointer)".into(),
        _ => function.symbol.to_string_lossy(),
    };
    let mut description = TargetDescription::named(kind, method);
    description.origin = Origin::Unknown;
    description.library = file_name(&function.library);
    description
}

/// What managed code gets to for a function that looks symbols up.
fn look_up_for_managed(function: &Function) -> Option<usize> {
    let stands_in = match function.symbol.to_bytes() {
        b"dlsym" => managed_dlsym_entry() as usize,
        b"dlvsym" => managed_looked_up_version as *const () as usize,
        _ => return None,
    };
    is_c_library(&function.library).then_some(stands_in)
}

/// The C library's own, whatever the version calls its files.
fn is_c_library(path: &Path) -> bool {
    let name = file_name(path).unwrap_or_default();
    ["libc.", "libc-", "libdl.", "libdl-", "ld-musl"].iter().any(|start| name.starts_with(start))
}
