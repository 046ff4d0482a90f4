// Functions of many signatures, and for each one who calls it and checks what comes back. A function checks what it is given.

#include <complex.h>
#include <emmintrin.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// The first line of a function that was given something else than it should.
static __thread int bad;

#define GIVEN(condition) do { if (!(condition) && !bad) bad = __LINE__; } while (0)
#define RETURNED(condition) do { if (bad) return bad; if (!(condition)) return __LINE__; } while (0)

static long f_ten(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j) {
    GIVEN(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && g == 7 && h == 8 && i == 9 && j == 10);
    return -0x123456789abcdef;
}
static int d_ten(__typeof__(f_ten) *f) {
    RETURNED(f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) == -0x123456789abcdef);
    return 0;
}

static signed char f_small(bool a, signed char b, unsigned char c, short d, unsigned short e, int f, char g, short h) {
    GIVEN(a && b == -1 && c == 254 && d == -2 && e == 65533 && f == -3 && g == 'x' && h == -4);
    return -5;
}
static int d_small(__typeof__(f_small) *f) {
    RETURNED(f(true, -1, 254, -2, 65533, -3, 'x', -4) == -5);
    return 0;
}

static double f_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i, double j,
                        double k, double l) {
    GIVEN(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && g == 7 && h == 8 && i == 9 && j == 10 && k == 11
          && l == 12);
    return 0.125;
}
static int d_doubles(__typeof__(f_doubles) *f) {
    RETURNED(f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 0.125);
    return 0;
}

static float f_mixed(float a, long b, double c, int d, float e, void *f, double g, char h, float i, long j, double k, long l,
                     float m, double n, long o, double p) {
    GIVEN(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == (void *)6 && g == 7 && h == 8 && i == 9 && j == 10 && k == 11
          && l == 12 && m == 13 && n == 14 && o == 15 && p == 16);
    return 2.5f;
}
static int d_mixed(__typeof__(f_mixed) *f) {
    RETURNED(f(1, 2, 3, 4, 5, (void *)6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) == 2.5f);
    return 0;
}

typedef struct { long words[250]; } large;
static large a_large(long first) {
    large value;
    for (int i = 0; i < 250; i++) value.words[i] = first + i;
    return value;
}
static large f_large(long a, large b, double c, large d) {
    large expected = a_large(100), other = a_large(5000);
    GIVEN(a == 1 && c == 2 && !memcmp(&b, &expected, sizeof b) && !memcmp(&d, &other, sizeof d));
    return a_large(-7);
}
static int d_large(__typeof__(f_large) *f) {
    large result = f(1, a_large(100), 2, a_large(5000)), expected = a_large(-7);
    RETURNED(!memcmp(&result, &expected, sizeof result));
    return 0;
}

// Structures that come back in rax:rdx, xmm0:xmm1, both kinds, one of each, or memory.
#define STRUCTURE(name, type_a, type_b)                                                  \
    typedef struct { type_a a; type_b b; } name;                                          \
    static name f_##name(name x, long y) {                                                \
        GIVEN(x.a == 3 && x.b == 4 && y == 5);                                             \
        return (name){ 6, 7 };                                                            \
    }                                                                                     \
    static int d_##name(__typeof__(f_##name) *f) {                                        \
        name result = f((name){ 3, 4 }, 5);                                               \
        RETURNED(result.a == 6 && result.b == 7);                                         \
        return 0;                                                                         \
    }
STRUCTURE(two_longs, long, long)
STRUCTURE(two_doubles, double, double)
STRUCTURE(long_and_double, long, double)
STRUCTURE(double_and_long, double, long)
STRUCTURE(two_floats, float, float)
STRUCTURE(byte_and_float, char, float)
STRUCTURE(two_bytes, char, char)
STRUCTURE(two_long_doubles, long double, long double)

typedef struct { float a, b, c, d; } four_floats;
static four_floats f_four_floats(four_floats x) {
    GIVEN(x.a == 1 && x.b == 2 && x.c == 3 && x.d == 4);
    return (four_floats){ 5, 6, 7, 8 };
}
static int d_four_floats(__typeof__(f_four_floats) *f) {
    four_floats result = f((four_floats){ 1, 2, 3, 4 });
    RETURNED(result.a == 5 && result.b == 6 && result.c == 7 && result.d == 8);
    return 0;
}

static long double f_long_double(long double x, int y, long double z) {
    GIVEN(x == 1.0L / 3 && y == 2 && z == -5.0L / 7);
    return 2.0L / 3;
}
static int d_long_double(__typeof__(f_long_double) *f) {
    RETURNED(f(1.0L / 3, 2, -5.0L / 7) == 2.0L / 3);
    return 0;
}

// Comes back in st(0) and st(1).
static long double complex f_complex_long_double(long double complex x) {
    GIVEN(creall(x) == 1.0L / 3 && cimagl(x) == 1.0L / 7);
    return 1.0L / 9 + 1.0L / 11 * I;
}
static int d_complex_long_double(__typeof__(f_complex_long_double) *f) {
    long double complex result = f(1.0L / 3 + 1.0L / 7 * I);
    RETURNED(creall(result) == 1.0L / 9 && cimagl(result) == 1.0L / 11);
    return 0;
}

static double complex f_complex(double complex x, float complex y) {
    GIVEN(creal(x) == 1 && cimag(x) == 2 && crealf(y) == 3 && cimagf(y) == 4);
    return 5 + 6 * I;
}
static int d_complex(__typeof__(f_complex) *f) {
    RETURNED(f(1 + 2 * I, 3 + 4 * I) == 5 + 6 * I);
    return 0;
}

