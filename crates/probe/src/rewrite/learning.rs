//! Look-ups of symbols by `NativeLibrary`.
//!
//! The runtime looks symbols up for many reasons of its own, all by `dlsym`. Which of its calls is which does not change
//! while it runs, so it is learned once: the methods below say beforehand that the next look-up is theirs. (Look-ups for
//! P/Invokes need no announcement: the runtime looks up `SystemNative_...` for no other reason.) That costs a start-up
//! nothing, because nothing is called that the program does not call.

use super::code::{Module, Outcome};
use super::signatures::{Mode, Signature};
use super::weave::Additions;
use crate::native_hooks;
use crate::rewrite::body::{Body, op};
use std::ffi::c_void;

/// What `expect_lookup` is told.
pub(crate) mod lookup {
    /// Nothing is expected any more.
    pub(crate) const NONE: u8 = 0;
    /// The next look-up on this thread is that of `NativeLibrary.GetExport` or `TryGetExport`, unless it is known to be
    /// another's, or none comes (the handle may be refused, which throws).
    pub(crate) const EXPORT: u8 = 2;
}

const LIBRARY: &str = "System.Runtime.InteropServices.NativeLibrary";

/// Rewrites CoreLib, and gives the tokens of what was rewritten and in words what was not.
pub(super) fn rewrite(corelib: &Module<'_>) -> Vec<(&'static str, Outcome<Vec<u32>>)> {
    vec![
        ("NativeLibrary.GetExport", announce(corelib, "GetExport", 2)),
        ("NativeLibrary.TryGetExport", announce(corelib, "TryGetExport", 3)),
    ]
}

fn announce(corelib: &Module<'_>, name: &str, parameters: u8) -> Outcome<Vec<u32>> {
    let method = corelib.method(
        LIBRARY,
        name,
        |method| matches!(method.signature, [0, count, _, 0x18, 0x0E, ..] if *count == parameters),
    )?;
    let tell = corelib.signatures.call(Mode::Cooperative, 1)?;
    let (first, before_return) = (expect(corelib, lookup::EXPORT, tell), expect(corelib, lookup::NONE, tell));
    let additions =
        Additions { first: &first, before_return: &before_return, stack: 2, ..Additions::default() };
    corelib.weave(method.token, &additions)?;
    Ok(vec![method.token])
}

fn expect(corelib: &Module<'_>, step: u8, tell: Signature) -> Vec<u8> {
    let mut body = Body::default();
    body.op(op::LDC_I4_0 + step).op(op::CONV_I);
    corelib.call(&mut body, native_hooks::expect_lookup as *const c_void, tell);
    body.code()
}
