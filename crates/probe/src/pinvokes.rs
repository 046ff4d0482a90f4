//! Which managed method a P/Invoke is, told from what the runtime looks up: the name of a symbol and the library it found.

use crate::info::ProfilerInfo;
use crate::names::Names;
use crate::native_symbol::file_name;
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
    /// Modules that are made at run time, and may declare more at any time.
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
    /// What it may be as well, where it could not be told which of several methods is bound.
    pub(crate) others: Vec<TargetDescription>,
}

impl Declaration {
    /// Does the declaration name this library?
    pub(crate) fn names_library(&self, file: &Path) -> bool {
        self.description.library.as_deref().is_some_and(|declared| is_named(file, declared))
    }
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

    /// Methods that declare this entry point; the runtime tries names with an A or W at their end too.
    fn declared(&self, probe: &'static Probe, info: &ProfilerInfo, symbol: &str) -> Vec<Declared> {
        self.read(info);
        let plain = symbol.strip_suffix(['A', 'W']);
        let is_named = |name: &str| name == symbol || Some(name) == plain;
        let (found, growing) = {
            let index = lock(&self.0);
            let found = index.by_symbol.get(symbol).or_else(|| index.by_symbol.get(plain?));
            (found.cloned().unwrap_or_default(), index.growing.clone())
        };
        if growing.is_empty() {
            return found;
        }
        let made = from_own_thread(probe, move |info, _| {
            growing.into_iter().flat_map(|module| made_declarations(info, module)).collect::<Vec<_>>()
        });
        let made = made.unwrap_or_default().into_iter();
        let made = made.filter(|(name, _)| is_named(name)).map(|(_, declared)| declared);
        found.into_iter().chain(made).collect()
    }

    /// Reads the declarations of modules that are new. Two threads may read the same ones at a time; neither waits for the
    /// other, as no lock may be held while the runtime is called.
    fn read(&self, info: &ProfilerInfo) {
        let unread = lock(&self.0).unread.clone();
        for module in unread {
            let loaded = info.loaded_module(module);
            let image = loaded.as_ref().and_then(|loaded| loaded.image());
            let mut index = lock(&self.0);
            if !index.unread.contains(&module) {
                continue;
            }
            index.unread.retain(|&unread| unread != module);
            let Some(image) = image else {
                index.growing.push(module);
                continue;
            };
            for it in image.pinvokes() {
                let declared = Declared { module, method: it.method, library: it.library.to_owned() };
                index.by_symbol.entry(it.symbol.to_owned()).or_default().push(declared);
            }
        }
    }
}

/// What an assembly that is made at run time declares by now.
fn made_declarations(info: &ProfilerInfo, module: usize) -> Vec<(String, Declared)> {
    let Some(metadata) = info.module_metadata(module) else { return Vec::new() };
    let declared = |method| {
        let (library, symbol) = metadata.pinvoke_map(method);
        Some((symbol?, Declared { module, method, library: library.unwrap_or_default() }))
    };
    metadata.pinvokes().into_iter().filter_map(declared).collect()
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
        let declared = self.pinvokes().declared(self, info, symbol);
        let seen = match &declared[..] {
            [] => return None,
            [_] => Some(0),
            several => bound_on_this_thread(self, several, runtimes_stack),
        };
        // Where none is seen, the name of the library has to do; a resolver may have found quite another one.
        let named = || declared.iter().position(|it| is_named(library, &it.library));
        let place = seen.or_else(named).unwrap_or(0);
        let chosen = &declared[place];
        let describe = |it: &Declared| {
            let (module, method) = (it.module, it.method);
            let known = names.describe_pinvoke(info, module, method);
            known.or_else(|| {
                from_own_thread(self, move |info, names| names.describe_made(info, module, method))?
            })
        };
        let mut description = describe(chosen)?;
        let mut others = Vec::new();
        if seen.is_none() {
            let all = declared.iter().enumerate();
            others.extend(all.filter(|(other, _)| *other != place).filter_map(|(_, it)| describe(it)));
            // Then no host must block where one of them could not bear it.
            description.suppress_gc_transition |= others.iter().any(|it| it.suppress_gc_transition);
        }
        Some(Declaration { module: chosen.module, method: chosen.method, description, others })
    }
}

/// Asks the runtime from a thread that it does not know. Most questions it does not answer to threads of its own now, as they
/// are not in a callback of the profiler's. `None` if there is no such thread to be had.
fn from_own_thread<T: Send + 'static>(
    probe: &'static Probe,
    ask: impl FnOnce(&ProfilerInfo, &Names) -> T + Send + 'static,
) -> Option<T> {
    let asked = std::thread::Builder::new().name("clrhost names".to_owned()).spawn(move || {
        probe.mark_internal_thread();
        probe.runtime().map(|(info, names)| ask(info, names))
    });
    asked.ok()?.join().ok()?
}

/// Which of these the runtime is binding on the calling thread.
///
/// It does not tell, and while it works on a P/Invoke it does not let a profiler walk the stack. But it hands the method's
/// identity, which is its FunctionID, from function to function; so the words on the stack of those are compared. What is left
/// there from before may be taken for it: the outermost word counts, as it was there first, and methods that have been bound
/// already come last. Only registers and frames of the runtime are looked at: frames of ours have remains of others.
fn bound_on_this_thread(
    probe: &'static Probe,
    candidates: &[Declared],
    runtimes_stack: usize,
) -> Option<usize> {
    const REACH: usize = 16 * 1024;
    let wanted = candidates.to_vec();
    let functions = from_own_thread(probe, move |info, _| {
        wanted.iter().map(|it| info.function_of(it.module, it.method)).collect::<Vec<_>>()
    })?;
    let begin = runtimes_stack & !7;
    let end = stack_bounds().end.min(begin + REACH);
    let seen = (begin..end).step_by(8).rev().filter_map(|at| {
        // SAFETY: all of it is this thread's stack, above the frames of whoever asks.
        let word = unsafe { std::ptr::read_volatile(at as *const usize) };
        functions.iter().position(|&function| function == Some(word))
    });
    let seen: Vec<usize> = seen.collect();
    let is_new = |&&place: &&usize| {
        let candidate = &candidates[place];
        !probe.bindings().is_bound(candidate.module, candidate.method)
    };
    seen.iter().find(is_new).or(seen.first()).copied()
}

/// `libNAME.so`, `NAME.so.1`, `NAME`: does a file look like the library that a declaration names?
fn is_named(file: &Path, declared: &str) -> bool {
    let base = |path: &Path| {
        let name = file_name(path).unwrap_or_default();
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
