// Who called whom, as glibc, the unwinder and a debugger see it.

#define _GNU_SOURCE
#include <execinfo.h>
#include <stdint.h>
#include <unwind.h>

typedef long (*function)(long);
function NEXT, LAST;

static void *frames[100];
static volatile long count;

static _Unwind_Reason_Code note(struct _Unwind_Context *context, void *data) {
    (void)data;
    if (count < 100) frames[count++] = (void *)_Unwind_GetIP(context);
    return _URC_NO_REASON;
}

__attribute__((noinline)) long stacks_backtrace(long x) {
    count = backtrace(frames, 100);
    return x;
}

__attribute__((noinline)) long stacks_unwind(long x) {
    count = 0;
    _Unwind_Backtrace(note, 0);
    return x;
}

long stacks_frames(void ***found) { *found = frames; return count; }

// A debugger stops here.
__attribute__((noinline)) long stacks_stop(long x) { __asm__ volatile("" ::: "memory"); return x; }

__attribute__((noinline)) long stacks_between(long x) { volatile long y = LAST(x); return y + 1; }

// Three frames that a debugger has to find, with a frame pointer and without.
__attribute__((noinline)) long stacks_inner_caller(long x) { volatile long y = NEXT(x); return y + 1; }
__attribute__((noinline, optimize("no-omit-frame-pointer"))) long stacks_middle_caller(long x) {
    volatile long y = stacks_inner_caller(x); return y + 1;
}
__attribute__((noinline)) long stacks_outer_caller(long x) { volatile long y = stacks_middle_caller(x); return y + 1; }

// For a sampling profiler: long enough to be seen in.
__attribute__((noinline)) long stacks_busy(long x) {
    volatile long sum = 0;
    for (long i = 0; i < 200000; i++) sum += i ^ x;
    return x;
}
