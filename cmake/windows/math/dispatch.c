/* The functions of <math.h> that leverkin's numbers depend on, as Debian 12's glibc computes them, where mingw's would differ in
 * the last bit: the same code, and as there in two forms, for processors with a fused multiply-add and without. */
#include <emmintrin.h>
#include <math.h>

#define IN_TWO_FORMS(name)                                          \
  double glibc_##name##_fma(double x);                              \
  double glibc_##name##_sse2(double x);                             \
  double name(double x) { return has_fma() ? glibc_##name##_fma(x) : glibc_##name##_sse2(x); }

static int has_fma(void) {
  static int known = -1;
  if (known < 0) {
    __builtin_cpu_init();
    known = __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
  }
  return known;
}

IN_TWO_FORMS(sin)
IN_TWO_FORMS(cos)
IN_TWO_FORMS(tan)
IN_TWO_FORMS(exp)
IN_TWO_FORMS(log)
IN_TWO_FORMS(expm1)

double glibc_pow_fma(double x, double y);
double glibc_pow_sse2(double x, double y);
double pow(double x, double y) { return has_fma() ? glibc_pow_fma(x, y) : glibc_pow_sse2(x, y); }

void glibc_sincos_fma(double x, double* s, double* c);
void glibc_sincos_sse2(double x, double* s, double* c);
void sincos(double x, double* s, double* c) {
  if (has_fma())
    glibc_sincos_fma(x, s, c);
  else
    glibc_sincos_sse2(x, s, c);
}

double glibc_hypot(double x, double y);
double hypot(double x, double y) { return glibc_hypot(x, y); }
long double glibc_sinl(long double x);
long double sinl(long double x) { return glibc_sinl(x); }
long double glibc_cosl(long double x);
long double cosl(long double x) { return glibc_cosl(x); }

/* Exact: mingw rounds twice. */
double sqrt(double x) {
  const __m128d value = _mm_set_sd(x);
  return _mm_cvtsd_f64(_mm_sqrt_sd(value, value));
}

double __floor(double x) { return floor(x); }
double __scalbn(double x, int n) { return scalbn(x, n); }
