//! What a reader of stacks asks: which managed method an address lies in, and where thunks are.
//!
//! Stacks are copied and unwound elsewhere. Nothing here touches the thread that a stack is of.

use crate::arch::thunk;
use crate::probe::Probe;
use std::ops::Range;

/// The managed method that holds an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedMethod {
    /// Its type and name, as "Type.Method".
    pub name: String,
    /// File name of its assembly, where it comes from a file.
    pub assembly: Option<String>,
}

/// Addresses that a function called by a thunk returns to, in place of its caller's.
pub fn thunk_code() -> Range<usize> {
    thunk::thunk_code()
}

impl Probe {
    /// The managed method whose code holds this address, which is of a call a thread is in: code that nobody is in may be
    /// unloaded meanwhile. `None` for all other code, for methods made at run time, and on a thread of the runtime's, where it
    /// does not answer.
    pub fn method_at(&self, address: usize) -> Option<ManagedMethod> {
        let (info, _) = self.runtime()?;
        let (module, token) = info.method_of(info.function_at(address)?)?;
        if token & 0x00FF_FFFF == 0 {
            return None;
        }
        let loaded = info.loaded_module(module)?;
        let (type_name, method) = match loaded.image() {
            Some(image) => (image.type_name(image.class_of(token)), image.method(token).name.to_owned()),
            None => {
                let metadata = info.module_metadata(module)?;
                let method = metadata.method(token)?;
                (metadata.type_name(method.class), method.name)
            }
        };
        let name = type_name.map_or_else(|| method.clone(), |type_name| format!("{type_name}.{method}"));
        let assembly = loaded.path.file_name().map(|name| name.to_string_lossy().into_owned());
        Some(ManagedMethod { name, assembly })
    }
}
