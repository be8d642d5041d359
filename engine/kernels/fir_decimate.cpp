#include "kernels/fir_decimate.h"

#include "kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fir_decimate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, fir_alignment>;
using V = hn::Vec<D>;
constexpr std::size_t together =
    8;  // outputs: enough independent chains to hide the latency of a multiply-add

#if HWY_TARGET != HWY_SCALAR
// a's and b's neighbouring lanes added: [a0 + a1, b0 + b1, a2 + a3, b2 + b3, ...].
HWY_INLINE V add_neighbours(V a, V b) {
  const D d;
  return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
}

// Neighbouring pairs of lanes added: [a01 + a23, b01 + b23, a45 + a67, b45 + b67].
HWY_INLINE V add_blocks(V a, V b) {
  return hn::Add(hn::OddEvenBlocks(b, a), hn::SwapAdjacentBlocks(hn::OddEvenBlocks(a, b)));
}
#endif

// The lanes of eight vectors, added as a tree: neighbours first.
HWY_INLINE void sum_lanes(const V* v, double* sums) {
  const D d;
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t r = 0; r < together; ++r) sums[r] = hn::GetLane(v[r]);
  (void)d;
#else
  V pairs[together / 2];
  for (std::size_t r = 0; r < together; r += 2) pairs[r / 2] = add_neighbours(v[r], v[r + 1]);
  if constexpr (MaxLanes(D()) == 2) {
    for (std::size_t r = 0; r < together; r += 2) hn::StoreU(pairs[r / 2], d, sums + r);
  } else {
    const V first = add_blocks(pairs[0], pairs[1]), second = add_blocks(pairs[2], pairs[3]);
    if constexpr (MaxLanes(D()) == 4) {
      hn::StoreU(first, d, sums);
      hn::StoreU(second, d, sums + 4);
    } else {
      hn::StoreU(hn::Add(hn::ConcatLowerLower(d, second, first), hn::ConcatUpperUpper(d, second, first)), d,
                 sums);
    }
  }
#endif
}

// Outputs with the same alignment share each load of the taps; one chain of sums per output and lane.
HWY_INLINE void dot_together(const double* x, std::size_t step, const double* taps, std::size_t length,
                             double* sums) {
  const D d;
  V sum[together];
  for (std::size_t r = 0; r < together; ++r) sum[r] = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += hn::Lanes(d)) {
    const auto tap = hn::Load(d, taps + k);
    for (std::size_t r = 0; r < together; ++r)
      sum[r] = hn::MulAdd(tap, hn::Load(d, x + r * step + k), sum[r]);
  }
  sum_lanes(sum, sums);
}

// The same for one output.
double dot_alone(const double* x, const double* taps, std::size_t length) {
  const D d;
  V sum[together];
  for (std::size_t r = 0; r < together; ++r) sum[r] = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += hn::Lanes(d))
    sum[0] = hn::MulAdd(hn::Load(d, taps + k), hn::Load(d, x + k), sum[0]);
  double sums[together];
  sum_lanes(sum, sums);
  return sums[0];
}

void fir_decimate(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                  std::size_t count) {
  const std::size_t stride = filter.stride;
  // Every period-th output has the same alignment.
  std::size_t period = 1;
  while (period * stride % fir_alignment != 0) ++period;
  const auto taps_for = [&](std::size_t place) {
    return filter.tables + place % fir_alignment * filter.length;
  };
  const auto line_of = [&](std::size_t place) { return x + place / fir_alignment * fir_alignment; };
  std::size_t i = 0;
  for (; i + together * period <= count; i += together * period)
    for (std::size_t p = 0; p < period; ++p) {
      const std::size_t place = first + (i + p) * stride;
      double sums[together];
      dot_together(line_of(place), period * stride, taps_for(place), filter.length, sums);
      for (std::size_t r = 0; r < together; ++r) out[i + p + r * period] = sums[r];
    }
  for (; i < count; ++i) {
    const std::size_t place = first + i * stride;
    out[i] = dot_alone(line_of(place), taps_for(place), filter.length);
  }
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

HWY_EXPORT(fir_decimate);

void fir_decimate(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                  std::size_t count) {
  choose_target();
  HWY_DYNAMIC_DISPATCH(fir_decimate)(x, first, filter, out, count);
}

void fir_decimate_scalar(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                         std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = first + i * filter.stride, shift = place % fir_alignment;
    const double* taps = filter.tables + shift * filter.length;
    double sum = 0.0;
    for (std::size_t k = 0; k < filter.length; ++k) sum += taps[k] * x[place - shift + k];
    out[i] = sum;
  }
}

}  // namespace leverkin::kernels
#endif
