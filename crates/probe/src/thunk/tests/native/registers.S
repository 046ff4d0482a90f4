// Calls with every register set, and a function that notes every register it is called with.

    .intel_syntax noprefix
    .text

// struct state, see `registers.rs`: all that a caller sets, and what is to be seen of it.
    .set OF_RDI, 0
    .set OF_RSI, 8
    .set OF_RDX, 16
    .set OF_RCX, 24
    .set OF_R8, 32
    .set OF_R9, 40
    .set OF_RAX, 48
    .set OF_RBX, 56
    .set OF_RBP, 64
    .set OF_R12, 72
    .set OF_R13, 80
    .set OF_R14, 88
    .set OF_R15, 96
    .set OF_RSP, 104
    .set OF_STACK, 112             // 64 words
    .set OF_MXCSR, 624
    .set OF_CONTROL, 632
    .set OF_FLAGS, 640
    .set OF_XMM, 672               // 16 of 32 bytes

// registers_call(function, const struct state *in, struct state *out, wide)
    .globl registers_call
    .type registers_call, @function
registers_call:
    .cfi_startproc
    push rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov rbp, rsp
    .cfi_def_cfa_register rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    .cfi_offset rbx, -24
    .cfi_offset r12, -32
    .cfi_offset r13, -40
    .cfi_offset r14, -48
    .cfi_offset r15, -56
    push rdi
    push rsi
    push rdx
    push rcx                    // nine words with the return address: rsp is a multiple of 16 less 8
    sub rsp, 24
    stmxcsr [rsp]
    fnstcw [rsp + 8]
    mov r10, rsp                // a multiple of 16
    // Where they are found when rbp is gone.
    mov [rip + frame], rbp
    mov [rip + below], rsp
    ldmxcsr [rsi + OF_MXCSR]
    fldcw [rsi + OF_CONTROL]
    test ecx, ecx
    jz 1f
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups ymm\n, [rsi + OF_XMM + 32 * \n]
    .endr
    jmp 2f
1:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups xmm\n, [rsi + OF_XMM + 32 * \n]
    .endr
2:
    mov r11, rdi
    mov r10, rsi
    mov ecx, 64
3:  push [r10 + OF_STACK + rcx * 8 - 8]
    dec ecx
    jnz 3b
    mov rdi, [r10 + OF_RDI]
    mov rsi, [r10 + OF_RSI]
    mov rdx, [r10 + OF_RDX]
    mov rcx, [r10 + OF_RCX]
    mov r8, [r10 + OF_R8]
    mov r9, [r10 + OF_R9]
    mov rax, [r10 + OF_RAX]
    mov rbx, [r10 + OF_RBX]
    mov r12, [r10 + OF_R12]
    mov r13, [r10 + OF_R13]
    mov r14, [r10 + OF_R14]
    mov r15, [r10 + OF_R15]
    mov rbp, [r10 + OF_RBP]
    mov [rip + at_call], rsp
    call r11
    // What came back.
    mov r11, [rip + below]
    mov r11, [r11 + 32]         // out
    mov [r11 + OF_RAX], rax
    mov [r11 + OF_RDX], rdx
    mov [r11 + OF_RBX], rbx
    mov [r11 + OF_RBP], rbp
    mov [r11 + OF_R12], r12
    mov [r11 + OF_R13], r13
    mov [r11 + OF_R14], r14
    mov [r11 + OF_R15], r15
    mov [r11 + OF_RSP], rsp
    stmxcsr [r11 + OF_MXCSR]
    fnstcw [r11 + OF_CONTROL]
    pushfq
    pop rax
    mov [r11 + OF_FLAGS], rax
    mov rax, [rip + below]
    cmp dword ptr [rax + 24], 0
    je 4f
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups [r11 + OF_XMM + 32 * \n], ymm\n
    .endr
    vzeroupper
    jmp 5f
4:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups [r11 + OF_XMM + 32 * \n], xmm\n
    .endr
5:
    // The words above the call are the caller's too, but for the arguments' own, which the function may use.
    mov rsp, rax
    mov rbp, [rip + frame]
    ldmxcsr [rsp]
    fldcw [rsp + 8]
    lea rsp, [rbp - 40]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
    .size registers_call, . - registers_call

// Notes in `registers_seen` what it was called with, and returns with registers of its own.
    .macro NOTING name, wide
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    lea r11, [rip + registers_seen]
    mov [r11 + OF_RDI], rdi
    mov [r11 + OF_RSI], rsi
    mov [r11 + OF_RDX], rdx
    mov [r11 + OF_RCX], rcx
    mov [r11 + OF_R8], r8
    mov [r11 + OF_R9], r9
    mov [r11 + OF_RAX], rax
    mov [r11 + OF_RBP], rbp
    mov [r11 + OF_R12], r12
    mov [r11 + OF_R13], r13
    mov [r11 + OF_R14], r14
    mov [r11 + OF_R15], r15
    mov [r11 + OF_RSP], rsp
    stmxcsr [r11 + OF_MXCSR]
    fnstcw [r11 + OF_CONTROL]
    pushfq
    .cfi_adjust_cfa_offset 8
    pop [r11 + OF_FLAGS]
    .cfi_adjust_cfa_offset -8
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .if \wide
    vmovups [r11 + OF_XMM + 32 * \n], ymm\n
    .else
    movups [r11 + OF_XMM + 32 * \n], xmm\n
    .endif
    .endr
    mov ecx, 64
1:  mov rax, [rsp + rcx * 8]
    mov [r11 + OF_STACK + rcx * 8 - 8], rax
    // Arguments belong to the function.
    mov qword ptr [rsp + rcx * 8], -1
    dec ecx
    jnz 1b
    .if \wide
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vpcmpeqd ymm\n, ymm\n, ymm\n
    .endr
    .endif
    // Two results in general registers, two in vectors, and nothing else as it was.
    movups xmm0, [rip + registers_returned]
    movups xmm1, [rip + registers_returned + 16]
    .if \wide
    vinsertf128 ymm0, ymm0, [rip + registers_returned], 1
    vinsertf128 ymm1, ymm1, [rip + registers_returned + 16], 1
    .endif
    mov rax, [rip + registers_returned + 32]
    mov rdx, [rip + registers_returned + 40]
    mov rcx, -1
    mov rsi, -1
    mov rdi, -1
    mov r8, -1
    mov r9, -1
    mov r10, -1
    mov r11, -1
    ret
    .cfi_endproc
    .size \name, . - \name
    .endm

    NOTING registers_note, 0
    NOTING registers_note_wide, 1

// Destroys all registers that a function may, as the host that it stands for may.
    .globl registers_spoil
    .type registers_spoil, @function
registers_spoil:
    .cfi_startproc
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    pcmpeqd xmm\n, xmm\n
    .endr
    .irp r, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
    mov \r, -2
    .endr
    ret
    .cfi_endproc
    .size registers_spoil, . - registers_spoil

    .data
    .globl registers_returned
    .protected registers_returned
    .type registers_returned, @object
    .size registers_returned, 48
    .balign 16
registers_returned:
    .quad 0x1111222233334444, 0x5555666677778888
    .quad 0x99990000aaaabbbb, 0xccccddddeeeeffff
    .quad 0x0123456789abcdef, 0xfedcba9876543210

    .bss
frame:   .zero 8
below:   .zero 8
    .globl at_call
    .protected at_call
    .type at_call, @object
    .size at_call, 8
at_call: .zero 8
    .globl registers_seen
    .protected registers_seen
    .type registers_seen, @object
    .size registers_seen, 1184
    .balign 16
registers_seen: .zero 1184
    .section .note.GNU-stack, "", @progbits
