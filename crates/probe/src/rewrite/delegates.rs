//! Function pointers for delegates, and delegates for function pointers.
//!
//! All managed code, and all marshalling stubs that the runtime makes (arguments, results, fields of structures), come by
//! the methods of `Marshal` that are changed here; only where `GetDelegateForFunctionPointerInternal` is a part of the
//! runtime (up to .NET 8) do delegate fields of structures that native code filled in pass it by.

use super::NOT_FOUND;
use super::code::{Module, Outcome};
use super::signatures::{Mode, Signature};
use super::weave::Additions;
use crate::il::{Call, calls, instructions};
use crate::image::MethodDef;
use crate::native_hooks;
use crate::rewrite::body::{Body, Branch, op};
use std::ffi::c_void;

const STATIC: u8 = 0x00;
const STATIC_GENERIC: u8 = 0x10;
const INSTANCE: u8 = 0x20;
const VOID: u8 = 0x01;
const BOOLEAN: u8 = 0x02;
const CLASS: u8 = 0x12;
const PTR: u8 = 0x0F;
const I: u8 = 0x18;
const OBJECT: u8 = 0x1C;
const CALL: u8 = 0x28;
const INTERNAL_CALL: u32 = 0x1000;

/// Rewrites CoreLib, and gives the tokens of what was rewritten and in words what was not.
pub(super) fn rewrite(corelib: &Module<'_>) -> Vec<(&'static str, Outcome<Vec<u32>>)> {
    vec![
        ("Marshal.GetFunctionPointerForDelegate", to_pointer(corelib)),
        ("Marshal.GetDelegateForFunctionPointer", to_delegate(corelib)),
    ]
}

/// `IntPtr GetFunctionPointerForDelegate(Delegate)`: the pointer it would give becomes that of a thunk.
fn to_pointer(corelib: &Module<'_>) -> Outcome<Vec<u32>> {
    let method = corelib.method(MARSHAL, "GetFunctionPointerForDelegate", |method| {
        matches!(method.signature, [STATIC, 1, I, CLASS, ..])
    })?;
    let find = corelib.signatures.call(Mode::Cooperative, 3)?;
    let make = corelib.signatures.call(Mode::Preemptive, 3)?;
    let (locals, places) = corelib.signatures.two_locals()?;
    let table = method_table(corelib)?;
    let is_native = corelib.method("System.MulticastDelegate", "IsUnmanagedFunctionPtr", |method| {
        *method.signature == [INSTANCE, 0, BOOLEAN]
    });
    let piece =
        ToPointer { find, make, locals: places, table, is_native: is_native.ok().map(|is| is.token) }.code();
    let additions = Additions { before_return: &piece, locals, stack: 4, ..Additions::default() };
    corelib.weave(method.token, &additions)?;
    Ok(vec![method.token])
}

/// How the method table of an object is had.
#[derive(Clone, Copy)]
enum MethodTable {
    /// By this method.
    Call(u32),
    /// It lies before this field.
    BeforeField(u32),
}

fn method_table(corelib: &Module<'_>) -> Outcome<MethodTable> {
    const HELPERS: &str = "System.Runtime.CompilerServices.RuntimeHelpers";
    let get = corelib
        .method(HELPERS, "GetMethodTable", |method| matches!(method.signature, [STATIC, 1, PTR, .., OBJECT]));
    if let Ok(get) = get {
        return Ok(MethodTable::Call(get.token));
    }
    // Every object begins with it; the runtime's own stubs rely on this field coming next.
    let delegate = corelib.image.type_def("System.Delegate").ok_or(NOT_FOUND)?;
    let target = corelib.image.field(delegate, "_target").ok_or(NOT_FOUND)?;
    Ok(MethodTable::BeforeField(target))
}

/// What is done with the pointer for the delegate that is the first argument.
struct ToPointer {
    find: Signature,
    make: Signature,
    /// For the pointer, and for the thunk's.
    locals: [u8; 2],
    table: MethodTable,
    /// Tells whether the delegate was made for a native function, whose pointer it gives back. `None` in versions without
    /// such a method; then only by the pointer can a thunk's maker tell.
    is_native: Option<u32>,
}

