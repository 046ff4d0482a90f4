//! Writes the IL of a method (ECMA-335 II.25.4 and III).

use crate::rewrite::signatures::Signature;
use std::ffi::c_void;

/// Opcodes of which more than one place knows.
pub(crate) mod op {
    pub(crate) const LDLOC_0: u8 = 0x06;
    pub(crate) const STLOC_0: u8 = 0x0A;
    pub(crate) const LDC_I4_0: u8 = 0x16;
    pub(crate) const LDC_I4_1: u8 = 0x17;
    pub(crate) const DUP: u8 = 0x25;
    pub(crate) const POP: u8 = 0x26;
    pub(crate) const RET: u8 = 0x2A;
    pub(crate) const LDIND_U1: u8 = 0x47;
    pub(crate) const LDIND_I: u8 = 0x4D;
    pub(crate) const CONV_I: u8 = 0xD3;
}

const LDARG_0: u8 = 0x02;
const LDARG_S: u8 = 0x0E;
const LDARGA_S: u8 = 0x0F;
const LDLOCA_S: u8 = 0x12;
const LDC_I4_S: u8 = 0x1F;
const LDC_I8: u8 = 0x21;
const CALL: u8 = 0x28;
const CALLI: u8 = 0x29;
const CALLVIRT: u8 = 0x6F;
const PREFIX: u8 = 0xFE;
const CEQ: u8 = 0x01;
const RETHROW: u8 = 0x1A;
const NEWOBJ: u8 = 0x73;
const ISINST: u8 = 0x75;
const LDFLDA: u8 = 0x7C;
const ADD: u8 = 0x58;
const CONV_U: u8 = 0xE0;
const THROW: u8 = 0x7A;

/// Branches with a 32-bit distance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Branch {
    IfZero = 0x39,
    IfNotZero = 0x3A,
    IfEqual = 0x3B,
    Always = 0x38,
    Leave = 0xDD,
}

/// A place that branches go to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(usize);

/// IL that is being written.
#[derive(Default)]
pub(crate) struct Body {
    code: Vec<u8>,
    labels: Vec<Option<usize>>,
    branches: Vec<(usize, Label)>,
    handler: Option<Handler>,
}

/// Offsets of a protected block and its handler, and what that catches.
#[derive(Clone, Copy)]
struct Handler {
    block: usize,
    handler: usize,
    end: usize,
    class: u32,
}

impl Handler {
    /// As the table of a method has it (ECMA-335 II.25.4.6).
    fn clause(self) -> [u32; 6] {
        const CATCH: u32 = 0;
        let Handler { block, handler, end, class } = self;
        [CATCH, block as u32, (handler - block) as u32, handler as u32, (end - handler) as u32, class]
    }
}

impl Body {
    pub(crate) fn op(&mut self, opcode: u8) -> &mut Self {
        self.code.push(opcode);
        self
    }

    pub(crate) fn equal(&mut self) -> &mut Self {
        self.op(PREFIX).op(CEQ)
    }

    pub(crate) fn argument(&mut self, number: u8) -> &mut Self {
        if number < 4 { self.op(LDARG_0 + number) } else { self.op(LDARG_S).op(number) }
    }

    /// A pointer to an argument that the collector does not care for.
    pub(crate) fn argument_address(&mut self, number: u8) -> &mut Self {
        self.op(LDARGA_S).op(number).op(CONV_U)
    }

    /// All arguments from 0 to `count`.
    pub(crate) fn arguments(&mut self, count: u8) -> &mut Self {
        for number in 0..count {
            self.argument(number);
        }
        self
    }

    pub(crate) fn local(&mut self, number: u8) -> &mut Self {
        self.op(op::LDLOC_0 + number)
    }

    pub(crate) fn store_local(&mut self, number: u8) -> &mut Self {
        self.op(op::STLOC_0 + number)
    }

