#include "kernels/centre_row.h"

#include <hwy/cache_control.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/centre_row.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;

// At most this many vectors make up row_partial_sums lanes: no target has fewer than two lanes but SCALAR.
#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t most_vectors = row_partial_sums;
#elif HWY_TARGET == HWY_AVX3
constexpr std::size_t most_vectors = row_partial_sums / 8;
#elif HWY_TARGET == HWY_AVX2
constexpr std::size_t most_vectors = row_partial_sums / 4;
#else
constexpr std::size_t most_vectors = row_partial_sums / 2;
#endif

struct PartialSums {
  V at[most_vectors];
};

HWY_INLINE PartialSums no_sums() {
  PartialSums sums;
  for (auto& v : sums.at) v = hn::Zero(D());
  return sums;
}

// Calls step(t, v) for whole vectors at t, v = 0 ... most_vectors - 1 in turn, to the last multiple of
// row_partial_sums, which is returned.
template <typename Step>
HWY_INLINE std::size_t for_whole_blocks(std::size_t length, Step step) {
  const std::size_t lanes = row_partial_sums / most_vectors;
  std::size_t t = 0;
  for (; t + row_partial_sums <= length; t += row_partial_sums)
    for (std::size_t v = 0; v < most_vectors; ++v) step(t + v * lanes, v);
  return t;
}

HWY_INLINE void store(const PartialSums& sums, double* out) {
  for (std::size_t v = 0; v < most_vectors; ++v)
    hn::StoreU(sums.at[v], D(), out + v * (row_partial_sums / most_vectors));
}

HWY_INLINE double tree_sum(double* partial) {
  for (std::size_t half = row_partial_sums / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) partial[i] += partial[i + half];
  return partial[0];
}

double largest_deviation(const double* x, std::size_t length) {
  const D d;
  const V first = hn::Set(d, x[0]), zero = hn::Zero(d);
  PartialSums largest = no_sums(), finite = no_sums();  // `finite` stays 0 until a difference is not
  std::size_t t = for_whole_blocks(length, [&](std::size_t at, std::size_t v) HWY_ATTR {
    const V y = hn::Sub(hn::LoadU(d, x + at), first);
    largest.at[v] = hn::Max(largest.at[v], hn::Abs(y));
    finite.at[v] = hn::MulAdd(y, zero, finite.at[v]);
  });
  alignas(64) double most[row_partial_sums], test[row_partial_sums];
  store(largest, most);
  store(finite, test);
  for (std::size_t i = 0; t < length; ++t, ++i) {
    const double y = x[t] - x[0];
    test[i] += y * 0.0;
    if ((y < 0 ? -y : y) > most[i]) most[i] = y < 0 ? -y : y;
  }
  double found = 0.0;
  for (std::size_t i = 0; i < row_partial_sums; ++i)
    if (most[i] > found) found = most[i];
  return found + tree_sum(test);
}

// w = (x - shift) * scale; returns the sum of w. Fetches half as much of `ahead` as it reads.
HWY_INLINE double shifted_sum(const double* x, double shift, double scale, std::size_t length,
                              const double* ahead, double* w) {
  const D d;
  const V by = hn::Set(d, shift), times = hn::Set(d, scale);
  PartialSums sums = no_sums();
  std::size_t t = for_whole_blocks(length, [&](std::size_t at, std::size_t v) HWY_ATTR {
    const V y = hn::Mul(hn::Sub(hn::LoadU(d, x + at), by), times);
    hn::StoreU(y, d, w + at);
    if (at % 16 == 0) hwy::Prefetch(ahead + at / 2);
    sums.at[v] = hn::Add(sums.at[v], y);
  });
  alignas(64) double partial[row_partial_sums];
  store(sums, partial);
  for (std::size_t i = 0; t < length; ++t, ++i) partial[i] += w[t] = (x[t] - shift) * scale;
  return tree_sum(partial);
}

void centre_row(const double* x, std::size_t length, RowCentre* centre, double* w) {
  const auto count = static_cast<double>(length);
  centre->mean = shifted_sum(x, x[0], centre->scale, length, x + length, w) / count;
  centre->mean_left = shifted_sum(w, centre->mean, 1.0, length, x + length + length / 2, w) / count;
  const D d;
  const V by = hn::Set(d, centre->mean_left);
  PartialSums sums = no_sums();
  std::size_t t = for_whole_blocks(length, [&](std::size_t at, std::size_t v) HWY_ATTR {
    const V y = hn::Sub(hn::LoadU(d, w + at), by);
    hn::StoreU(y, d, w + at);
    sums.at[v] = hn::MulAdd(y, y, sums.at[v]);
  });
  alignas(64) double partial[row_partial_sums];
  store(sums, partial);
  for (std::size_t i = 0; t < length; ++t, ++i) {
    w[t] -= centre->mean_left;
    partial[i] += w[t] * w[t];
  }
  centre->sum_of_squares = tree_sum(partial);
}

