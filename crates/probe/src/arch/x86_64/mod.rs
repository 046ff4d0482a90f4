//! x86-64.

pub(crate) mod thunk;

use std::arch::x86_64::{__cpuid, _rdtsc};

/// `EM_X86_64`.
pub(crate) const ELF_MACHINE: u16 = 62;

/// `R_X86_64_64`, `R_X86_64_GLOB_DAT`, `R_X86_64_JUMP_SLOT`.
pub(crate) const SLOT_RELOCATIONS: [u32; 3] = [1, 6, 7];

/// The rest of `JIT_RareDisableHelper` after its one call (CoreCLR's `jithelpers_fast.S`).
pub(crate) const END_OF_NATIVE_RETURN: [u8; 19] = [
    0x66, 0x0F, 0x6F, 0x04, 0x24, // movdqa xmm0, [rsp]
    0x66, 0x0F, 0x6F, 0x4C, 0x24, 0x10, // movdqa xmm1, [rsp + 16]
    0x48, 0x8D, 0x64, 0x24, 0x28, // lea rsp, [rsp + 40]
    0x5A, // pop rdx
    0x58, // pop rax
    0xC3, // ret
];

/// The rest of `OnHijackTripThread` likewise (`asmhelpers.S`).
pub(crate) const END_OF_CHANGED_RETURN: [u8; 29] = [
    0x66, 0x0F, 0x6F, 0x04, 0x24, // movdqa xmm0, [rsp]
    0x66, 0x0F, 0x6F, 0x4C, 0x24, 0x10, // movdqa xmm1, [rsp + 16]
    0x48, 0x8D, 0x64, 0x24, 0x28, // lea rsp, [rsp + 40]
    0x58, // pop rax
    0x5A, // pop rdx
    0x41, 0x5C, // pop r12
    0x41, 0x5D, // pop r13
    0x41, 0x5E, // pop r14
    0x41, 0x5F, // pop r15
    0x5B, // pop rbx
    0x5D, // pop rbp
    0xC3, // ret
];

/// The stack pointer of the function this is inlined into.
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: copies a register; touches neither memory, flags nor the stack.
    unsafe { std::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// The time-stamp counter. Not ordered against the instructions around it: a crossing is longer than the few
/// instructions the processor may move it by, and ordering would cost as much as the whole read.
#[inline(always)]
pub(crate) fn read_counter() -> u64 {
    // SAFETY: `rdtsc` exists on every x86-64; Linux does not forbid it to user code unless a process asks for that.
    unsafe { _rdtsc() }
}

/// True if the time-stamp counter runs at one rate whatever the core does ("invariant TSC").
pub(crate) fn counter_is_steady() -> bool {
    const EXTENDED: u32 = 0x8000_0000;
    const ADVANCED_POWER_MANAGEMENT: u32 = 0x8000_0007;
    const INVARIANT_TSC: u32 = 1 << 8;
    __cpuid(EXTENDED).eax >= ADVANCED_POWER_MANAGEMENT
        && __cpuid(ADVANCED_POWER_MANAGEMENT).edx & INVARIANT_TSC != 0
}

/// See the module `arch`. Uses `rax`, `rcx` and `r11`, none of which carries an integer argument of the System V
/// convention but `rcx`, the fourth: functions of up to three arguments only.
pub(crate) fn forwarding_code(process: u32, target: usize, refusal: i32) -> Vec<u8> {
    const SYS_GETPID: u8 = 39;
    let mut code = vec![
        0xF3, 0x0F, 0x1E, 0xFA, // endbr64
        0xB8, SYS_GETPID, 0, 0, 0, // mov eax, getpid
        0x0F, 0x05, // syscall (overwrites rcx and r11)
        0x3D, // cmp eax, process
    ];
    code.extend(process.to_le_bytes());
    code.extend([
        0x75, 0x0C, // jne refuse
        0x48, 0xB8, // movabs rax, target
    ]);
    code.extend(target.to_le_bytes());
    code.extend([0xFF, 0xE0]); // jmp rax
    code.push(0xB8); // refuse: mov eax, refusal
    code.extend(refusal.to_le_bytes());
    code.push(0xC3); // ret
    code
}