    /// A pointer to a local that the collector does not care for.
    pub(crate) fn local_pointer(&mut self, number: u8) -> &mut Self {
        self.local_address(number).op(CONV_U)
    }

    pub(crate) fn local_address(&mut self, number: u8) -> &mut Self {
        self.op(LDLOCA_S).op(number)
    }

    /// A number of pointer size.
    pub(crate) fn address(&mut self, value: usize) -> &mut Self {
        self.op(LDC_I8);
        self.code.extend((value as u64).to_le_bytes());
        self.op(op::CONV_I)
    }

    /// The pointer that lies so far from where a field of the object on top lies.
    pub(crate) fn pointer_beside_field(&mut self, field: u32, distance: i8) -> &mut Self {
        self.with_token(LDFLDA, field).op(LDC_I4_S).op(distance as u8).op(ADD).op(op::LDIND_I)
    }

    pub(crate) fn call(&mut self, method: u32) -> &mut Self {
        self.with_token(CALL, method)
    }

    /// Whether the object on top is one of this class: itself, or null.
    pub(crate) fn is_instance(&mut self, class: u32) -> &mut Self {
        self.with_token(ISINST, class)
    }

    /// Throws a new exception, made by this constructor without arguments.
    pub(crate) fn throw_new(&mut self, constructor: u32) -> &mut Self {
        self.with_token(NEWOBJ, constructor).op(THROW)
    }

    /// Throws the exception of this handler again.
    pub(crate) fn rethrow(&mut self) -> &mut Self {
        self.op(PREFIX).op(RETHROW)
    }

    pub(crate) fn call_virtual(&mut self, method: u32) -> &mut Self {
        self.with_token(CALLVIRT, method)
    }

    /// Calls the function whose address is on top.
    pub(crate) fn call_pointer(&mut self, signature: u32) -> &mut Self {
        self.with_token(CALLI, signature)
    }

    /// Calls a native function whose arguments are on the stack, and takes off what it may give.
    pub(crate) fn call_native(&mut self, function: *const c_void, signature: Signature) -> &mut Self {
        self.address(function as usize).call_pointer(signature.token);
        if signature.has_result { self.op(op::POP) } else { self }
    }

