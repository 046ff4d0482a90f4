//! The thunk: what runs between a caller and the function it calls over the border (x86-64, System V).
//!
//! # What a thunk must not change
//! The caller and the function know nothing of it, and it knows nothing of their signature. So at the call it must hand on
//! every register that can carry an argument (rdi, rsi, rdx, rcx, r8, r9, xmm0 to xmm7, rax, which holds the number of
//! vector registers of a call with variable arguments) and the stack with the arguments that lie there; at the return every
//! register that can carry a result (rax, rdx, xmm0, xmm1, the x87 stack). Callee-saved registers (rbx, rbp, r12 to r15,
//! the control words) must come back as they were. That leaves r10 and r11 at the call, and rcx, rsi, rdi, r8 to r11 at
//! the return.
//!
//! # The stack
//! ```text
//! at entry                  in the function               after its return          at the return of the thunk
//!
//!   stack arguments           stack arguments               stack arguments           stack arguments
//!   return address  <- rsp    a thunk's return address      (free)          ^ rsp     return address   <- rsp
//! ```
//! The return address is popped into the bracket, a place in memory of the thread's own, and the function is called with a
//! `call`, which puts an address of the thunk where the caller's was. So the arguments on the stack stay where the
//! function looks for them; the processor's prediction of returns stays right, as does a shadow stack, because calls and
//! returns stay paired. rbx, which the function has to give back, keeps the bracket's address; its own value is in the
//! bracket.
//!
//! # In line and out of line
//! The usual case is done here, after the protocol that `clrhost_boundary::layout` describes; all else by two functions in
//! Rust, [`open`](crate::thunk::hooks::open) and [`close`](crate::thunk::hooks::close), around which argument or result
//! registers are saved. The usual case: the thread has a task, was this deep before, knows the target, and no bracket was
//! jumped over. It touches no vector register. A host is called out of an open bracket, and after one is closed, by four more
//! functions in Rust ([`tell_leave`](crate::thunk::hooks::tell_leave) and its siblings).
//!
//! Around calls to Rust the lower halves of the vector registers are saved, and not what AVX adds to them (nor the x87 stack,
//! which nothing there uses). CoreCLR passes no
//! argument or result that is wider than 16 bytes in a vector register: it refuses `Vector256<T>` and its like in signatures
//! of native functions (`MarshalInfo::MarshalInfo` in vm/mlinfo.cpp), and structures that hold them go by memory, as all above
//! 16 bytes do (`CLR_SYSTEMV_MAX_STRUCT_BYTES_TO_PASS_IN_REGISTERS` in inc/corinfo.h, which says that there is no class
//! SSEUP). Between two native functions, one of which has an export from managed code, wider ones pass in line.
//!
//! # Signals
//! A signal handler may run between any two instructions and call through thunks itself, on the same thread. Its brackets
//! are gone when it returns, and have used places from the top on. So a place is taken (by moving the top) before it is
//! written, and read before it is given back; until then what is to be kept is in registers or in the red zone. In between
//! the handler finds what the place held before: a slot, and a stack pointer that is the highest address of all, so that
//! the place does not look as if it were jumped over. Whoever gives a place back leaves that there. The stack pointer is
//! written last: until then readers of the task know that the bracket is not whole.
//!
//! # Unwinding
//! Between the call and the return the caller's address is not on the stack. The unwind information says where it is: rbx
//! holds the bracket, and return address and caller's rbx are at fixed places in it. The frame's address (CFA) is said to
//! lie 8 above the caller's rsp, which has a rule of its own, because frames of one address are one frame to libgcc. Where a
//! thunk leads straight to another, as when a function calls one in place of returning, both have their return address in
//! one place of the stack; the inner one then says 1 above, which it knows by the stack pointer in the bracket below.
//!
//! The personality routine closes the bracket when an exception or the end of the thread passes, and never stops either, so
//! no landing pad is needed.
//!
//! Who walks the stack by this information gets to the callers: C++, `backtrace` of glibc, gdb. Two things are less than
//! without thunks. Of three and more thunks that lead straight to each other `backtrace` and gdb take two for one, and stop.
//! And profilers see less: `perf record --call-graph fp` walks by frame pointers, which a thunk does not touch, and misses
//! the function right above each thunk (the next one up is there); `--call-graph dwarf` has a copy of the stack alone,
//! without the brackets, and ends at the thunk.

use clrhost_boundary::layout;
use std::arch::global_asm;

/// In a [`Thunk`](crate::thunk::Thunk): where it leads.
pub(crate) const THUNK_TARGET: usize = 8;
/// In a [`Thunk`](crate::thunk::Thunk): offset of the target's slot in a task's table.
pub(crate) const THUNK_SLOT_OFFSET: usize = 16;

