//! Tokens of signatures for calls of our functions.
//!
//! A call through a pointer names its signature by a token of the module. A new token needs metadata that can be changed,
//! which for CoreLib is dear (see `image`). But for what is passed here, pointers and numbers of that size, any signature
//! will do that passes as many of them: so one that the module has is taken, and only where there is none a new one is
//! made.

use crate::image::Image;
use crate::info::ProfilerInfo;
use crate::rewrite::editor::Editor;
use std::cell::{OnceCell, RefCell};

/// A signature that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) token: u32,
    /// There is a result, of no meaning, to be taken off the stack.
    pub(crate) has_result: bool,
}

/// How native code is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Like a managed method: the runtime does nothing, and the thread stays in cooperative mode, so no collection begins
    /// before it is back. For what is short and does not wait.
    Cooperative,
    /// Like any native function.
    Preemptive,
}

/// The signatures of a module.
pub(crate) struct Signatures<'a> {
    info: &'a ProfilerInfo,
    module: usize,
    image: &'a Image<'a>,
    editor: OnceCell<Option<Editor<'a>>>,
    /// By mode and number of parameters.
    known: RefCell<Vec<((Mode, u8), Signature)>>,
}

impl<'a> Signatures<'a> {
    pub(crate) fn new(info: &'a ProfilerInfo, module: usize, image: &'a Image<'a>) -> Signatures<'a> {
        Signatures { info, module, image, editor: OnceCell::new(), known: RefCell::default() }
    }

    /// A signature with this many parameters of pointer size.
    pub(crate) fn call(&self, mode: Mode, parameters: u8) -> Result<Signature, String> {
        let known =
            self.known.borrow().iter().find(|&&(of, _)| of == (mode, parameters)).map(|&(_, found)| found);
        if let Some(known) = known {
            return Ok(known);
        }
        let signature = self.find_or_make(mode, parameters)?;
        self.known.borrow_mut().push(((mode, parameters), signature));
        Ok(signature)
    }

    fn find_or_make(&self, mode: Mode, parameters: u8) -> Result<Signature, String> {
        let fitting = self.image.signatures().find_map(|(token, signature)| {
            fits(signature, mode, parameters).map(|has_result| Signature { token, has_result })
        });
        if let Some(signature) = fitting {
            return Ok(signature);
        }
        let convention = if mode == Mode::Cooperative { MANAGED } else { UNMANAGED_C };
        let mut signature = vec![convention, parameters, VOID];
        signature.extend(vec![I; usize::from(parameters)]);
        Ok(Signature { token: self.make(&signature)?, has_result: false })
    }

    /// Two locals of pointer size: the token, and their numbers.
    pub(crate) fn two_locals(&self) -> Result<(u32, [u8; 2]), String> {
        let fitting = self.image.signatures().find_map(|(token, signature)| {
            let [LOCALS, count, ref types @ ..] = *signature else { return None };
            // Only types of one byte, so that positions are numbers. Few, because all are zeroed.
            let simple = types.iter().all(|&element| matches!(element, 0x02..=0x0E | I | U | 0x1C));
            let mut pointers =
                (0u8..).zip(types).filter(|&(_, &element)| element == I).map(|(number, _)| number);
            let (first, second) = (pointers.next()?, pointers.next()?);
            (simple && count <= 3 && second <= 3).then_some((token, [first, second]))
        });
        match fitting {
            Some(found) => Ok(found),
            None => Ok((self.make(&[LOCALS, 2, I, I])?, [0, 1])),
        }
    }

    fn make(&self, signature: &[u8]) -> Result<u32, String> {
        self.editor()?.signature(signature).map_err(|hresult| hresult.to_string())
    }

    /// Makes the module's metadata changeable if they are not yet.
    pub(crate) fn editor(&self) -> Result<&Editor<'a>, String> {
        let editor = self.editor.get_or_init(|| Editor::new(self.info, self.module));
        editor.as_ref().ok_or_else(|| "the module's metadata cannot be changed".to_owned())
    }
}