// One row's centring, in vectors.
struct Centring {
  V first, scale, mean, mean_left;
  Centring(const double* x, const RowCentre& centre)
      : first(hn::Set(D(), x[0])),
        scale(hn::Set(D(), centre.scale)),
        mean(hn::Set(D(), centre.mean)),
        mean_left(hn::Set(D(), centre.mean_left)) {}
  HWY_INLINE V operator()(const double* x) const {
    return hn::Sub(hn::Sub(hn::Mul(hn::Sub(hn::LoadU(D(), x), first), scale), mean), mean_left);
  }
};

double centred_product(const double* x, const RowCentre* x_centre, const double* y, const RowCentre* y_centre,
                       std::size_t length) {
  constexpr std::size_t ahead = 512;  // a page: the rows come from anywhere in memory
  const Centring of_x(x, *x_centre), of_y(y, *y_centre);
  PartialSums sums = no_sums();
  std::size_t t = for_whole_blocks(length, [&](std::size_t at, std::size_t v) HWY_ATTR {
    if (at % 8 == 0) {
      hwy::Prefetch(x + at + ahead);
      hwy::Prefetch(y + at + ahead);
    }
    sums.at[v] = hn::MulAdd(of_x(x + at), of_y(y + at), sums.at[v]);
  });
  alignas(64) double partial[row_partial_sums];
  store(sums, partial);
  for (std::size_t i = 0; t < length; ++t, ++i)
    partial[i] += (((x[t] - x[0]) * x_centre->scale - x_centre->mean) - x_centre->mean_left) *
                  (((y[t] - y[0]) * y_centre->scale - y_centre->mean) - y_centre->mean_left);
  return tree_sum(partial);
}

void fold_row(const double* w, std::size_t length, double factor, double* even, double* odd) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), half = length / 2;
  const V times = hn::Set(d, factor);
  std::size_t t = 0;
  for (; t + lanes <= half; t += lanes) {
    const V a = hn::LoadU(d, w + t), b = hn::Reverse(d, hn::LoadU(d, w + length - lanes - t));
    hn::StoreU(hn::Mul(hn::Add(a, b), times), d, even + t);
    hn::StoreU(hn::Mul(hn::Sub(a, b), times), d, odd + t);
  }
  for (; t < half; ++t) {
    even[t] = (w[t] + w[length - 1 - t]) * factor;
    odd[t] = (w[t] - w[length - 1 - t]) * factor;
  }
  if (length % 2 == 1) {
    even[half] = w[half] * factor;
    odd[half] = 0.0;
  }
}

// One by one: vector gathers are slower, and much slower on CPUs that are patched against leaks through them.
template <typename T>
void interleave(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                std::size_t width, T* HWY_RESTRICT panel) {
  constexpr std::size_t together = 8;
  for (std::size_t j = 0; j < width; j += together) {
    const double* HWY_RESTRICT from = rows + j * row_stride;
    double times[together];
    for (std::size_t i = 0; i < together; ++i) times[i] = factors[j + i];
    for (std::size_t t = 0; t < length; ++t)
      for (std::size_t i = 0; i < together; ++i)
        panel[t * width + j + i] = static_cast<T>(from[i * row_stride + t] * times[i]);
  }
}

void interleave_double(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                       std::size_t width, double* panel) {
  interleave(rows, row_stride, length, factors, width, panel);
}

void interleave_float(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                      std::size_t width, float* panel) {
  interleave(rows, row_stride, length, factors, width, panel);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(largest_deviation);
LEVERKIN_KERNEL(centre_row);
LEVERKIN_KERNEL(centred_product);
LEVERKIN_KERNEL(fold_row);
LEVERKIN_KERNEL(interleave_double);
LEVERKIN_KERNEL(interleave_float);

double largest_deviation(const double* x, std::size_t length) {
  return LEVERKIN_CHOSEN(largest_deviation)(x, length);
}

void centre_row(const double* x, std::size_t length, RowCentre* centre, double* w) {
  LEVERKIN_CHOSEN(centre_row)(x, length, centre, w);
}

double centred_product(const double* x, const RowCentre& x_centre, const double* y, const RowCentre& y_centre,
                       std::size_t length) {
  return LEVERKIN_CHOSEN(centred_product)(x, &x_centre, y, &y_centre, length);
}

void fold_row(const double* w, std::size_t length, double factor, double* even, double* odd) {
  LEVERKIN_CHOSEN(fold_row)(w, length, factor, even, odd);
}

void interleave_rows(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                     std::size_t width, double* panel) {
  LEVERKIN_CHOSEN(interleave_double)(rows, row_stride, length, factors, width, panel);
}

void interleave_rows(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                     std::size_t width, float* panel) {
  LEVERKIN_CHOSEN(interleave_float)(rows, row_stride, length, factors, width, panel);
}

}  // namespace leverkin::kernels
#endif