impl ToPointer {
    /// IL that turns the pointer on the stack into a thunk's.
    fn code(&self) -> Vec<u8> {
        let [pointer, thunk] = self.locals;
        let find = native_hooks::find_callback_into as *const c_void;
        let make = native_hooks::make_callback_into as *const c_void;
        let mut body = Body::default();
        let (native, known) = (body.label(), body.label());
        body.store_local(pointer);
        if let Some(is_native) = self.is_native {
            // Every delegate is a MulticastDelegate, which the IL need not say.
            body.argument(0).call(is_native).branch(Branch::IfNotZero, native);
        }
        body.local(pointer).local_pointer(thunk);
        self.method_table(&mut body);
        body.call_native(find, self.find).local(thunk).branch(Branch::IfNotZero, known).local(pointer);
        self.method_table(&mut body);
        body.local_pointer(thunk).call_native(make, self.make);
        if self.is_native.is_some() {
            body.branch(Branch::Always, known).place(native).local(pointer).local_pointer(thunk);
            body.op(op::LDC_I4_0).op(op::CONV_I).call_native(find, self.find);
        }
        body.place(known).local(thunk);
        body.code()
    }

    fn method_table(&self, body: &mut Body) {
        const POINTER_SIZE: i8 = 8;
        match self.table {
            MethodTable::Call(get) => body.argument(0).call(get),
            MethodTable::BeforeField(field) => body.argument(0).pointer_beside_field(field, -POINTER_SIZE),
        };
    }
}

/// `GetDelegateForFunctionPointer`, with a `Type` and generic: a thunk's pointer becomes the runtime's own.
fn to_delegate(corelib: &Module<'_>) -> Outcome<Vec<u32>> {
    let inner = corelib.method(
        MARSHAL,
        "GetDelegateForFunctionPointerInternal",
        |method| matches!(method.signature, [STATIC, 2, CLASS, ..] if takes_pointer_first(method)),
    )?;
    if inner.impl_flags & INTERNAL_CALL == 0 {
        let piece = resolve(corelib, 0, LDARG_1)?;
        corelib.weave(inner.token, &Additions { first: &piece, stack: 3, ..Additions::default() })?;
        return Ok(vec![inner.token]);
    }
    let callers = corelib.methods(MARSHAL, "GetDelegateForFunctionPointer", |method| {
        matches!(method.signature, [STATIC, 2, CLASS, ..] | [STATIC_GENERIC, 1, 1, ..])
    })?;
    let mut rewritten = Vec::new();
    for caller in &callers {
        let il = corelib.il(caller.token)?;
        let Some((before, load_type)) = call_of(&il, inner.token) else {
            // In .NET Core 3.1 the generic one calls the other one.
            if callers
                .iter()
                .any(|other| calls(&il).is_ok_and(|calls| calls.contains(&Call::Method(other.token))))
            {
                continue;
            }
            return Err(NOT_FOUND.to_owned());
        };
        let piece = resolve(corelib, 0, load_type)?;
        // Right before the call, when pointer and type have been found good.
        let additions = Additions { before: Some((before, &piece)), stack: 3, ..Additions::default() };
        corelib.weave(caller.token, &additions)?;
        rewritten.push(caller.token);
    }
    Ok(rewritten)
}

fn takes_pointer_first(method: &MethodDef<'_>) -> bool {
    // The class of the result is a token of one, two or four bytes.
    let parameters = match method.signature[3] {
        0..0x80 => 4,
        0x80..0xC0 => 5,
        _ => 7,
    };
    matches!(method.signature.get(parameters..), Some([I, CLASS, ..]))
}

const MARSHAL: &str = "System.Runtime.InteropServices.Marshal";
const LDARG_0: u8 = 0x02;
const LDARG_1: u8 = 0x03;
const LDLOC_0: u8 = 0x06;
const LDLOC_3: u8 = 0x09;

