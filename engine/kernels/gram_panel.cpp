#include "kernels/gram_panel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gram_panel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Three vectors of the panel times eight rows need 28 registers, times four rows 16.
#if HWY_TARGET == HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr std::size_t rows_at_once = 8;
#else
constexpr std::size_t rows_at_once = 4;
#endif
constexpr std::size_t vectors = 3;

template <typename T>
using Tag = hn::CappedTag<T, panel_width<T> / vectors>;

template <typename T, std::size_t rows>
struct Sums {
  hn::Vec<Tag<T>> at[rows][vectors];
};

// Into the second cache: the first is full of the panel at work.
HWY_INLINE void fetch(const void* p) {
#if HWY_COMPILER_MSVC
  (void)p;
#else
  __builtin_prefetch(p, 0, 2);
#endif
}

// One step: a(i) = a[i * row_stride].
template <typename T, std::size_t rows>
HWY_INLINE void add_step(Sums<T, rows>& sum, const T* HWY_RESTRICT a, std::size_t row_stride,
                         const T* HWY_RESTRICT panel) {
  const Tag<T> d;
  hn::Vec<Tag<T>> b[vectors];
  for (std::size_t v = 0; v < vectors; ++v) b[v] = hn::LoadU(d, panel + v * hn::Lanes(d));
  for (std::size_t i = 0; i < rows; ++i) {
    const auto x = hn::Set(d, a[i * row_stride]);
    for (std::size_t v = 0; v < vectors; ++v) sum.at[i][v] = hn::MulAdd(x, b[v], sum.at[i][v]);
  }
}

// a(i, k) = a[i * row_stride + k * step]. The loop is unrolled because its front end, not its arithmetic, is
// the narrow place.
template <typename T, std::size_t rows, std::size_t step>
HWY_INLINE void add_products(Sums<T, rows>& sum, const T* HWY_RESTRICT a, std::size_t row_stride,
                             const T* HWY_RESTRICT panel, std::size_t length, const T* next) {
  constexpr std::size_t line = 64 / sizeof(T);
  std::size_t k = 0;
  for (; k + 4 <= length; k += 4) {
    fetch(next);
    for (std::size_t u = 0; u < 4; ++u)
      add_step<T, rows>(sum, a + u * step, row_stride, panel + u * panel_width<T>);
    next += line;
    a += 4 * step;
    panel += 4 * panel_width<T>;
  }
  for (; k < length; ++k) {
    add_step<T, rows>(sum, a, row_stride, panel);
    a += step;
    panel += panel_width<T>;
  }
}

template <typename T, std::size_t rows, std::size_t step>
HWY_INLINE void tile(const T* HWY_RESTRICT a, std::size_t row_stride, const T* HWY_RESTRICT panel,
                     std::size_t length, bool add, T* HWY_RESTRICT c, const T* next) {
  const Tag<T> d;
  const std::size_t width = vectors * hn::Lanes(d);
  for (std::size_t at = 0; at < panel_width<T>; at += width) {
    Sums<T, rows> sum;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t v = 0; v < vectors; ++v) sum.at[i][v] = hn::Zero(d);
    add_products<T, rows, step>(sum, a, row_stride, panel + at, length, next);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t v = 0; v < vectors; ++v) {
        T* to = c + i * panel_width<T> + at + v * hn::Lanes(d);
        hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum.at[i][v]) : sum.at[i][v], d, to);
      }
  }
}

template <typename T>
void gram_panel_any(const T* a, std::size_t group_stride, std::size_t rows, const T* panel,
                    std::size_t length, bool add, T* c, const T* next) {
  for (std::size_t i = 0; i < rows; i += rows_at_once, c += rows_at_once * panel_width<T>) {
    const T* from = a + (i / group_rows) * group_stride + i % group_rows;
    const T* ahead = next + i / rows_at_once * (length / 4) * (64 / sizeof(T));
    if (rows_at_once == 8 && rows - i <= 4) {
      tile<T, 4, group_rows>(from, 1, panel, length, add, c, ahead);
    } else {
      tile<T, rows_at_once, group_rows>(from, 1, panel, length, add, c, ahead);
    }
  }
}

void gram_panel_float(const float* a, std::size_t group_stride, std::size_t rows, const float* panel,
                      std::size_t length, bool add, float* c, const float* next) {
  gram_panel_any(a, group_stride, rows, panel, length, add, c, next);
}

void gram_panel_double(const double* a, std::size_t group_stride, std::size_t rows, const double* panel,
                       std::size_t length, bool add, double* c, const double* next) {
  gram_panel_any(a, group_stride, rows, panel, length, add, c, next);
}

void project_rows(const double* a, std::size_t row_stride, const double* panel, std::size_t length,
                  double* c) {
  for (std::size_t i = 0; i < group_rows; i += rows_at_once)
    tile<double, rows_at_once, 1>(a + i * row_stride, row_stride, panel, length, false,
                                  c + i * panel_width<double>, panel);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(gram_panel_float);
LEVERKIN_KERNEL(gram_panel_double);
LEVERKIN_KERNEL(project_rows);

void gram_panel(const float* a, std::size_t group_stride, std::size_t rows, const float* panel,
                std::size_t length, bool add, float* c, const float* next) {
  LEVERKIN_CHOSEN(gram_panel_float)(a, group_stride, rows, panel, length, add, c, next);
}

void gram_panel(const double* a, std::size_t group_stride, std::size_t rows, const double* panel,
                std::size_t length, bool add, double* c, const double* next) {
  LEVERKIN_CHOSEN(gram_panel_double)(a, group_stride, rows, panel, length, add, c, next);
}

void project_rows(const double* a, std::size_t row_stride, const double* panel, std::size_t length,
                  double* c) {
  LEVERKIN_CHOSEN(project_rows)(a, row_stride, panel, length, c);
}

namespace {

template <typename T>
void define(const T* a, std::size_t group_stride, std::size_t rows, const T* panel, std::size_t length,
            bool add, T* c) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < panel_width<T>; ++j) {
      T sum = 0;
      for (std::size_t k = 0; k < length; ++k)
        sum += a[(i / group_rows) * group_stride + k * group_rows + i % group_rows] *
               panel[k * panel_width<T> + j];
      T& to = c[i * panel_width<T> + j];
      to = add ? to + sum : sum;
    }
}

}  // namespace

void gram_panel_scalar(const float* a, std::size_t group_stride, std::size_t rows, const float* panel,
                       std::size_t length, bool add, float* c) {
  define(a, group_stride, rows, panel, length, add, c);
}

void gram_panel_scalar(const double* a, std::size_t group_stride, std::size_t rows, const double* panel,
                       std::size_t length, bool add, double* c) {
  define(a, group_stride, rows, panel, length, add, c);
}

}  // namespace leverkin::kernels
#endif
