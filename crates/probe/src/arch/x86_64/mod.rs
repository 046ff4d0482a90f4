//! x86-64.

pub(crate) mod thunk;

use std::arch::x86_64::{__cpuid, _rdtsc};

/// `EM_X86_64`.
pub(crate) const ELF_MACHINE: u16 = 62;

/// `R_X86_64_64`, `R_X86_64_GLOB_DAT`, `R_X86_64_JUMP_SLOT`.
pub(crate) const SLOT_RELOCATIONS: [u32; 3] = [1, 6, 7];

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