/// In a [`Thunk`](crate::thunk::Thunk): where native code gets that has its address.
pub(crate) const THUNK_ADDRESS: usize = 32;
/// In a [`Thunk`](crate::thunk::Thunk) for `dlsym`: what it goes to with an ordinary handle.
pub(crate) const THUNK_USUAL_CODE: usize = 40;

/// Bytes of a stub.
pub(crate) const STUB_BYTES: usize = 16;

/// The code of the stub of a thunk whose data lies `distance` bytes behind the stub: `lea r11, [rip + distance]`, then a jump
/// to one of the functions below. That lies `code` bytes behind the stub; or, where it is too far for that or changes, the
/// data has its address: `jmp [r11]`.
pub(crate) fn stub(distance: i32, code: Option<i32>) -> [u8; STUB_BYTES] {
    const LEA_BYTES: i32 = 7;
    const JMP_BYTES: i32 = 5;
    let [a, b, c, d] = (distance - LEA_BYTES).to_le_bytes();
    let mut stub = [TRAP; STUB_BYTES];
    stub[..7].copy_from_slice(&[0x4C, 0x8D, 0x1D, a, b, c, d]);
    match code {
        Some(code) => {
            stub[7] = 0xE9;
            stub[8..12].copy_from_slice(&(code - LEA_BYTES - JMP_BYTES).to_le_bytes());
        }
        None => stub[7..10].copy_from_slice(&[0x41, 0xFF, 0x23]),
    }
    stub
}

const TRAP: u8 = 0xCC;

/// Bytes of a stub for a delegate.
pub(crate) const CALLBACK_STUB_BYTES: usize = 32;

/// Bytes at the beginning of a stub for a delegate that [`callback_prefix`] fills.
pub(crate) const CALLBACK_PREFIX_BYTES: usize = 10;

/// The code of the stub for a delegate: as [`stub`], behind room for a prefix, which does nothing as yet.
pub(crate) fn callback_stub(distance: i32, code: Option<i32>) -> [u8; CALLBACK_STUB_BYTES] {
    /// A `nop` of ten bytes.
    const NOTHING: [u8; CALLBACK_PREFIX_BYTES] = [0x66, 0x2E, 0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0];
    const PREFIX: i32 = CALLBACK_PREFIX_BYTES as i32;
    let mut all = [TRAP; CALLBACK_STUB_BYTES];
    all[..CALLBACK_PREFIX_BYTES].copy_from_slice(&NOTHING);
    all[CALLBACK_PREFIX_BYTES..][..STUB_BYTES]
        .copy_from_slice(&stub(distance - PREFIX, code.map(|code| code - PREFIX)));
    all
}

/// What the stub for a delegate begins with, given what the runtime's own code for it begins with: the same, if that is
/// `mov r10, imm64`, the runtime's mark of such code. It looks at the number in there to find the delegate again, and for
/// the fields of structures it does so itself, up to .NET 8 (`UMEntryThunk::Decode` in vm/dllimportcallback.h).
pub(crate) fn callback_prefix(code: [u8; CALLBACK_PREFIX_BYTES]) -> Option<[u8; CALLBACK_PREFIX_BYTES]> {
    code.starts_with(&[0x49, 0xBA]).then_some(code)
}

/// What the stub of a thunk goes to. Not to be called otherwise: they expect the thunk's data in r11.
pub(crate) mod code {
    // SAFETY: declarations only; these are the labels of the assembly below.
    unsafe extern "C" {
        /// Hands on and does nothing else.
        pub(crate) fn clrhost_thunk_pass();
        /// Calls to native code, counted; and timed.
        pub(crate) fn clrhost_thunk_leave_counted();
        pub(crate) fn clrhost_thunk_leave_timed();
        /// The same through pointers that native code may call too, which is then not a crossing.
        pub(crate) fn clrhost_thunk_export_counted();
        pub(crate) fn clrhost_thunk_export_timed();
        /// Calls to managed code, counted; and timed.
        pub(crate) fn clrhost_thunk_reverse_counted();
        pub(crate) fn clrhost_thunk_reverse_timed();
        /// Calls of `dlsym` and `dlvsym`.
        pub(crate) fn clrhost_thunk_dlsym();
        /// All of them, with nothing in line.
        pub(crate) fn clrhost_thunk_out_of_line();
        /// The same as those above, told to a host.
        pub(crate) fn clrhost_thunk_leave_counted_told();
        pub(crate) fn clrhost_thunk_leave_timed_told();
        pub(crate) fn clrhost_thunk_export_counted_told();
        pub(crate) fn clrhost_thunk_export_timed_told();
        pub(crate) fn clrhost_thunk_reverse_counted_told();
        pub(crate) fn clrhost_thunk_reverse_timed_told();
    }
}