static __int128 f_int128(__int128 x, long y, __int128 z) {
    GIVEN(x == ((__int128)1 << 100) + 3 && y == 4 && z == -5);
    return ((__int128)-7 << 90) + 11;
}
static int d_int128(__typeof__(f_int128) *f) {
    RETURNED(f(((__int128)1 << 100) + 3, 4, -5) == ((__int128)-7 << 90) + 11);
    return 0;
}

static __m128i f_vectors(__m128i a, __m128i b, __m128i c, __m128i d, __m128i e, __m128i f, __m128i g, __m128i h, __m128i i) {
    __m128i all[] = { a, b, c, d, e, f, g, h, i };
    for (long n = 0; n < 9; n++) {
        long words[2];
        memcpy(words, &all[n], 16);
        GIVEN(words[0] == n && words[1] == -n - 1);
    }
    return _mm_set_epi64x(77, 88);
}
static int d_vectors(__typeof__(f_vectors) *f) {
#define VECTOR(n) _mm_set_epi64x(-(n) - 1, n)
    __m128i result = f(VECTOR(0), VECTOR(1), VECTOR(2), VECTOR(3), VECTOR(4), VECTOR(5), VECTOR(6), VECTOR(7), VECTOR(8));
    long words[2];
    memcpy(words, &result, 16);
    RETURNED(words[0] == 88 && words[1] == 77);
    return 0;
}

static _Float128 f_float128(_Float128 x, _Float128 y) {
    GIVEN(x == 3 && y == 5);
    return (_Float128)3 / 5;
}
static int d_float128(__typeof__(f_float128) *f) {
    RETURNED(f(3, 5) == (_Float128)3 / 5);
    return 0;
}

static int f_variable(int count, ...) {
    va_list list;
    va_start(list, count);
    for (int i = 0; i < count; i++) {
        GIVEN(va_arg(list, int) == i);
        GIVEN(va_arg(list, double) == i + 0.5);
        GIVEN(va_arg(list, long double) == i + 0.25L);
    }
    va_end(list);
    return count;
}
static int d_variable(__typeof__(f_variable) *f) {
    RETURNED(f(0) == 0);
    RETURNED(f(1, 0, 0.5, 0.25L) == 1);
    RETURNED(f(10, 0, 0.5, 0.25L, 1, 1.5, 1.25L, 2, 2.5, 2.25L, 3, 3.5, 3.25L, 4, 4.5, 4.25L, 5, 5.5, 5.25L, 6, 6.5, 6.25L, 7,
               7.5, 7.25L, 8, 8.5, 8.25L, 9, 9.5, 9.25L) == 10);
    return 0;
}

static int d_snprintf(__typeof__(snprintf) *f) {
    char text[200];
    int length = f(text, sizeof text, "%d %s %.3f %c %ld %.2Lf %a %g %g %g %g %g %g %g %s", 1, "two", 3.0, '4', 5L, 6.0L, 7.0,
                   8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, "end");
    const char *expected = "1 two 3.000 4 5 6.00 0x1.cp+2 8.5 9.5 10.5 11.5 12.5 13.5 14.5 end";
    RETURNED(length == (int)strlen(expected) && !strcmp(text, expected));
    RETURNED(f(text, sizeof text, "none") == 4);
    return 0;
}

static int d_sscanf(__typeof__(sscanf) *f) {
    int a;
    double b;
    char c[10];
    RETURNED(f("12 3.5 word", "%d %lf %9s", &a, &b, c) == 3 && a == 12 && b == 3.5 && !strcmp(c, "word"));
    return 0;
}

static int f_errno(int given) {
    GIVEN(errno == given);
    errno = 33;
    return 44;
}
static int d_errno(__typeof__(f_errno) *f) {
    errno = 22;
    RETURNED(f(22) == 44 && errno == 33);
    return 0;
}

// More of the stack is used below the call than any thunk could have room for by chance.
static long f_recursive(long depth) {
    volatile char room[3000];
    room[0] = (char)depth, room[2999] = (char)depth;
    long sum = depth ? depth + f_recursive(depth - 1) : 0;
    GIVEN(room[0] == (char)depth && room[2999] == (char)depth);
    return sum;
}
static int d_recursive(__typeof__(f_recursive) *f) {
    RETURNED(f(100) == 5050);
    return 0;
}

struct pair {
    const char *name;
    void *function;
    int (*drive)(void *);
};

#define PAIR(name) { #name, (void *)f_##name, (int (*)(void *))d_##name }
#define SYSTEM(name) { #name, (void *)name, (int (*)(void *))d_##name }

const struct pair value_pairs[] = {
    PAIR(ten), PAIR(small), PAIR(doubles), PAIR(mixed), PAIR(large), PAIR(two_longs), PAIR(two_doubles),
    PAIR(long_and_double), PAIR(double_and_long), PAIR(two_floats), PAIR(byte_and_float), PAIR(two_bytes),
    PAIR(two_long_doubles), PAIR(four_floats), PAIR(long_double), PAIR(complex_long_double), PAIR(complex), PAIR(int128),
    PAIR(vectors), PAIR(float128), PAIR(variable), SYSTEM(snprintf), SYSTEM(sscanf), PAIR(errno), PAIR(recursive),
    { 0 },
};
