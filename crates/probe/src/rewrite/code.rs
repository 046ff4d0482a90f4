//! A module whose methods get IL of ours woven in.

use super::NOT_FOUND;
use super::signatures::Signatures;
use super::weave::{Additions, weave};
use crate::image::{Image, MethodDef};
use crate::info::ProfilerInfo;
use crate::rewrite::body::size_of_method;

pub(super) type Outcome<T> = Result<T, String>;

/// A module that is being loaded.
pub(super) struct Module<'a> {
    pub(super) info: &'a ProfilerInfo,
    pub(super) id: usize,
    pub(super) image: &'a Image<'a>,
    pub(super) signatures: Signatures<'a>,
}

impl<'a> Module<'a> {
    pub(super) fn new(info: &'a ProfilerInfo, id: usize, image: &'a Image<'a>) -> Module<'a> {
        Module { info, id, image, signatures: Signatures::new(info, id, image) }
    }

    /// The methods of a type that have this name and fit; at least one.
    pub(super) fn methods(
        &self,
        class: &str,
        name: &str,
        fits: impl Fn(&MethodDef<'a>) -> bool,
    ) -> Outcome<Vec<MethodDef<'a>>> {
        let class = self.image.type_def(class).ok_or(NOT_FOUND)?;
        let methods: Vec<_> = self.image.methods(class, name).filter(fits).collect();
        if methods.is_empty() { Err(NOT_FOUND.to_owned()) } else { Ok(methods) }
    }

    /// The only one.
    pub(super) fn method(
        &self,
        class: &str,
        name: &str,
        fits: impl Fn(&MethodDef<'a>) -> bool,
    ) -> Outcome<MethodDef<'a>> {
        match self.methods(class, name, fits)?[..] {
            [method] => Ok(method),
            _ => Err(NOT_FOUND.to_owned()),
        }
    }

    /// The IL of a method, header and tables included.
    pub(super) fn il(&self, method: u32) -> Outcome<Vec<u8>> {
        let il = self.info.il_method(self.id, method).ok_or(NOT_FOUND)?;
        // SAFETY: the module owns the method's bytes as long as it is loaded, and only they are asked for.
        let size = size_of_method(|at| unsafe { *il.add(at) }).ok_or(NOT_FOUND)?;
        // SAFETY: as above; the header and the tables tell the size.
        Ok(unsafe { std::slice::from_raw_parts(il, size) }.to_vec())
    }

    /// Puts something into a method.
    pub(super) fn weave(&self, method: u32, additions: &Additions<'_>) -> Outcome<()> {
        let woven = weave(&self.il(method)?, additions).map_err(|_| NOT_FOUND)?;
        self.info.set_il_method(self.id, method, &woven).map_err(|hresult| hresult.to_string())
    }
}