// SAFETY: declarations only.
unsafe extern "C" {
    static clrhost_thunks_begin: u8;
    static clrhost_thunks_end: u8;
    fn clrhost_set_thunk_cells(cells: usize);
    fn clrhost_uco_enter();
    fn clrhost_uco_leave();
    fn clrhost_dlsym();
    fn clrhost_managed_dlsym();
}

/// Tells the thunks where the calling thread's task lies; 0 for none.
pub(crate) fn set_thunk_cells(cells: usize) {
    // SAFETY: writes a thread-local word that only thunks read, on this thread.
    unsafe { clrhost_set_thunk_cells(cells) }
}

/// Where the code of the thunks lies.
pub(crate) fn thunk_code() -> std::ops::Range<usize> {
    let (begin, end) = (&raw const clrhost_thunks_begin, &raw const clrhost_thunks_end);
    begin as usize..end as usize
}

/// True for an address at which a function returns to a thunk.
pub(crate) fn is_in_thunk(address: usize) -> bool {
    thunk_code().contains(&address)
}

/// Number of rbx in unwind information, in which a thunk keeps its bracket during the call.
pub(crate) const BRACKET_REGISTER: i32 = 3;

/// `dlsym`, for the runtime to call: finds out who calls and goes on in [`lookups`](crate::lookups).
pub(crate) fn dlsym_entry() -> *const std::ffi::c_void {
    clrhost_dlsym as *const std::ffi::c_void
}

/// `dlsym`, for managed code to call.
pub(crate) fn managed_dlsym_entry() -> *const std::ffi::c_void {
    clrhost_managed_dlsym as *const std::ffi::c_void
}

/// What the IL of an `UnmanagedCallersOnly` method calls first: finds out stack pointer and thread, and goes on in
/// [`hooks`](crate::thunk::hooks).
pub(crate) fn uco_enter_entry() -> *const std::ffi::c_void {
    clrhost_uco_enter as *const std::ffi::c_void
}

/// What it calls last.
pub(crate) fn uco_leave_entry() -> *const std::ffi::c_void {
    clrhost_uco_leave as *const std::ffi::c_void
}

// `true` is the flag.
const _: () = assert!(layout::HOSTED == true as usize);

