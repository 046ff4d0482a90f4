//! Which managed method a P/Invoke is, told from what the runtime looks up: the name of a symbol and the library it found.

use crate::info::ProfilerInfo;
use crate::probe::{Probe, lock};
use crate::thread_state::stack_bounds;
use clrhost_boundary::TargetDescription;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

/// The P/Invokes that loaded assemblies declare, by entry point.
#[derive(Default)]
pub(crate) struct PInvokes(Mutex<Index>);

#[derive(Default)]
struct Index {
    /// Modules that were loaded since the last look.
    unread: Vec<usize>,
    /// Modules made at run time, to which declarations may be added at any time.
    growing: Vec<usize>,
    by_symbol: HashMap<String, Vec<Declared>>,
}

#[derive(Clone)]
struct Declared {
    module: usize,
    method: u32,
    library: String,
}

/// A method that declares a P/Invoke.
pub(crate) struct Declaration {
    pub(crate) module: usize,
    pub(crate) method: u32,
    pub(crate) description: TargetDescription,
}

impl PInvokes {
    /// An assembly was loaded. Its declarations are read when something is looked up.
    pub(crate) fn module_loaded(&self, module: usize) {
        lock(&self.0).unread.push(module);
    }

    /// An assembly goes.
    pub(crate) fn module_unloads(&self, module: usize) {
        let mut index = lock(&self.0);
        index.unread.retain(|&unread| unread != module);
        index.growing.retain(|&growing| growing != module);
        index.by_symbol.values_mut().for_each(|declared| declared.retain(|it| it.module != module));
    }

    /// Methods that declare this entry point, whatever the library: a resolver, or an alias in another library, may have led
    /// to quite another one than the declaration says. The runtime tries names with an A or W at their end too.
    fn declared(&self, symbol: &str) -> Vec<Declared> {
        let index = lock(&self.0);
        let plain = symbol.strip_suffix(['A', 'W']);
        index.by_symbol.get(symbol).or_else(|| index.by_symbol.get(plain?)).cloned().unwrap_or_default()
    }

    /// Reads what was loaded since the last look. True if there are modules that are still being made.
    fn read_loaded(&self, info: &ProfilerInfo) -> bool {
        loop {
            // Taken out one by one: no lock is held while the runtime is called.
            let Some(module) = lock(&self.0).unread.pop() else { break };
            let loaded = info.loaded_module(module);
            if let Some(image) = loaded.as_ref().and_then(|loaded| loaded.image()) {
                image.pinvokes().for_each(|it| self.keep(module, it.method, it.symbol, it.library));
            } else {
                lock(&self.0).growing.push(module);
            }
        }
        !lock(&self.0).growing.is_empty()
    }

    /// Reads modules that are still being made; see [`asked_elsewhere`].
    fn read_growing(&self, info: &ProfilerInfo) {
        let growing = lock(&self.0).growing.clone();
        for module in growing {
            let Some(metadata) = info.module_metadata(module) else { continue };
            for method in metadata.pinvokes() {
                if let (library, Some(symbol)) = metadata.pinvoke_map(method) {
                    self.keep(module, method, &symbol, library.as_deref().unwrap_or_default());
                }
            }
        }
    }

    fn keep(&self, module: usize, method: u32, symbol: &str, library: &str) {
        let mut index = lock(&self.0);
        let declared = index.by_symbol.entry(symbol.to_owned()).or_default();
        // What is still being made is read again and again.
        if !declared.iter().any(|it| (it.module, it.method) == (module, method)) {
            declared.push(Declared { module, method, library: library.to_owned() });
        }
    }
}

/// A method that may be the one that is being bound.
struct Candidate {
    declared: Declared,
    description: Option<TargetDescription>,
    /// Its FunctionID.
    function: Option<usize>,
}

