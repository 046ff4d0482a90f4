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
    /// What it may be as well, where it could not be told which of several methods is bound.
    pub(crate) others: Vec<TargetDescription>,
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
        index.by_symbol.values_mut().for_each(|declared| declared.retain(|it| it.module != module));
    }

    /// Methods that declare this entry point; the runtime tries names with an A or W at their end too.
    fn declared(&self, info: &ProfilerInfo, symbol: &str, library: &Path) -> Vec<Declared> {
        self.read(info);
        let index = lock(&self.0);
        let plain = symbol.strip_suffix(['A', 'W']);
        let all =
            index.by_symbol.get(symbol).or_else(|| index.by_symbol.get(plain?)).cloned().unwrap_or_default();
        // A resolver may have found quite another library than the declaration says; then none fits.
        let fitting: Vec<_> = all.iter().filter(|it| is_named(library, &it.library)).cloned().collect();
        if fitting.is_empty() { all } else { fitting }
    }

    fn read(&self, info: &ProfilerInfo) {
        loop {
            // Taken out one by one: no lock is held while the runtime is called.
            let Some(module) = lock(&self.0).unread.pop() else { return };
            let keep = |method, symbol: &str, library: &str| {
                let declared = Declared { module, method, library: library.to_owned() };
                lock(&self.0).by_symbol.entry(symbol.to_owned()).or_default().push(declared);
            };
            let loaded = info.loaded_module(module);
            if let Some(image) = loaded.as_ref().and_then(|loaded| loaded.image()) {
                image.pinvokes().for_each(|it| keep(it.method, it.symbol, it.library));
            } else if let Some(metadata) = info.module_metadata(module) {
                // An assembly that is made at run time.
                for method in metadata.pinvokes() {
                    if let (library, Some(symbol)) = metadata.pinvoke_map(method) {
                        keep(method, &symbol, library.as_deref().unwrap_or_default());
                    }
                }
            }
        }
    }
}

impl Probe {
    /// The method whose P/Invoke of this symbol the calling thread is about to bind; `None` if no loaded assembly declares
    /// one. Where several do, that one whose identity lies on the thread's stack.
    pub(crate) fn declaration_of(
        &'static self,
        symbol: &str,
        library: &Path,
        runtimes_stack: usize,
    ) -> Option<Declaration> {
        let (info, names) = self.runtime()?;
        let declared = self.pinvokes().declared(info, symbol, library);
        let seen = match &declared[..] {
            [] => return None,
            [_] => Some(0),
            several => bound_on_this_thread(self, several, runtimes_stack),
        };
        let chosen = &declared[seen.unwrap_or(0)];
        let mut description = names.describe_pinvoke(info, chosen.module, chosen.method)?;
        let mut others = Vec::new();
        if seen.is_none() {
            others.extend(
                declared[1..].iter().filter_map(|it| names.describe_pinvoke(info, it.module, it.method)),
            );
            // Then no host must block where one of them could not bear it.
            description.suppress_gc_transition |= others.iter().any(|it| it.suppress_gc_transition);
        }
        Some(Declaration { module: chosen.module, method: chosen.method, description, others })
    }
}

/// Which of these the runtime is binding on the calling thread.
///
/// It does not tell, and while it works on a P/Invoke it does not let a profiler walk the stack. But it hands the method's
/// identity, which is its FunctionID, from function to function; so the words on the stack of those are compared. Managed
/// threads may not ask for FunctionIDs now, so another one does.
///
/// Only registers and frames of the runtime are looked at: in frames of ours lie remains of others that it had there before.
fn bound_on_this_thread(
    probe: &'static Probe,
    candidates: &[Declared],
    runtimes_stack: usize,
) -> Option<usize> {
    const REACH: usize = 16 * 1024;
    let wanted = candidates.to_vec();
    let functions = std::thread::Builder::new().name("clrhost names".to_owned()).spawn(move || {
        probe.mark_internal_thread();
        let function = |it: &Declared| probe.runtime()?.0.function_of(it.module, it.method);
        wanted.iter().map(function).collect::<Vec<_>>()
    });
    let functions = functions.ok()?.join().ok()?;
    let begin = runtimes_stack & !7;
    let end = stack_bounds().end.min(begin + REACH);
    (begin..end).step_by(8).find_map(|at| {
        // SAFETY: all of it is this thread's stack, above the frames of whoever asks.
        let word = unsafe { std::ptr::read_volatile(at as *const usize) };
        functions.iter().position(|&function| function == Some(word))
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
