// longjmp, fibers and signal handlers over thunks. The functions in capitals are thunks that a test sets.

#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

typedef long (*function)(long);
function CALLBACK, INNER, OTHER;

static __thread jmp_buf target;

long jumps_same(long x) { return x; }
long jumps_jump(long x) { longjmp(target, (int)x + 1); }
// Managed code that calls native code again; native code that calls back; both with something to do afterwards.
__attribute__((noinline)) long jumps_managed(long x) { volatile long y = INNER(x); return y + 1; }
__attribute__((noinline)) long jumps_native(long x) { volatile long y = CALLBACK(x); return y + 1; }
// Tail calls.
long jumps_tail(long x) { return INNER(x); }
long jumps_tail_back(long x) { return CALLBACK(x); }

// A call inside a call inside a call; how many.
__attribute__((noinline)) long jumps_down(long x) { volatile long y = x ? INNER(x - 1) + 1 : 0; return y; }

// Calls f so often, each time jumping out of it. How often that came back otherwise.
long jumps_out(function f, long times) {
    volatile long returned = 0;
    for (volatile long i = 0; i < times; i++)
        if (!setjmp(target)) { f(1); returned++; }
    return returned;
}

static __attribute__((noinline)) long deep(long n, function f) {
    volatile char room[200];
    room[0] = (char)n;
    long result = n ? deep(n - 1, f) : f(1);
    return result + room[0] - n;
}

// The same from stacks of different depths.
long jumps_out_of_depths(function f, long times) {
    volatile long returned = 0;
    for (volatile long i = 0; i < times; i++)
        if (!setjmp(target)) { deep(i * 7 % 20, f); returned++; }
    return returned;
}

// A call in which something below jumps, and which returns all the same.
#define CATCHING(name, type, value)                                    \
    type name(long x) {                                                \
        jmp_buf outer;                                                 \
        memcpy(&outer, &target, sizeof target);                        \
        if (!setjmp(target)) CALLBACK(x);                              \
        memcpy(&target, &outer, sizeof target);                        \
        return value;                                                  \
    }
CATCHING(jumps_catch, long, 5)
CATCHING(jumps_catch_double, double, 0.75)
CATCHING(jumps_catch_long_double, long double, 1.0L / 3)
typedef struct { long a; double b; } mixed;
CATCHING(jumps_catch_mixed, mixed, ((mixed){ 6, 0.5 }))
typedef struct { long a, b; } longs;
CATCHING(jumps_catch_longs, longs, ((longs){ 8, 9 }))
typedef struct { double a, b; } doubles;
CATCHING(jumps_catch_doubles, doubles, ((doubles){ 10, 11 }))

// Whether f, one of the functions above by its number, gives what it should.
long jumps_is_right(void *f, long which) {
    switch (which) {
    case 0: return ((__typeof__(jumps_catch) *)f)(1) == 5;
    case 1: return ((__typeof__(jumps_catch_double) *)f)(1) == 0.75;
    case 2: return ((__typeof__(jumps_catch_long_double) *)f)(1) == 1.0L / 3;
    case 3: { mixed m = ((__typeof__(jumps_catch_mixed) *)f)(1); return m.a == 6 && m.b == 0.5; }
    case 4: { longs m = ((__typeof__(jumps_catch_longs) *)f)(1); return m.a == 8 && m.b == 9; }
    case 5: { doubles m = ((__typeof__(jumps_catch_doubles) *)f)(1); return m.a == 10 && m.b == 11; }
    }
    return 0;
}

// --- Fibers ----------------------------------------------------------------------------------------------------------

static ucontext_t main_fiber, fiber;
static long fiber_result, fiber_argument;
static int fiber_jumps;

static void on_fiber(void) {
    if (fiber_jumps) {
        if (!setjmp(target)) CALLBACK(fiber_argument);
        fiber_result = fiber_argument + 2;
    } else
        fiber_result = CALLBACK(fiber_argument);
    swapcontext(&fiber, &main_fiber);
}

// Calls back from a stack that lies elsewhere.
static long run_fiber(long x, void *stack, size_t bytes) {
    getcontext(&fiber);
    fiber.uc_stack.ss_sp = stack;
    fiber.uc_stack.ss_size = bytes;
    fiber.uc_link = 0;
    fiber_argument = x;
    makecontext(&fiber, on_fiber, 0);
    swapcontext(&main_fiber, &fiber);
    return fiber_result;
}

long jumps_fiber_heap(long x) {
    static char *stack;
    if (!stack) stack = malloc(1 << 18);
    return run_fiber(x, stack, 1 << 18);
}

// A stack below all that the linker and malloc use, hence below the thread's.
long jumps_fiber_low(long x) {
    static char *stack;
    if (!stack) stack = mmap((void *)0x10000000, 1 << 18, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return run_fiber(x, stack, 1 << 18);
}

// The fiber's stack lies in the thread's own.
long jumps_fiber_within(long x) {
    char stack[1 << 16];
    return run_fiber(x, stack, sizeof stack);
}

void jumps_let_fibers_jump(int jump) { fiber_jumps = jump; }

// --- Signals ---------------------------------------------------------------------------------------------------------

static volatile long handled, wrong;

static void handler(int signal) {
    (void)signal;
    if (OTHER(1000) != 1000) wrong++;
    handled++;
}

void jumps_handle(int signal, int on_other_stack) {
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART | (on_other_stack ? SA_ONSTACK : 0) };
    sigaction(signal, &action, 0);
}

// Gives the calling thread another stack for its handlers.
void jumps_other_stack(void) {
    stack_t stack = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };
    sigaltstack(&stack, 0);
}

long jumps_handled(void) { return handled; }
long jumps_wrong(void) { return wrong; }

// A call in which a signal is handled.
long jumps_raise(long x) {
    raise(SIGUSR1);
    return x;
}

// Calls f so often with all arguments and looks at them. How often something was wrong.
typedef long (*six)(long, long, long, long, long, long);
long jumps_sum(long a, long b, long c, long d, long e, long f) { return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f; }
long jumps_many(six f, long times) {
    long errors = 0;
    for (long i = 0; i < times; i++) errors += f(i, i + 1, 3, i, 5, 6) != jumps_sum(i, i + 1, 3, i, 5, 6);
    return errors;
}