    fn with_token(&mut self, opcode: u8, token: u32) -> &mut Self {
        self.op(opcode);
        self.code.extend(token.to_le_bytes());
        self
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    pub(crate) fn branch(&mut self, branch: Branch, to: Label) -> &mut Self {
        self.op(branch as u8);
        self.branches.push((self.code.len(), to));
        self.code.extend([0; 4]);
        self
    }

    /// The label is here.
    pub(crate) fn place(&mut self, label: Label) -> &mut Self {
        self.labels[label.0] = Some(self.code.len());
        self
    }

    /// A block, and what is done when an exception leaves it, before that goes on. `class` is the token of System.Object.
    /// The block must end with a `leave`, the handler, which begins with the exception on the stack, with a `leave` or by
    /// throwing it again. A body has one.
    ///
    /// A `catch` that throws the exception again, and not a `finally`: what the handler calls may block, and CoreCLR throws a
    /// pending abort when a thread comes back from native code to a `finally` in the midst of another exception, which its
    /// unwinder does not survive. In a `catch` it waits.
    pub(crate) fn protected(
        &mut self,
        class: u32,
        block: impl FnOnce(&mut Body),
        handler: impl FnOnce(&mut Body),
    ) -> &mut Self {
        let block_at = self.code.len();
        block(self);
        let handler_at = self.code.len();
        handler(self);
        let end = self.code.len();
        self.handler = Some(Handler { block: block_at, handler: handler_at, end, class });
        self
    }

    /// The code alone, to be put into a method. Without a protected block.
    pub(crate) fn code(self) -> Vec<u8> {
        self.code_and_clause().0
    }

    /// The code alone, and the clause of its protected block.
    pub(crate) fn code_and_clause(mut self) -> (Vec<u8>, Option<[u32; 6]>) {
        self.resolve_branches();
        let clause = self.handler.map(Handler::clause);
        (self.code, clause)
    }

    fn resolve_branches(&mut self) {
        for &(at, label) in &self.branches {
            let target = self.labels[label.0].expect("every label that is branched to is placed");
            let distance = target as i64 - (at as i64 + 4);
            self.code[at..at + 4].copy_from_slice(&(distance as i32).to_le_bytes());
        }
    }

    /// The whole method: header, code and table of handlers. `locals` is the token of their signature, 0 for none.
    pub(crate) fn finish(mut self, max_stack: u16, locals: u32) -> Vec<u8> {
        self.resolve_branches();
        const FAT: u16 = 0x3;
        const MORE_SECTIONS: u16 = 0x8;
        const INIT_LOCALS: u16 = 0x10;
        const HEADER_WORDS: u16 = 3 << 12;
        let mut flags = FAT | HEADER_WORDS | INIT_LOCALS;
        if self.handler.is_some() {
            flags |= MORE_SECTIONS;
        }
        let mut method = Vec::with_capacity(self.code.len() + 48);
        method.extend(flags.to_le_bytes());
        method.extend(max_stack.to_le_bytes());
        method.extend((self.code.len() as u32).to_le_bytes());
        method.extend(locals.to_le_bytes());
        method.extend(&self.code);
        if let Some(handler) = self.handler {
            const EH_TABLE_FAT: u32 = 0x41;
            method.resize(method.len().next_multiple_of(4), 0);
            method.extend((EH_TABLE_FAT | 28 << 8).to_le_bytes());
            handler.clause().iter().for_each(|word| method.extend(word.to_le_bytes()));
        }
        method
    }
}

/// Size of a method's header, code and tables. `byte` reads at an offset from the header, and is asked only for bytes that
/// what was read before says are the method's. `None` if it is no method.
pub(crate) fn size_of_method(byte: impl Fn(usize) -> u8) -> Option<usize> {
    let word = |at: usize| u32::from_le_bytes([byte(at), byte(at + 1), byte(at + 2), byte(at + 3)]) as usize;
    let first = byte(0);
    match first & 3 {
        2 => Some(1 + usize::from(first >> 2)),
        3 => {
            let mut size = 12 + word(4);
            if first & 8 == 0 {
                return Some(size);
            }
            loop {
                size = size.next_multiple_of(4);
                let head = word(size);
                size += if head & 0x40 != 0 { head >> 8 } else { head >> 8 & 0xFF };
                if head & 0x80 == 0 {
                    return Some(size);
                }
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_a_handler_is_as_ecma_335_has_it() {
        let mut body = Body::default();
        let end = body.label();
        body.protected(
            0x0200_0003,
            |block| {
                block.argument(0).call(0x0600_0001).branch(Branch::Leave, end);
            },
            |handler| {
                handler.op(op::POP).call(0x0600_0004).rethrow();
            },
        );
        body.place(end).op(op::RET);
        let method = body.finish(3, 0x1100_0002);
        assert_eq!(method[..12], [0x1B, 0x30, 3, 0, 20, 0, 0, 0, 2, 0, 0, 0x11]);
        assert_eq!(method[12..23], [0x02, 0x28, 1, 0, 0, 6, 0xDD, 8, 0, 0, 0]);
        assert_eq!(method[23..32], [0x26, 0x28, 4, 0, 0, 6, 0xFE, 0x1A, 0x2A]);
        let words: Vec<u32> =
            method[32..].chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        assert_eq!(words, [28 << 8 | 0x41, 0, 0, 11, 11, 8, 0x0200_0003]);
        assert_eq!(size_of_method(|at| method[at]), Some(method.len()));
    }

    #[test]
    fn a_tiny_method_tells_its_size_in_its_first_byte() {
        assert_eq!(size_of_method(|at| [0x06, op::RET][at]), Some(2));
        assert_eq!(size_of_method(|_| 0x00), None);
    }
}
