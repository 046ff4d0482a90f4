//! Changes to a module's metadata and IL while the runtime loads it.

use crate::info::{Com, ProfilerInfo, read_utf16};
use crate::rewrite::body::{Body, size_of_method};
use clrhost_abi::Hresult;
use clrhost_abi::metadata::{IMetaDataEmitVtbl, IMetaDataImportVtbl};
use std::ptr;

/// A module that may be changed.
pub(crate) struct Editor<'a> {
    info: &'a ProfilerInfo,
    module: usize,
    import: Com<IMetaDataImportVtbl>,
    emit: Com<IMetaDataEmitVtbl>,
}

/// A method of the module.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) token: u32,
    class: u32,
    name: String,
    attributes: u32,
    rva: u32,
    impl_flags: u32,
    pub(crate) signature: Vec<u8>,
}

/// `mdStatic`.
const STATIC: u32 = 0x10;
/// `mdPrivate | mdHideBySig`.
const PRIVATE: u32 = 0x81;
/// `miInternalCall`.
const INTERNAL_CALL: u32 = 0x1000;
/// `HASTHIS` in the first byte of a signature, and `GENERIC`.
const HAS_THIS: u8 = 0x20;
const GENERIC: u8 = 0x10;

impl Method {
    /// Arguments, `this` included. `None` for signatures that are not written out here.
    pub(crate) fn arguments(&self) -> Option<u8> {
        let [convention, count, ..] = self.signature[..] else { return None };
        if convention & GENERIC != 0 || count >= 0x80 {
            return None;
        }
        Some(count + u8::from(convention & HAS_THIS != 0))
    }

    /// The element type of the result, where that is a simple one.
    pub(crate) fn result(&self) -> Option<u8> {
        self.signature.get(2).copied().filter(|element| matches!(element, 0x01..=0x0D | 0x18))
    }

    /// Implemented inside the runtime.
    pub(crate) fn is_internal_call(&self) -> bool {
        self.impl_flags & INTERNAL_CALL != 0
    }
}