/// Where `ldarg.0`, the load of a type, and the call of `callee` stand, and how the type is loaded.
fn call_of(il: &[u8], callee: u32) -> Option<(usize, u8)> {
    let instructions = instructions(il).ok()?;
    instructions.windows(3).find_map(|window| {
        let [(at, pointer), (_, load_type), (_, call)] = *window else { return None };
        let is_call = call[0] == CALL && call[1..] == callee.to_le_bytes();
        let loads_type = matches!(load_type[0], LDARG_1 | LDLOC_0..=LDLOC_3);
        (is_call && pointer == [LDARG_0] && loads_type).then_some((at, load_type[0]))
    })
}

/// Replaces the pointer that an argument is. For one that is denied the caller gets the exception that it gets for a P/Invoke.
fn resolve(corelib: &Module<'_>, pointer: u8, load_type: u8) -> Outcome<Vec<u8>> {
    let call = corelib.signatures.call(Mode::Preemptive, 3)?;
    let missing = corelib.method("System.EntryPointNotFoundException", ".ctor", |method| {
        *method.signature == [INSTANCE, 0, VOID]
    })?;
    let mut body = Body::default();
    let done = body.label();
    // The runtime itself asks for null too, in some versions.
    body.argument(pointer).branch(Branch::IfZero, done).argument(pointer);
    match type_handle(corelib) {
        Ok([get_handle, to_pointer]) => body.op(load_type).call_virtual(get_handle).call(to_pointer),
        // Before .NET 7. That a pointer is resolved matters more than for which type.
        Err(_) => body.op(op::LDC_I4_0).op(op::CONV_I),
    };
    let resolve = native_hooks::resolve_function_pointer_into as *const c_void;
    body.argument_address(pointer).call_native(resolve, call);
    body.argument(pointer).branch(Branch::IfNotZero, done).throw_new(missing.token).place(done);
    Ok(body.code())
}

/// `Type.TypeHandle`, and what makes a pointer of it.
fn type_handle(corelib: &Module<'_>) -> Outcome<[u32; 2]> {
    const VALUE_TYPE: u8 = 0x11;
    let get = corelib.method("System.Type", "get_TypeHandle", |method| {
        matches!(method.signature, [INSTANCE, 0, VALUE_TYPE, ..])
    })?;
    let to_pointer = corelib.method("System.RuntimeTypeHandle", "ToIntPtr", |method| {
        matches!(method.signature, [STATIC, 1, I, VALUE_TYPE, ..])
    })?;
    Ok([get.token, to_pointer.token])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_looked_up_before_a_thunk_is_made() {
        let find = Signature { token: 0x1100_0001, has_result: false };
        let make = Signature { token: 0x1100_0002, has_result: true };
        let table = MethodTable::BeforeField(0x0400_0005);
        let code = ToPointer { find, make, locals: [0, 1], table, is_native: None }.code();
        // stloc.0; ldloc.0; ldloca.s 1; conv.u; ldarg.0; ldflda; ldc.i4.s -8; add; ldind.i
        let begins = [0x0A, 0x06, 0x12, 1, 0xE0, 0x02, 0x7C, 5, 0, 0, 4, 0x1F, 0xF8, 0x58, 0x4D];
        assert_eq!(code[..15], begins);
        // address; conv.i; calli; ldloc.1; brtrue to the end
        assert_eq!((code[15], &code[24..30]), (0x21, &[0xD3, 0x29, 1, 0, 0, 0x11][..]));
        assert_eq!(code[30..36], [0x07, 0x3A, 30, 0, 0, 0]);
        // ... calli; pop; ldloc.1
        assert_eq!(code[code.len() - 7..], [0x29, 2, 0, 0, 0x11, op::POP, 0x07]);
        assert_eq!(36 + 30, code.len() - 1);
    }

    #[test]
    fn the_call_is_found_with_its_arguments_and_not_without() {
        const CALLEE: u32 = 0x0600_0007;
        // nop; ldarg.0; ldloc.0; call; ret
        let il = [0x26, 0x00, LDARG_0, LDLOC_0, CALL, 7, 0, 0, 6, 0x2A];
        assert_eq!(call_of(&il, CALLEE), Some((1, LDLOC_0)));
        assert_eq!(call_of(&il, 0x0600_0008), None);
        // ldarg.1; ldarg.0; call
        assert_eq!(call_of(&[0x1E, LDARG_1, LDARG_0, CALL, 7, 0, 0, 6], CALLEE), None);
    }
}
