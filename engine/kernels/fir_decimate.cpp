#include "kernels/fir_decimate.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fir_decimate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"
#include "kernels/fused-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, fir_alignment>;
using V = hn::Vec<D>;
// An output is eight chains of sums on every target: lanes of as many vectors as it takes.
constexpr std::size_t chains = fir_alignment, width = chains / MaxLanes(D());
// Outputs at a time: eight vectors hide the latency of a multiply-add.
constexpr std::size_t together = 8 / width;

struct Sums {
  V at[width];
};

#if HWY_MAX_BYTES >= 32
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

// The chains of one output, added as a tree: neighbours first.
HWY_INLINE double sum_of(const Sums& sums) {
  const D d;
  double c[chains];
  for (std::size_t w = 0; w < width; ++w) hn::StoreU(sums.at[w], d, c + w * MaxLanes(d));
  return ((c[0] + c[1]) + (c[2] + c[3])) + ((c[4] + c[5]) + (c[6] + c[7]));
}

// The same tree for all outputs of a turn.
HWY_INLINE void sums_of(const Sums* sums, double* out) {
#if HWY_MAX_BYTES == 64
  const D d;
  V pairs[together / 2];
  for (std::size_t r = 0; r < together; r += 2)
    pairs[r / 2] = add_neighbours(sums[r].at[0], sums[r + 1].at[0]);
  const V first = add_blocks(pairs[0], pairs[1]), second = add_blocks(pairs[2], pairs[3]);
  hn::StoreU(hn::Add(hn::ConcatLowerLower(d, second, first), hn::ConcatUpperUpper(d, second, first)), d, out);
#elif HWY_MAX_BYTES == 32
  V halves[together];  // the lower and the upper four chains of each, in turns
  for (std::size_t r = 0; r < together; ++r) halves[r] = add_neighbours(sums[r].at[0], sums[r].at[1]);
  hn::StoreU(add_neighbours(add_blocks(halves[0], halves[2]), add_blocks(halves[1], halves[3])), D(), out);
#else
  for (std::size_t r = 0; r < together; ++r) out[r] = sum_of(sums[r]);
#endif
}

// Outputs with the same alignment share each load of the taps.
template <std::size_t outputs>
HWY_INLINE void dot(const double* x, std::size_t step, const double* taps, std::size_t length, Sums* sums) {
  const D d;
  for (std::size_t r = 0; r < outputs; ++r)
    for (V& sum : sums[r].at) sum = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += chains)
    for (std::size_t w = 0; w < width; ++w) {
      const std::size_t at = k + w * MaxLanes(d);
      const auto tap = hn::Load(d, taps + at);
      for (std::size_t r = 0; r < outputs; ++r)
        sums[r].at[w] = fused(tap, hn::Load(d, x + r * step + at), sums[r].at[w]);
    }
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
      Sums sums[together];
      dot<together>(line_of(place), period * stride, taps_for(place), filter.length, sums);
      double found[together];
      sums_of(sums, found);
      for (std::size_t r = 0; r < together; ++r) out[i + p + r * period] = found[r];
    }
  for (; i < count; ++i) {
    const std::size_t place = first + i * stride;
    Sums alone;
    dot<1>(line_of(place), 0, taps_for(place), filter.length, &alone);
    out[i] = sum_of(alone);
  }
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(fir_decimate);

void fir_decimate(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                  std::size_t count) {
  LEVERKIN_CHOSEN(fir_decimate)(x, first, filter, out, count);
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