impl<'a> Editor<'a> {
    pub(crate) fn new(info: &'a ProfilerInfo, module: usize) -> Option<Editor<'a>> {
        let (import, emit) = info.module_editor(module)?;
        Some(Editor { info, module, import, emit })
    }

    /// The token of a type of this module.
    pub(crate) fn type_def(&self, name: &str) -> Option<u32> {
        let name = utf16(name);
        let mut token = 0;
        // SAFETY: the name ends with a zero; no type encloses the one looked for; the token is ours to write to.
        let hresult = unsafe {
            (self.import.vtbl().find_type_def_by_name)(self.import.this(), name.as_ptr(), 0, &mut token)
        };
        found(hresult, token)
    }

    /// A method of a type by its name and signature.
    pub(crate) fn method(&self, class: u32, name: &str, signature: &[u8]) -> Option<Method> {
        let name = utf16(name);
        let mut token = 0;
        // SAFETY: the name ends with a zero; the signature is as long as said; the token is ours to write to.
        let hresult = unsafe {
            let find = self.import.vtbl().find_method;
            find(
                self.import.this(),
                class,
                name.as_ptr(),
                signature.as_ptr(),
                signature.len() as u32,
                &mut token,
            )
        };
        self.properties(found(hresult, token)?)
    }

    /// All methods of a type that have this name.
    pub(crate) fn methods(&self, class: u32, name: &str) -> Vec<Method> {
        let name = utf16(name);
        let (mut cursor, mut tokens, mut count) = (ptr::null_mut(), [0u32; 32], 0);
        // SAFETY: the name ends with a zero; there is room for as many tokens as said. The cursor is closed below.
        let hresult = unsafe {
            (self.import.vtbl().enum_methods_with_name)(
                self.import.this(),
                &mut cursor,
                class,
                name.as_ptr(),
                tokens.as_mut_ptr(),
                tokens.len() as u32,
                &mut count,
            )
        };
        // SAFETY: the cursor is null or came from the call above.
        unsafe { (self.import.vtbl().close_enum)(self.import.this(), cursor) };
        if hresult.is_failure() {
            return Vec::new();
        }
        tokens[..(count as usize).min(tokens.len())]
            .iter()
            .filter_map(|&token| self.properties(token))
            .collect()
    }

    fn properties(&self, token: u32) -> Option<Method> {
        let (mut class, mut attributes, mut rva, mut impl_flags) = (0, 0, 0, 0);
        let (mut signature, mut length) = (ptr::null(), 0);
        let name = read_utf16(|buffer, capacity, name_length| {
            // SAFETY: `buffer` has room for `capacity` units; the others are ours to write to.
            unsafe {
                (self.import.vtbl().get_method_props)(
                    self.import.this(),
                    token,
                    &mut class,
                    buffer,
                    capacity,
                    name_length,
                    &mut attributes,
                    &mut signature,
                    &mut length,
                    &mut rva,
                    &mut impl_flags,
                )
            }
        })?;
        if signature.is_null() {
            return None;
        }
        // SAFETY: the metadata owns `length` bytes there; they are copied here.
        let signature = unsafe { std::slice::from_raw_parts(signature, length as usize) }.to_vec();
        Some(Method { token, class, name, attributes, rva, impl_flags, signature })
    }

    /// A token for a signature.
    pub(crate) fn signature(&self, signature: &[u8]) -> Result<u32, Hresult> {
        let mut token = 0;
        // SAFETY: the signature is as long as said; the token is ours to write to.
        let hresult = unsafe {
            let get = self.emit.vtbl().get_token_from_sig;
            get(self.emit.this(), signature.as_ptr(), signature.len() as u32, &mut token)
        };
        succeed(hresult).map(|()| token)
    }

    /// Moves the body of a method to a new one beside it, and gives the new one's token.
    pub(crate) fn clone_body(&self, method: &Method) -> Result<u32, Hresult> {
        let body = self.info.il_method(self.module, method.token).ok_or(Hresult::E_INVALIDARG)?;
        // SAFETY: the module owns the method's bytes as long as it is loaded, and only they are asked for.
        let size = size_of_method(|at| unsafe { *body.add(at) }).ok_or(Hresult::E_INVALIDARG)?;
        // SAFETY: as above; the header and the tables tell the size.
        let body = unsafe { std::slice::from_raw_parts(body, size) };
        let attributes = method.attributes & STATIC | PRIVATE;
        let name = format!("{}$host", method.name);
        let token =
            self.define(method, &name, attributes, &method.signature, method.rva, method.impl_flags)?;
        self.info.set_il_method(self.module, token, body)?;
        Ok(token)
    }

    /// Defines a static method like this one, whose body is to be set and which the JIT will not inline.
    pub(crate) fn define_beside(&self, method: u32) -> Result<u32, Hresult> {
        /// `miNoInlining`.
        const NO_INLINING: u32 = 0x8;
        let method = self.properties(method).ok_or(Hresult::E_INVALIDARG)?;
        let name = format!("{}$host", method.name);
        self.define(&method, &name, STATIC | PRIVATE, &method.signature, method.rva, NO_INLINING)
    }

    /// Gives the runtime's implementation of an internal call a second name, and makes the first one an ordinary method
    /// whose body is to be set. The runtime finds the implementation by the method's name, so the second one has the same,
    /// and one more parameter, a native int, that the implementation does not look at. `rva` is any method's.
    pub(crate) fn move_internal_call(&self, method: &Method, rva: u32) -> Result<u32, Hresult> {
        let mut signature = method.signature.clone();
        signature[1] += 1;
        signature.push(0x18);
        let attributes = method.attributes & STATIC | PRIVATE;
        let token = self.define(method, &method.name, attributes, &signature, 0, method.impl_flags)?;
        // SAFETY: the token is that of a method of this module.
        unsafe {
            succeed((self.emit.vtbl().set_method_impl_flags)(self.emit.this(), method.token, 0))?;
            succeed((self.emit.vtbl().set_rva)(self.emit.this(), method.token, rva))?;
        }
        Ok(token)
    }

    /// The place of a method's IL in the module's file.
    pub(crate) fn rva(&self, method: &Method) -> u32 {
        method.rva
    }

    fn define(
        &self,
        beside: &Method,
        name: &str,
        attributes: u32,
        signature: &[u8],
        rva: u32,
        impl_flags: u32,
    ) -> Result<u32, Hresult> {
        let name = utf16(name);
        let mut token = 0;
        // SAFETY: the name ends with a zero; the signature is as long as said; the token is ours to write to.
        let hresult = unsafe {
            (self.emit.vtbl().define_method)(
                self.emit.this(),
                beside.class,
                name.as_ptr(),
                attributes,
                signature.as_ptr(),
                signature.len() as u32,
                rva,
                impl_flags,
                &mut token,
            )
        };
        succeed(hresult).map(|()| token)
    }

    /// Gives a method another body.
    pub(crate) fn set_body(
        &self,
        method: u32,
        body: Body,
        max_stack: u16,
        locals: u32,
    ) -> Result<(), Hresult> {
        self.info.set_il_method(self.module, method, &body.finish(max_stack, locals))
    }
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// The row number of a token that stands for something is not 0.
fn found(hresult: Hresult, token: u32) -> Option<u32> {
    (!hresult.is_failure() && token & 0x00FF_FFFF != 0).then_some(token)
}

fn succeed(hresult: Hresult) -> Result<(), Hresult> {
    if hresult.is_failure() { Err(hresult) } else { Ok(()) }
}
