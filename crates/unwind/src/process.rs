//! A process: what code it has where, and how that is unwound.

use crate::maps::{self, Code};
use crate::module::{Bytes, Module};
use framehop::x86_64::{CacheX86_64, UnwindRegsX86_64, UnwinderX86_64};
use framehop::{FrameAddress, Unwinder};
use std::fs;
use std::io;
use std::path::PathBuf;

/// A process whose stacks are unwound. Files are read when a stack leads into them, and once.
pub struct Process {
    pub(crate) code: Vec<Code>,
    /// For each stretch of code what it holds; `None` if nobody has looked yet.
    modules: Vec<Option<Content>>,
    root: PathBuf,
    unwinder: UnwinderX86_64<Bytes>,
    cache: CacheX86_64,
}

enum Content {
    Native(Box<Module>),
    /// Managed code, or code of the runtime's own making.
    Other,
}

/// What code an address lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// Of a native library or program.
    Native,
    /// Executable, but of no such file: methods that were compiled at run time or beforehand, and stubs of the runtime's.
    Managed,
    /// None.
    NotCode,
}

/// A native function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeFunction {
    /// File name of the library or program.
    pub module: String,
    /// The function's name, where the file tells it.
    pub name: Option<String>,
    /// How far into the function, or else into the file.
    pub offset: u64,
    /// File and line of its source, where known.
    pub line: Option<(String, u32)>,
}

impl Process {
    /// Looks at a process as it is now.
    ///
    /// # Errors
    /// It is gone, or the system does not let us: that takes the same user, or root, and a process that may be dumped.
    pub fn new(pid: u32) -> io::Result<Process> {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
        Process::of_maps(&maps, PathBuf::from(format!("/proc/{pid}/root")))
    }

    pub(crate) fn of_maps(maps: &str, root: PathBuf) -> io::Result<Process> {
        let code = maps::code(maps);
        if code.is_empty() {
            return Err(io::Error::other("it has ended"));
        }
        Ok(Process {
            modules: code.iter().map(|_| None).collect(),
            code,
            root,
            unwinder: UnwinderX86_64::new(),
            cache: CacheX86_64::new(),
        })
    }

    fn index_of(&self, address: u64) -> Option<usize> {
        let before = self.code.partition_point(|code| code.addresses.start <= address).checked_sub(1)?;
        self.code[before].addresses.contains(&address).then_some(before)
    }

    /// True for addresses of code.
    pub(crate) fn is_code(&self, address: u64) -> bool {
        self.index_of(address).is_some()
    }

    fn content(&mut self, address: u64) -> Option<&Content> {
        let index = self.index_of(address)?;
        if self.modules[index].is_none() {
            let content = match Module::read(&self.code[index], &self.root) {
                Some((module, unwinding)) => {
                    self.unwinder.add_module(unwinding);
                    Content::Native(Box::new(module))
                }
                None => Content::Other,
            };
            self.modules[index] = Some(content);
        }
        self.modules[index].as_ref()
    }

    /// What code an address lies in.
    pub fn kind_of(&mut self, address: u64) -> CodeKind {
        match self.content(address) {
            Some(Content::Native(_)) => CodeKind::Native,
            Some(Content::Other) => CodeKind::Managed,
            None => CodeKind::NotCode,
        }
    }

    /// The native function that holds an address; `None` for all other code.
    pub fn native_function(&mut self, address: u64) -> Option<NativeFunction> {
        let Some(Content::Native(module)) = self.content(address) else { return None };
        let found = module.find(address);
        Some(NativeFunction {
            module: module.name.clone(),
            name: found.function,
            offset: found.offset,
            line: found.line,
        })
    }

    /// Goes from a frame to its caller's: gives where that goes on, and makes the registers its own. `Ok(None)` at the end of
    /// the stack; an error where the caller cannot be found.
    pub(crate) fn unwind(
        &mut self,
        frame: FrameAddress,
        registers: &mut UnwindRegsX86_64,
        read: &mut impl FnMut(u64) -> Result<u64, ()>,
    ) -> Result<Option<u64>, framehop::Error> {
        // So that the unwinder knows it.
        self.content(frame.address_for_lookup());
        self.unwinder.unwind_frame(frame, registers, &mut self.cache, read)
    }
}