global_asm!(
    "
    .section .tbss.clrhost_thunk_cells, \"awT\", @nobits
    .p2align 3
    .type clrhost_thunk_cells, @object
    .size clrhost_thunk_cells, 8
clrhost_thunk_cells:
    .zero 8

    .text
    .type clrhost_set_thunk_cells, @function
    .globl clrhost_set_thunk_cells
    .hidden clrhost_set_thunk_cells
clrhost_set_thunk_cells:
    .cfi_startproc
    mov r10, qword ptr [rip + clrhost_thunk_cells@GOTTPOFF]
    mov qword ptr fs:[r10], rdi
    ret
    .cfi_endproc

    # dlsym(handle, name), for the runtime, and for managed code. The runtime's comes with the address it returns to as a
    # third argument, and with a pointer as a fourth: to the registers that the runtime wants back, above which lie its frames.
    # RTLD_NEXT goes to dlsym itself, which looks at who called it.
    .type clrhost_dlsym, @function
    .globl clrhost_dlsym
    .hidden clrhost_dlsym
clrhost_dlsym:
    .cfi_startproc
    cmp rdi, -1
    je 1f
    mov rdx, qword ptr [rsp]
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    mov rcx, rsp
    sub rsp, 8
    .cfi_adjust_cfa_offset 56
    call {looked_up}
    add rsp, 56
    .cfi_adjust_cfa_offset -56
    ret
1:  jmp qword ptr [rip + dlsym@GOTPCREL]
    .cfi_endproc

    .type clrhost_managed_dlsym, @function
    .globl clrhost_managed_dlsym
    .hidden clrhost_managed_dlsym
clrhost_managed_dlsym:
    .cfi_startproc
    cmp rdi, -1
    jne {managed_looked_up}
    jmp qword ptr [rip + dlsym@GOTPCREL]
    .cfi_endproc

    # uco_enter(method), with the stack pointer of the call as a second argument, and uco_leave(method); both with the state of
    # the calling thread behind these, which is found faster here.
    .macro clrhost_state into
    mov r10, qword ptr [rip + clrhost_thunk_cells@GOTTPOFF]
    mov \\into, qword ptr fs:[r10]
    test \\into, \\into
    jz 1f
    mov \\into, qword ptr [\\into + {SOURCE}]
1:
    .endm

    .type clrhost_uco_enter, @function
    .globl clrhost_uco_enter
    .hidden clrhost_uco_enter
clrhost_uco_enter:
    .cfi_startproc
    mov rsi, rsp
    clrhost_state rdx
    jmp {uco_entered}
    .cfi_endproc

    .type clrhost_uco_leave, @function
    .globl clrhost_uco_leave
    .hidden clrhost_uco_leave
clrhost_uco_leave:
    .cfi_startproc
    clrhost_state rsi
    jmp {uco_left}
    .cfi_endproc

    # --- Parts of a thunk ------------------------------------------------------------------------------------------

    # The frame while the function runs: return address at rbx + RETURN, rbx at rbx + SAVED, rsp as it is.
    # DW_CFA_def_cfa_expression breg7 + 8, breg3 + STACK_POINTER, deref, lit1, shl, the same of the bracket below, eq, lit7,
    # mul, minus: see Unwinding, above.
    # DW_CFA_val_expression r7 = breg7 + 0; DW_CFA_expression r16 = breg3 + RETURN, r3 = breg3 + SAVED.
    .macro clrhost_cfi_called
    .cfi_escape 0x0F, 16, 0x77, 8, 0x73, {STACK_POINTER}, 0x06, 0x31, 0x24
    .cfi_escape 0x73, {STACK_POINTER} - {BYTES} + 128, 0x06, 0x31, 0x24, 0x29, 0x37, 0x1E, 0x1C
    .cfi_escape 0x16, 7, 2, 0x77, 0
    .cfi_escape 0x10, 16, 2, 0x73, {RETURN}
    .cfi_escape 0x10, 3, 2, 0x73, {SAVED}
    .endm

    # The frame at entry and before the return: nothing but the return address.
    .macro clrhost_cfi_plain
    .cfi_def_cfa rsp, 8
    .cfi_restore rsp
    .cfi_offset rip, -8
    .cfi_same_value rbx
    .endm

    # Keeps what may be an argument, and the thunk, over a call of ours. The stack is aligned for that call afterwards.
    .macro clrhost_save_arguments
    sub rsp, 216
    .cfi_def_cfa_offset 224
    mov qword ptr [rsp], rdi
    mov qword ptr [rsp + 8], rsi
    mov qword ptr [rsp + 16], rdx
    mov qword ptr [rsp + 24], rcx
    mov qword ptr [rsp + 32], r8
    mov qword ptr [rsp + 40], r9
    mov qword ptr [rsp + 48], rax
    mov qword ptr [rsp + 56], r11
    movups xmmword ptr [rsp + 64], xmm0
    movups xmmword ptr [rsp + 80], xmm1
    movups xmmword ptr [rsp + 96], xmm2
    movups xmmword ptr [rsp + 112], xmm3
    movups xmmword ptr [rsp + 128], xmm4
    movups xmmword ptr [rsp + 144], xmm5
    movups xmmword ptr [rsp + 160], xmm6
    movups xmmword ptr [rsp + 176], xmm7
    .endm

    # Keeps what may be a result, before the return.
    .macro clrhost_save_results
    sub rsp, 56
    .cfi_adjust_cfa_offset 56
    mov qword ptr [rsp], rax
    mov qword ptr [rsp + 8], rdx
    movups xmmword ptr [rsp + 16], xmm0
    movups xmmword ptr [rsp + 32], xmm1
    .endm

    .macro clrhost_restore_results
    mov rax, qword ptr [rsp]
    mov rdx, qword ptr [rsp + 8]
    movups xmm0, xmmword ptr [rsp + 16]
    movups xmm1, xmmword ptr [rsp + 32]
    add rsp, 56
    .cfi_adjust_cfa_offset -56
    .endm

    # Leaves r10 alone.
    .macro clrhost_restore_arguments
    mov rdi, qword ptr [rsp]
    mov rsi, qword ptr [rsp + 8]
    mov rdx, qword ptr [rsp + 16]
    mov rcx, qword ptr [rsp + 24]
    mov r8, qword ptr [rsp + 32]
    mov r9, qword ptr [rsp + 40]
    mov rax, qword ptr [rsp + 48]
    mov r11, qword ptr [rsp + 56]
    movups xmm0, xmmword ptr [rsp + 64]
    movups xmm1, xmmword ptr [rsp + 80]
    movups xmm2, xmmword ptr [rsp + 96]
    movups xmm3, xmmword ptr [rsp + 112]
    movups xmm4, xmmword ptr [rsp + 128]
    movups xmm5, xmmword ptr [rsp + 144]
    movups xmm6, xmmword ptr [rsp + 160]
    movups xmm7, xmmword ptr [rsp + 176]
    add rsp, 216
    .cfi_def_cfa_offset 8
    .endm

    # From the state at entry, with the thunk in r11: opens the bracket out of line. Afterwards rbx is the bracket and the
    # return address is in it. Hands on for good where no bracket can be kept (0), and where the call is none over the border
    # (1).
    .macro clrhost_open_out_of_line
    clrhost_save_arguments
    mov rdi, r11
    lea rsi, [rsp + 216]
    call {open}
    mov r10, rax
    clrhost_restore_arguments
    cmp r10, 1
    jb clrhost_thunk_pass
    je clrhost_thunk_pass_by
    mov qword ptr [r10 + {SAVED}], rbx
    mov rbx, r10
    pop qword ptr [rbx + {RETURN}]
    clrhost_cfi_called
    .endm

    # From the state after the function's return: closes the bracket out of line, and returns. The caller's frame is put
    # back first, so that nothing depends on the bracket once it is closed.
    .macro clrhost_close_out_of_line
    sub rsp, 64
    .cfi_def_cfa rsp, 72
    .cfi_escape 0x16, 7, 3, 0x77, 0xC0, 0
    mov qword ptr [rsp], rax
    mov qword ptr [rsp + 8], rdx
    mov rax, qword ptr [rbx + {RETURN}]
    mov qword ptr [rsp + 56], rax
    mov rax, qword ptr [rbx + {SAVED}]
    mov qword ptr [rsp + 48], rax
    .cfi_def_cfa rsp, 64
    .cfi_restore rsp
    .cfi_offset rip, -8
    .cfi_offset rbx, -16
    movups xmmword ptr [rsp + 16], xmm0
    movups xmmword ptr [rsp + 32], xmm1
    mov rdi, rbx
    call {close}
    mov rax, qword ptr [rsp]
    mov rdx, qword ptr [rsp + 8]
    movups xmm0, xmmword ptr [rsp + 16]
    movups xmm1, xmmword ptr [rsp + 32]
    mov rbx, qword ptr [rsp + 48]
    .cfi_same_value rbx
    add rsp, 56
    .cfi_def_cfa_offset 8
    ret
    .endm

    # The task of the calling thread, in r10.
    .macro clrhost_task
    mov r10, qword ptr [rip + clrhost_thunk_cells@GOTTPOFF]
    mov r10, qword ptr fs:[r10]
    .endm

    # From the task in r10, with the thunk in r11: the slot of the thunk's target, 0 for none.
    .macro clrhost_slot
    mov r10, qword ptr [r10 + {SLOTS}]
    add r10, qword ptr [r11 + {SLOT_OFFSET}]
    mov r10, qword ptr [r10]
    .endm

    # A thunk with its usual case in line. timed, export, reverse and hosted are 0 or 1. What it costs without a host is mostly
    # the number of its stores; with one, keeping the registers over the calls.
    .macro clrhost_thunk name, timed, export, reverse, hosted
    .p2align 6
    .type \\name, @function
    .globl \\name
    .hidden \\name
\\name:
    .cfi_startproc
    .cfi_personality 0x1b, {personality}
    clrhost_task
    test r10, r10
    jz 7f
    # The bracket to be opened. One that no call was in yet has no stack pointer.
    mov r10, qword ptr [r10 + {TOP}]
    cmp rsp, qword ptr [r10 - {BYTES} + {STACK_POINTER}]
    jae 7f
    .if \\export
    # Before the next check, as a thread that only ever calls from native code was never deeper than now.
    test byte ptr [r10 - {BYTES} + {SLOT}], {NATIVE}
    jnz clrhost_thunk_pass_by
    .endif
    cmp qword ptr [r10 + {STACK_POINTER}], 0
    je 7f
    # What has no register waits below the stack pointer, where signal handlers leave 128 bytes alone.
    .if \\reverse | \\timed
    mov qword ptr [rsp - 8], rax
    .endif
    .if \\reverse
    mov rax, qword ptr [r10 - {BYTES} + {SLOT}]
    .if \\hosted
    and rax, -{HOSTED} - 1
    .endif
    .endif
    clrhost_task
    clrhost_slot
    test r10, r10
    jz 6f
    .if \\reverse
    # From where the first call came, it usually comes.
    cmp rax, qword ptr [r10 + {CALLER}]
    jne 6f
    .endif
    .if \\timed
    mov r10, rdx
    rdtsc
    shl rdx, 32
    or rax, rdx
    mov rdx, r10
    .endif
    # First the place is taken, then it is written (Signals, above).
    clrhost_task
    add qword ptr [r10 + {TOP}], {BYTES}
    mov r10, qword ptr [r10 + {TOP}]
    mov qword ptr [r10 - {BYTES} + {SAVED}], rbx
    lea rbx, [r10 - {BYTES}]
    .cfi_escape 0x10, 3, 2, 0x73, {SAVED}
    .if \\timed
    mov qword ptr [rbx + {START}], rax
    mov qword ptr [rbx + {INNER}], 0
    .endif
    clrhost_task
    clrhost_slot
    inc qword ptr [r10 + {CALLS}]
    .if \\reverse
    add r10, {EXACT}
    .else
    add r10, {EXACT} + {NATIVE}
    .endif
    mov qword ptr [rbx + {SLOT}], r10
    .if \\hosted
    mov qword ptr [rbx + {KEY}], r11
    .endif
    # Last: with it the bracket is open.
    mov qword ptr [rbx + {STACK_POINTER}], rsp
    .if \\reverse | \\timed
    mov rax, qword ptr [rsp - 8]
    .endif
    .if \\hosted
    # The caller's address is still on the stack, so that this is an ordinary frame.
    clrhost_save_arguments
    clrhost_task
    mov rsi, qword ptr [r10 + {SOURCE}]
    mov rdi, r11
    .if \\reverse
    call {tell_reverse_enter}
    .else
    call {tell_leave}
    .endif
    movzx eax, al
    or qword ptr [rbx + {SLOT}], rax
    .if \\timed
    # The host's time is not the function's.
    rdtsc
    shl rdx, 32
    or rax, rdx
    mov qword ptr [rbx + {START}], rax
    .endif
    clrhost_restore_arguments
    .endif
    pop qword ptr [rbx + {RETURN}]
2:  clrhost_cfi_called
    call qword ptr [r11 + {TARGET}]
    # The function has returned. If its bracket is on top, it is closed here.
    clrhost_task
    test r10, r10
    jz 3f
    lea r11, [rbx + {BYTES}]
    cmp qword ptr [r10 + {TOP}], r11
    jne 3f
    # r9 becomes the bracket. Before it is given back, all is read that it holds.
    push qword ptr [rbx + {RETURN}]
    .cfi_def_cfa rsp, 8
    .cfi_restore rsp
    .cfi_offset rip, -8
    mov r9, rbx
    mov rbx, qword ptr [rbx + {SAVED}]
    .cfi_same_value rbx
    mov qword ptr [r9 + {STACK_POINTER}], -1
    .if \\timed
    mov r11, rax
    mov rsi, rdx
    rdtsc
    shl rdx, 32
    or rax, rdx
    xor ecx, ecx
    sub rax, qword ptr [r9 + {START}]
    cmovb rax, rcx
    mov rdx, rax
    sub rdx, qword ptr [r9 + {INNER}]
    cmovb rdx, rcx
    # rax: ticks in all; rdx: without what was inside; rdi: the slot.
    mov rdi, qword ptr [r9 + {SLOT}]
    .if \\hosted
    # Wanted below.
    push qword ptr [r9 + {KEY}]
    .cfi_adjust_cfa_offset 8
    push rdi
    .cfi_adjust_cfa_offset 8
    .endif
    and rdi, -{FLAGS} - 1
    mov r8, qword ptr [r9 + {START}]
    mov qword ptr [r10 + {BUSY}], 1
    mov qword ptr [r10 + {TOP}], r9
    add qword ptr [rdi + {TOTAL}], rax
    add qword ptr [rdi + {SELF}], rdx
    add qword ptr [r9 - {BYTES} + {INNER}], rax
    # Is it recorded?
    mov rdx, qword ptr [r10 + {RING}]
    test rdx, rdx
    jnz 4f
5:
    cmp rax, qword ptr [rdi + {MAX}]
    jbe 1f
    mov qword ptr [rdi + {MAX}], rax
1:  # The bucket: r8 = 4 * (highest bit - FIRST_BIT) + the two bits below it, at most the last.
    mov rcx, rax
    or rcx, 1
    bsr rcx, rcx
    xor r8d, r8d
    cmp ecx, {FIRST_BIT}
    jb 1f
    lea r8d, [rcx * 4 - {FIRST_BUCKET}]
    sub ecx, 2
    shr rax, cl
    and eax, 3
    add r8d, eax
    mov ecx, {BUCKETS} - 1
    cmp r8d, ecx
    cmova r8d, ecx
1:  inc qword ptr [rdi + r8 * 8 + {HISTOGRAM}]
    mov qword ptr [r10 + {BUSY}], 0
    mov rax, r11
    mov rdx, rsi
    .if \\hosted
    pop rcx
    .cfi_adjust_cfa_offset -8
    pop rdi
    .cfi_adjust_cfa_offset -8
    .endif
    .else
    .if \\hosted
    mov rcx, qword ptr [r9 + {SLOT}]
    mov rdi, qword ptr [r9 + {KEY}]
    .endif
    mov qword ptr [r10 + {TOP}], r9
    .endif
    .if \\hosted
    # rcx: what the bracket was about, and whether the host accepted it; rdi: the thunk.
    test cl, {HOSTED}
    jz 1f
    clrhost_save_results
    mov rsi, qword ptr [r10 + {SOURCE}]
    .if \\reverse
    call {tell_reverse_leave}
    .else
    call {tell_enter}
    .endif
    clrhost_restore_results
1:
    .endif
    ret
    .if \\timed
    # Writes an event to the ring in rdx: r8, rax, and what the slot in rdi is about.
4:
    .if \\hosted
    .cfi_adjust_cfa_offset 16
    .endif
    cmp qword ptr [rdx + {RING_BUSY}], 0
    jne 1f
    mov qword ptr [rdx + {RING_BUSY}], 1
    mov rcx, qword ptr [rdx + {RING_HEAD}]
    cmp rcx, qword ptr [rdx + {RING_LIMIT}]
    je 0f
    and ecx, {RING_MASK}
    mov qword ptr [rdx + rcx + {RING_EVENTS}], r8
    mov qword ptr [rdx + rcx + {RING_EVENTS} + 8], rax
    mov r8, qword ptr [rdi + {TAG}]
    mov qword ptr [rdx + rcx + {RING_EVENTS} + 16], r8
    add qword ptr [rdx + {RING_HEAD}], {EVENT_BYTES}
    mov qword ptr [rdx + {RING_BUSY}], 0
    jmp 5b
0:  mov qword ptr [rdx + {RING_BUSY}], 0
1:  lock inc qword ptr [rdx + {RING_LOST}]
    jmp 5b
    .if \\hosted
    .cfi_adjust_cfa_offset -16
    .endif
    .endif
3:  clrhost_cfi_called
    clrhost_close_out_of_line
    clrhost_cfi_plain
    # Rust opens the bracket from the beginning.
6:
    .if \\reverse | \\timed
    mov rax, qword ptr [rsp - 8]
    .endif
7:  clrhost_open_out_of_line
    jmp 2b
    .cfi_endproc
    .size \\name, . - \\name
    .endm

    # --- The thunks ------------------------------------------------------------------------------------------------

    .globl clrhost_thunks_begin
    .hidden clrhost_thunks_begin
clrhost_thunks_begin:
    .p2align 5
    .type clrhost_thunk_pass, @function
    .globl clrhost_thunk_pass
    .hidden clrhost_thunk_pass
clrhost_thunk_pass:
    .cfi_startproc
    jmp qword ptr [r11 + {TARGET}]
    .cfi_endproc
    .size clrhost_thunk_pass, . - clrhost_thunk_pass

    .type clrhost_thunk_pass_by, @function
clrhost_thunk_pass_by:
    .cfi_startproc
    jmp qword ptr [r11 + {ADDRESS}]
    .cfi_endproc
    .size clrhost_thunk_pass_by, . - clrhost_thunk_pass_by

    # dlsym(handle, name), dlvsym(handle, name, version): RTLD_DEFAULT is 0, RTLD_NEXT is -1.
    .p2align 5
    .type clrhost_thunk_dlsym, @function
    .globl clrhost_thunk_dlsym
    .hidden clrhost_thunk_dlsym
clrhost_thunk_dlsym:
    .cfi_startproc
    lea r10, [rdi + 1]
    cmp r10, 1
    ja 1f
    push rdi
    .cfi_adjust_cfa_offset 8
    push rsi
    .cfi_adjust_cfa_offset 8
    push rdx
    .cfi_adjust_cfa_offset 8
    push r11
    .cfi_adjust_cfa_offset 8
    mov rdi, r11
    lea rsi, [rsp + 32]
    sub rsp, 8
    .cfi_adjust_cfa_offset 8
    call {visited}
    add rsp, 8
    .cfi_adjust_cfa_offset -8
    pop r11
    .cfi_adjust_cfa_offset -8
    pop rdx
    .cfi_adjust_cfa_offset -8
    pop rsi
    .cfi_adjust_cfa_offset -8
    pop rdi
    .cfi_adjust_cfa_offset -8
    jmp qword ptr [r11 + {ADDRESS}]
1:  jmp qword ptr [r11 + {USUAL_CODE}]
    .cfi_endproc
    .size clrhost_thunk_dlsym, . - clrhost_thunk_dlsym

    clrhost_thunk clrhost_thunk_leave_counted, 0, 0, 0, 0
    clrhost_thunk clrhost_thunk_leave_timed, 1, 0, 0, 0
    clrhost_thunk clrhost_thunk_export_counted, 0, 1, 0, 0
    clrhost_thunk clrhost_thunk_export_timed, 1, 1, 0, 0
    clrhost_thunk clrhost_thunk_reverse_counted, 0, 0, 1, 0
    clrhost_thunk clrhost_thunk_reverse_timed, 1, 0, 1, 0
    clrhost_thunk clrhost_thunk_leave_counted_told, 0, 0, 0, 1
    clrhost_thunk clrhost_thunk_leave_timed_told, 1, 0, 0, 1
    clrhost_thunk clrhost_thunk_export_counted_told, 0, 1, 0, 1
    clrhost_thunk clrhost_thunk_export_timed_told, 1, 1, 0, 1
    clrhost_thunk clrhost_thunk_reverse_counted_told, 0, 0, 1, 1
    clrhost_thunk clrhost_thunk_reverse_timed_told, 1, 0, 1, 1

    # Times taken with another clock than the processor's counter.
    .p2align 5
    .type clrhost_thunk_out_of_line, @function
    .globl clrhost_thunk_out_of_line
    .hidden clrhost_thunk_out_of_line
clrhost_thunk_out_of_line:
    .cfi_startproc
    .cfi_personality 0x1b, {personality}
    clrhost_open_out_of_line
    clrhost_cfi_called
    call qword ptr [r11 + {TARGET}]
    clrhost_close_out_of_line
    .cfi_endproc
    .size clrhost_thunk_out_of_line, . - clrhost_thunk_out_of_line
    .globl clrhost_thunks_end
    .hidden clrhost_thunks_end
clrhost_thunks_end:
    nop

    .purgem clrhost_thunk
    .purgem clrhost_state
    .purgem clrhost_task
    .purgem clrhost_slot
    .purgem clrhost_save_arguments
    .purgem clrhost_restore_arguments
    .purgem clrhost_save_results
    .purgem clrhost_restore_results
    .purgem clrhost_open_out_of_line
    .purgem clrhost_close_out_of_line
    .purgem clrhost_cfi_called
    .purgem clrhost_cfi_plain
    ",
    TOP = const layout::TOP,
    BUSY = const layout::BUSY,
    SLOTS = const layout::SLOTS,
    SOURCE = const layout::SOURCE,
    BYTES = const layout::BRACKET_BYTES,
    SLOT = const layout::BRACKET_SLOT,
    START = const layout::BRACKET_START,
    INNER = const layout::BRACKET_INNER,
    STACK_POINTER = const layout::BRACKET_STACK_POINTER,
    KEY = const layout::BRACKET_KEY,
    RETURN = const layout::BRACKET_RETURN,
    SAVED = const layout::BRACKET_SAVED,
    NATIVE = const layout::NATIVE,
    EXACT = const layout::EXACT,
    HOSTED = const layout::HOSTED,
    FLAGS = const layout::FLAGS,
    RING = const layout::RING,
    RING_HEAD = const layout::RING_HEAD,
    RING_LIMIT = const layout::RING_LIMIT,
    RING_BUSY = const layout::RING_BUSY,
    RING_LOST = const layout::RING_LOST,
    RING_EVENTS = const layout::RING_EVENTS,
    RING_MASK = const layout::RING_MASK,
    EVENT_BYTES = const layout::EVENT_BYTES,
    TAG = const layout::SLOT_TAG,
    CALLS = const layout::SLOT_CALLS,
    TOTAL = const layout::SLOT_TOTAL,
    SELF = const layout::SLOT_SELF,
    MAX = const layout::SLOT_MAX,
    CALLER = const layout::SLOT_CALLER,
    HISTOGRAM = const layout::SLOT_HISTOGRAM,
    BUCKETS = const layout::HISTOGRAM_BUCKETS,
    FIRST_BIT = const layout::FIRST_BIT,
    FIRST_BUCKET = const 4 * layout::FIRST_BIT,
    TARGET = const THUNK_TARGET,
    SLOT_OFFSET = const THUNK_SLOT_OFFSET,
    ADDRESS = const THUNK_ADDRESS,
    USUAL_CODE = const THUNK_USUAL_CODE,
    visited = sym crate::thunk::hooks::visited,
    open = sym crate::thunk::hooks::open,
    close = sym crate::thunk::hooks::close,
    tell_leave = sym crate::thunk::hooks::tell_leave,
    tell_enter = sym crate::thunk::hooks::tell_enter,
    tell_reverse_enter = sym crate::thunk::hooks::tell_reverse_enter,
    tell_reverse_leave = sym crate::thunk::hooks::tell_reverse_leave,
    personality = sym crate::thunk::unwind::personality,
    looked_up = sym crate::lookups::looked_up,
    managed_looked_up = sym crate::lookups::managed_looked_up,
    uco_entered = sym crate::thunk::hooks::uco_entered,
    uco_left = sym crate::thunk::hooks::uco_left,
);
