/* What the files of glibc's libm expect of the rest of glibc, for a compiler of Windows. Every header of glibc's own that they
 * include is this one (libraries.sh). */
#ifndef LEVERKIN_GLIBC_SHIM_H
#define LEVERKIN_GLIBC_SHIM_H

#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>

#define LITTLE_ENDI 1
#define HIGH_HALF 1
#define LOW_HALF 0

#define attribute_hidden
#define __always_inline inline __attribute__((always_inline))
#define __glibc_likely(x) __builtin_expect(!!(x), 1)
#define __glibc_unlikely(x) __builtin_expect(!!(x), 0)
#define __set_errno(e) (errno = (e))

/* Names are given where the files are compiled. */
#define hidden_def(name)
#define strong_alias(name, other)
#define weak_alias(name, other)
#define libm_alias_finite(name, other)
#define libm_alias_double(name, other)
#define libm_alias_double_other(name, other)
#define libm_alias_ldouble(name, other)
#define versioned_symbol(...)
#define LIBM_SVID_COMPAT 0

/* Doubles are computed as doubles (SSE2), and rounding is to nearest. */
#define math_narrow_eval(x) (x)
#define math_opt_barrier(x) ({ __typeof(x) kept = (x); __asm__("" : "+x"(kept)); kept; })
#define math_force_eval(x) ({ __typeof(x) kept = (x); __asm__ __volatile__("" : : "x"(kept)); })
#define math_check_force_underflow(x) ((void)(x))
#define math_check_force_underflow_nonneg(x) ((void)(x))
#define SET_RESTORE_ROUND_53BIT(mode)
#define SET_RESTORE_ROUND(mode)
#define HIGH_ORDER_BIT_IS_SET_FOR_SNAN 0
#define DIAG_PUSH_NEEDS_COMMENT
#define DIAG_POP_NEEDS_COMMENT
#define DIAG_IGNORE_NEEDS_COMMENT(version, option)
#define DIAG_IGNORE_Os_NEEDS_COMMENT(version, option)
#define USE_SQRT_BUILTIN 1
#define USE_FMAX_BUILTIN 0
#define USE_FMIN_BUILTIN 0

typedef union {
  double value;
  uint64_t word;
  struct {
    uint32_t lsw, msw;
  } parts;
} leverkin_double_bits;
typedef union {
  long double value;
  struct {
    uint32_t lsw, msw;
    int sign_exponent : 16;
    unsigned int empty : 16;
  } parts;
} leverkin_ldouble_bits;

#define EXTRACT_WORDS(high, low, x)         \
  do {                                      \
    leverkin_double_bits bits = {(x)};      \
    (high) = bits.parts.msw;                \
    (low) = bits.parts.lsw;                 \
  } while (0)
#define GET_HIGH_WORD(high, x)              \
  do {                                      \
    leverkin_double_bits bits = {(x)};      \
    (high) = bits.parts.msw;                \
  } while (0)
#define GET_LOW_WORD(low, x)                \
  do {                                      \
    leverkin_double_bits bits = {(x)};      \
    (low) = bits.parts.lsw;                 \
  } while (0)
#define SET_HIGH_WORD(x, high)              \
  do {                                      \
    leverkin_double_bits bits = {(x)};      \
    bits.parts.msw = (high);                \
    (x) = bits.value;                       \
  } while (0)
#define INSERT_WORDS(x, high, low)          \
  do {                                      \
    leverkin_double_bits bits;              \
    bits.parts.msw = (high);                \
    bits.parts.lsw = (low);                 \
    (x) = bits.value;                       \
  } while (0)
#define GET_LDOUBLE_WORDS(se, high, low, x) \
  do {                                      \
    leverkin_ldouble_bits bits = {(x)};     \
    (se) = bits.parts.sign_exponent;        \
    (high) = bits.parts.msw;                \
    (low) = bits.parts.lsw;                 \
  } while (0)
#define SET_LDOUBLE_WORDS(x, se, high, low) \
  do {                                      \
    leverkin_ldouble_bits bits;             \
    bits.parts.sign_exponent = (se);        \
    bits.parts.msw = (high);                \
    bits.parts.lsw = (low);                 \
    (x) = bits.value;                       \
  } while (0)
#define GET_LDOUBLE_EXP(se, x)              \
  do {                                      \
    leverkin_ldouble_bits bits = {(x)};     \
    (se) = bits.parts.sign_exponent;        \
  } while (0)

int __branred(double x, double* a, double* aa);
int __kernel_rem_pio2(double* x, double* y, int e0, int nx, int prec, const int32_t* ipio2);
int32_t __ieee754_rem_pio2l(long double x, long double* y);
long double __kernel_sinl(long double x, long double y, int iy);
long double __kernel_cosl(long double x, long double y);
double __floor(double x);
double __scalbn(double x, int n);

#endif
