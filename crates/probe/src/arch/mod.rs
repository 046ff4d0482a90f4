//! What differs between processors. Each file gives the same names:
//!
//! * `stack_pointer() -> usize`: the stack pointer of the calling function, which is inlined into its caller;
//! * `forwarding_code(process, target, refusal) -> Vec<u8>`: position-independent code of a function that jumps to the
//!   absolute address `target` with all argument registers untouched, or returns `refusal` when it runs in another
//!   process than `process`;
//! * `ELF_MACHINE: u16`: the processor's number in ELF headers;
//! * `SLOT_RELOCATIONS`: kinds of ELF relocation that make a slot hold the plain address of a symbol;
//! * `thunk`: what runs between a caller and the function it calls over the border;
//! * `END_OF_NATIVE_RETURN: [u8; _]`, `END_OF_CHANGED_RETURN: [u8; _]`: what CoreCLR 7 and 8, which can abort threads, go on with when
//!   they have held a thread, in the helpers for the return of native code to managed code, and for a return address that they changed;
//! * `read_counter() -> u64`, `counter_is_steady() -> bool`: the processor's time counter, and whether it runs at one
//!   rate at all times.

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;

#[cfg(not(target_arch = "x86_64"))]
compile_error!("clrhost's probe has no code for this processor yet: add a file to crates/probe/src/arch");
