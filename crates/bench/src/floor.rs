//! What a thunk costs that does nothing: the least that this machine can do, whatever is counted.
//!
//! Each of these stands between a loop and the function it calls, as a thunk does, and keeps what a thunk has to keep. None
//! looks at the thread, counts, or could be left by an exception.

use crate::pair::Pair;
use crate::table::Table;
use std::arch::global_asm;
use std::time::Instant;

type Function = unsafe extern "C" fn(i64, i64) -> i64;

// SAFETY: declarations only; these are the labels of the assembly below.
unsafe extern "C" {
    /// Calls the function so many times, and adds up.
    fn floor_loop(function: Function, times: i64) -> i64;
    fn floor_function(a: i64, b: i64) -> i64;
    fn floor_jump(a: i64, b: i64) -> i64;
    fn floor_call(a: i64, b: i64) -> i64;
    fn floor_host(a: i64, b: i64) -> i64;
    fn floor_kept(a: i64, b: i64) -> i64;
    fn floor_times(a: i64, b: i64) -> i64;
}

const FLOORS: [(&str, Function); 5] = [
    ("a jump there, the return as it is", floor_jump),
    ("the return address taken off the stack and put back", floor_call),
    ("the same, and an empty function called on both sides: a host", floor_host),
    ("the same, and all registers of arguments and results kept over those calls", floor_kept),
    ("the return address, and two readings of the time-stamp counter: a time", floor_times),
];

/// The table.
pub fn measure(rounds: u32, calls: i64) -> String {
    let mut table = Table::new(&["between caller and function", "ns more"]);
    for (what, function) in FLOORS {
        let mut pair = Pair::default();
        for _ in 0..rounds {
            pair.unhooked.push(nanoseconds(floor_function, calls));
            pair.hooked.push(nanoseconds(function, calls));
        }
        table.row([what.to_owned(), pair.difference().text()]);
    }
    format!(
        "### What a thunk takes that does nothing\n\nThe least that hooks can cost which are called in place of the function and \
         see its return, measured in a loop in assembly, in this process. Counting, looking for the thread, and closing what \
         an exception leaves open are not in it. Least (median).\n\n{}",
        table.render()
    )
}

fn nanoseconds(function: Function, calls: i64) -> f64 {
    let start = Instant::now();
    // SAFETY: the functions below take two numbers and give one.
    let sum = unsafe { floor_loop(function, calls) };
    let spent = start.elapsed().as_nanos() as f64 / calls as f64;
    assert!(sum > 0, "the function was called");
    spent
}

global_asm!(
    "
    .macro floor_begin name
    .p2align 6
    .type \\name, @function
    .hidden \\name
    .globl \\name
\\name:
    .endm

    .bss
    .p2align 6
floor_brackets:
    .zero 4096
    .data
    .p2align 6
floor_top:
    .quad floor_brackets
floor_target:
    .quad floor_function
floor_told:
    .quad floor_empty
    .text

    .p2align 6
    .hidden floor_loop
    .globl floor_loop
floor_loop:
    push rbx
    push rbp
    push r12
    mov rbx, rdi
    mov rbp, rsi
    xor r12d, r12d
2:  mov rdi, rbp
    mov rsi, r12
    call rbx
    add r12, rax
    dec rbp
    jnz 2b
    mov rax, r12
    pop r12
    pop rbp
    pop rbx
    ret

    floor_begin floor_function
    lea rax, [rdi + 1]
    ret

    floor_begin floor_empty
    ret

    floor_begin floor_jump
    lea r11, [rip + floor_top]
    jmp qword ptr [r11 + 8]

    # Return address and rbx into a place of their own, and back.
    .macro floor_open
    lea r11, [rip + floor_top]
    add qword ptr [r11], 64
    mov r10, qword ptr [r11]
    mov qword ptr [r10], rbx
    mov rbx, r10
    .endm
    .macro floor_close
    push qword ptr [rbx + 8]
    sub qword ptr [rip + floor_top], 64
    mov rbx, qword ptr [rbx]
    ret
    .endm

    floor_begin floor_call
    floor_open
    pop qword ptr [rbx + 8]
    call qword ptr [r11 + 8]
    floor_close

    floor_begin floor_host
    floor_open
    pop qword ptr [rbx + 8]
    call qword ptr [r11 + 16]
    call qword ptr [r11 + 8]
    call qword ptr [rip + floor_told]
    floor_close

    floor_begin floor_kept
    floor_open
    sub rsp, 200
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
    call qword ptr [r11 + 16]
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
    add rsp, 200
    pop qword ptr [rbx + 8]
    call qword ptr [r11 + 8]
    sub rsp, 56
    mov qword ptr [rsp], rax
    mov qword ptr [rsp + 8], rdx
    movups xmmword ptr [rsp + 16], xmm0
    movups xmmword ptr [rsp + 32], xmm1
    call qword ptr [rip + floor_told]
    mov rax, qword ptr [rsp]
    mov rdx, qword ptr [rsp + 8]
    movups xmm0, xmmword ptr [rsp + 16]
    movups xmm1, xmmword ptr [rsp + 32]
    add rsp, 56
    floor_close

    floor_begin floor_times
    floor_open
    rdtsc
    mov qword ptr [rbx + 16], rax
    pop qword ptr [rbx + 8]
    call qword ptr [r11 + 8]
    mov r11, rax
    rdtsc
    sub rax, qword ptr [rbx + 16]
    add qword ptr [rip + floor_brackets + 2048], rax
    mov rax, r11
    floor_close

    .purgem floor_begin
    .purgem floor_open
    .purgem floor_close
    "
);