const MANAGED: u8 = 0x00;
const UNMANAGED_C: u8 = 0x01;
/// The platform's convention.
const UNMANAGED: u8 = 0x09;
const LOCALS: u8 = 0x07;
const VOID: u8 = 0x01;
const I4: u8 = 0x08;
const U4: u8 = 0x09;
const PTR: u8 = 0x0F;
const BYREF: u8 = 0x10;
const I: u8 = 0x18;
const U: u8 = 0x19;

/// Whether a signature has this many parameters of pointer size; if so, whether it has a result.
fn fits(signature: &[u8], mode: Mode, parameters: u8) -> Option<bool> {
    let [convention, count, result, ref types @ ..] = *signature else { return None };
    let conventions: &[u8] = if mode == Mode::Cooperative { &[MANAGED] } else { &[UNMANAGED_C, UNMANAGED] };
    // Modifiers before the result would be another convention's.
    if !conventions.contains(&convention) || count != parameters || !matches!(result, VOID | I4 | U4 | I | U)
    {
        return None;
    }
    let mut rest = types;
    for _ in 0..parameters {
        rest = match (rest, mode) {
            ([I | U, rest @ ..], _) | ([PTR, VOID, rest @ ..], _) => rest,
            ([PTR, rest @ ..], _) => after_type(rest)?,
            // To a stub that calls native code a reference is more than a pointer.
            ([BYREF, rest @ ..], Mode::Cooperative) => after_type(rest)?,
            _ => return None,
        };
    }
    rest.is_empty().then_some(result != VOID)
}

/// What follows a type (ECMA-335 II.23.2.12). `None` for types that are not taken apart here.
fn after_type(bytes: &[u8]) -> Option<&[u8]> {
    match *bytes {
        [0x02..=0x0E | I | U | 0x1C, ref rest @ ..] => Some(rest),
        [PTR, VOID, ref rest @ ..] => Some(rest),
        [PTR, ref rest @ ..] => after_type(rest),
        // A value type and its token, in the compressed form.
        [0x11, first, ref rest @ ..] => match first {
            0..0x80 => Some(rest),
            0x80..0xC0 => rest.get(1..),
            _ => rest.get(3..),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_corelib_8_fit_what_they_pass() {
        // void (ref byte)
        assert_eq!(fits(&[0, 1, 1, 0x10, 5], Mode::Cooperative, 1), Some(false));
        // void (native int, ref byte, Type*)
        let three = [0, 3, 1, 0x18, 0x10, 5, 0x0F, 0x11, 0x96, 0xF4];
        assert_eq!(fits(&three, Mode::Cooperative, 3), Some(false));
        assert_eq!(fits(&three, Mode::Cooperative, 2), None);
        // unmanaged int (native int, Type*, native int*)
        let exchange = [9, 3, 8, 0x18, 0x0F, 0x11, 0x84, 0x0C, 0x0F, 0x18];
        assert_eq!(fits(&exchange, Mode::Preemptive, 3), Some(true));
        assert_eq!(fits(&exchange, Mode::Cooperative, 3), None);
    }

    #[test]
    fn objects_modifiers_and_other_numbers_do_not_fit() {
        // object (void*); void (object); void (long); unmanaged void (ref byte)
        assert_eq!(fits(&[0, 1, 0x1C, 0x0F, 1], Mode::Cooperative, 1), None);
        assert_eq!(fits(&[0, 1, 1, 0x1C], Mode::Cooperative, 1), None);
        assert_eq!(fits(&[0, 1, 1, 0x0A], Mode::Cooperative, 1), None);
        assert_eq!(fits(&[9, 1, 1, 0x10, 5], Mode::Preemptive, 1), None);
        // unmanaged[SuppressGCTransition] void (native int)
        assert_eq!(fits(&[9, 1, 0x20, 0x81, 0x01, 1, 0x18], Mode::Preemptive, 1), None);
        assert_eq!(fits(&[0, 1, 1, 0x18, 0x18], Mode::Cooperative, 1), None);
    }
}