impl Probe {
    /// The method whose P/Invoke of this symbol the calling thread is about to bind; `None` if no loaded assembly declares
    /// one. Where several do, that one whose identity lies on the thread's stack.
    pub(crate) fn declaration_of(&'static self, symbol: &str, library: &Path) -> Option<Declaration> {
        let (info, names) = self.runtime()?;
        let describe = |it: &Declared| names.describe_pinvoke(info, it.module, it.method);
        let some_grow = self.pinvokes().read_loaded(info);
        let mut declared = self.pinvokes().declared(symbol);
        if declared.len() > 1 || some_grow {
            let candidates = asked_elsewhere(self, || {
                self.pinvokes().read_growing(info);
                let candidate = |it: Declared| Candidate {
                    description: describe(&it),
                    function: info.function_of(it.module, it.method),
                    declared: it,
                };
                self.pinvokes().declared(symbol).into_iter().map(candidate).collect::<Vec<_>>()
            });
            match candidates.as_deref() {
                Some([]) => return None,
                Some([only]) => return declaration(&only.declared, only.description.clone()?),
                Some(several) => {
                    if let Some(bound) = bound_on_this_thread(several) {
                        return declaration(&bound.declared, bound.description.clone()?);
                    }
                    declared = several.iter().map(|it| it.declared.clone()).collect();
                }
                None => {}
            }
        }
        // Without a trace on the stack the library has to tell.
        let named = declared.iter().find(|it| is_named(library, &it.library));
        let chosen = named.or(declared.first())?;
        let mut description = describe(chosen)?;
        // It may be any of them; then no host must block where one of them could not bear it.
        let suppresses = |it: &Declared| describe(it).is_some_and(|it| it.suppress_gc_transition);
        description.suppress_gc_transition |= declared.iter().any(suppresses);
        declaration(chosen, description)
    }
}

fn declaration(declared: &Declared, description: TargetDescription) -> Option<Declaration> {
    Some(Declaration { module: declared.module, method: declared.method, description })
}

/// Asks the runtime on another thread what it does not tell managed threads while they bind a P/Invoke: FunctionIDs, and the
/// metadata of modules that are still being made. `None` if no thread can be had.
fn asked_elsewhere<T: Send>(probe: &'static Probe, ask: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let asked = std::thread::Builder::new().name("clrhost names".to_owned()).spawn_scoped(scope, || {
            probe.mark_internal_thread();
            ask()
        });
        asked.ok()?.join().ok()
    })
}

/// Which of these the runtime is binding on the calling thread.
///
/// It does not tell, and while it works on a P/Invoke it does not let a profiler walk the stack. But it hands the method's
/// identity, which is its FunctionID, from function to function; so the words on the stack of those are compared.
fn bound_on_this_thread(candidates: &[Candidate]) -> Option<&Candidate> {
    const REACH: usize = 16 * 1024;
    let here = (&raw const candidates) as usize & !7;
    let end = stack_bounds().end.min(here + REACH);
    (here..end).step_by(8).find_map(|at| {
        // SAFETY: all of it is this thread's stack, above a local of this function.
        let word = unsafe { std::ptr::read_volatile(at as *const usize) };
        candidates.iter().find(|it| it.function == Some(word))
    })
}

/// `libNAME.so`, `NAME.so.1`, `NAME`: does a file look like the library that a declaration names?
fn is_named(file: &Path, declared: &str) -> bool {
    let base = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.strip_prefix("lib").map(str::to_owned).unwrap_or(name);
        name.split(".so").next().unwrap_or_default().to_owned()
    };
    base(file) == base(Path::new(declared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_the_names_that_declarations_use() {
        let file = Path::new("/opt/app/libfixture.so");
        for declared in ["fixture", "libfixture", "libfixture.so", "fixture.so", "/opt/other/libfixture.so.1"]
        {
            assert!(is_named(file, declared), "{declared}");
        }
        assert!(!is_named(file, "fixture2"));
        assert!(is_named(Path::new("/lib/x86_64-linux-gnu/libc.so.6"), "libc"));
    }
}
