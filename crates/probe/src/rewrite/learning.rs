//! Which of the runtime's look-ups of symbols are for P/Invokes and for `NativeLibrary`.
//!
//! The runtime looks symbols up for many reasons of its own, all by `dlsym`. Which of its calls is which does not change
//! while it runs, so it is learned once, from look-ups that are announced:
//!
//! * A P/Invoke's: `AppContext.Setup`, which runs before all code of the program, first calls a P/Invoke that CoreLib has.
//!   (In a program of a single file that one is not looked up by `dlsym`, so nothing is learned.) Its library has to be
//!   there for any program to run; and if the call failed all the same, nothing would come of that, because it is caught.
//! * `NativeLibrary`'s: its methods announce their own, when the program calls them, which costs a start-up nothing.

use super::NOT_FOUND;
use super::code::{Module, Outcome};
use super::signatures::{Mode, Signature};
use super::weave::Additions;
use crate::native_hooks;
use crate::rewrite::body::{Body, Branch, op};

/// What `expect_lookup` is told.
pub(crate) mod lookup {
    /// Nothing is expected any more.
    pub(crate) const NONE: u8 = 0;
    /// The next look-up on this thread is for a P/Invoke, unless none comes.
    pub(crate) const PINVOKE: u8 = 1;
    /// The next look-up on this thread is that of `NativeLibrary.GetExport` or `TryGetExport`, unless it is known to be
    /// another's, or none comes (the handle may be refused, which throws).
    pub(crate) const EXPORT: u8 = 2;
}

const LIBRARY: &str = "System.Runtime.InteropServices.NativeLibrary";

/// Rewrites CoreLib, and gives the tokens of what was rewritten and in words what was not.
pub(super) fn rewrite(corelib: &Module<'_>) -> Vec<(&'static str, Outcome<Vec<u32>>)> {
    vec![
        ("AppContext.Setup", call_a_pinvoke(corelib)),
        ("NativeLibrary.GetExport", announce(corelib, "GetExport", 2)),
        ("NativeLibrary.TryGetExport", announce(corelib, "TryGetExport", 3)),
    ]
}

fn call_a_pinvoke(corelib: &Module<'_>) -> Outcome<Vec<u32>> {
    const STATIC: u8 = 0x00;
    const VOID: u8 = 0x01;
    const I4: u8 = 0x08;
    let setup = corelib
        .method("System.AppContext", "Setup", |method| matches!(method.signature, [STATIC, 3, VOID, ..]))?;
    let interop = corelib.image.type_def("Interop").ok_or(NOT_FOUND)?;
    let system = corelib.image.nested_type(interop, "Sys").ok_or(NOT_FOUND)?;
    // Both do nothing but tell a number. .NET needs the first one anyway, but .NET Core 3.1 has only the second.
    let harmless = ["GetErrNo", "GetPid"].into_iter().find_map(|name| {
        corelib.image.methods(system, name).find(|method| method.signature == [STATIC, 0, I4])
    });
    let harmless = harmless.ok_or(NOT_FOUND)?;
    let object = corelib.image.type_def("System.Object").ok_or(NOT_FOUND)?;
    let tell = corelib.signatures.call(Mode::Cooperative, 1)?;
    let (first, first_clause) = provoked_call(object, harmless.token, tell);
    corelib
        .weave(setup.token, &Additions { first: &first, first_clause, stack: 2, ..Additions::default() })?;
    Ok(vec![setup.token])
}

/// Calls a P/Invoke that is announced, and catches what it may throw.
fn provoked_call(object: u32, pinvoke: u32, tell: Signature) -> (Vec<u8>, Option<[u32; 6]>) {
    let mut body = Body::default();
    let end = body.label();
    body.protected(
        object,
        |block| {
            expect(block, lookup::PINVOKE, tell);
            block.call(pinvoke).op(op::POP).branch(Branch::Leave, end);
        },
        |handler| {
            handler.op(op::POP).branch(Branch::Leave, end);
        },
    );
    body.place(end);
    expect(&mut body, lookup::NONE, tell);
    body.code_and_clause()
}

fn announce(corelib: &Module<'_>, name: &str, parameters: u8) -> Outcome<Vec<u32>> {
    let method = corelib.method(
        LIBRARY,
        name,
        |method| matches!(method.signature, [0, count, _, 0x18, 0x0E, ..] if *count == parameters),
    )?;
    let tell = corelib.signatures.call(Mode::Cooperative, 1)?;
    let piece = |step| {
        let mut body = Body::default();
        expect(&mut body, step, tell);
        body.code()
    };
    let (first, before_return) = (piece(lookup::EXPORT), piece(lookup::NONE));
    let additions =
        Additions { first: &first, before_return: &before_return, stack: 2, ..Additions::default() };
    corelib.weave(method.token, &additions)?;
    Ok(vec![method.token])
}

fn expect(body: &mut Body, step: u8, tell: Signature) {
    body.op(op::LDC_I4_0 + step).op(op::CONV_I);
    body.call_native(native_hooks::announcement(), tell);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::weave::weave;

    #[test]
    fn a_provoked_call_that_throws_is_caught_and_the_method_goes_on() {
        let tell = Signature { token: 0x1100_0007, has_result: false };
        let (first, first_clause) = provoked_call(0x0200_0001, 0x0600_0009, tell);
        // ldc.i4.1, conv.i, address, conv.i, calli
        const EXPECT: usize = 2 + 10 + 5;
        assert_eq!(first[..2], [op::LDC_I4_1, op::CONV_I]);
        // call; pop; leave over the handler, which is pop; leave
        assert_eq!(first[EXPECT..EXPECT + 11], [0x28, 9, 0, 0, 6, op::POP, 0xDD, 6, 0, 0, 0]);
        assert_eq!(first[EXPECT + 11..EXPECT + 17], [op::POP, 0xDD, 0, 0, 0, 0]);
        assert_eq!(first[EXPECT + 17], op::LDC_I4_0);
        let handler = EXPECT as u32 + 11;
        assert_eq!(first_clause, Some([0, 0, handler, handler, 6, 0x0200_0001]));
        let additions = Additions { first: &first, first_clause, stack: 2, ..Additions::default() };
        let method = weave(&[1 << 2 | 2, op::RET], &additions).unwrap();
        assert_eq!(method[0] & 8, 8, "there is an exception table");
    }
}
