#include "kernels/upsample.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/upsample.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"
#include "kernels/fused-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Lanes are neighbouring coarse samples; each load serves the three places between them. Two vectors side by
// side make six chains of sums.
void upsample(const double* coarse, const UpsampleWeights& weights, double* out, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d), taps = 2 * weights.reach;
  const double *w1 = weights.weights, *w2 = w1 + taps, *w3 = w2 + taps;
  std::size_t k = 0;
  for (; k + 2 * lanes <= count; k += 2 * lanes) {
    const double* from = coarse + k + 1 - weights.reach;
    auto a1 = hn::Zero(d), a2 = a1, a3 = a1, b1 = a1, b2 = a1, b3 = a1;
    for (std::size_t a = 0; a < taps; ++a) {
      const auto x = hn::LoadU(d, from + a), y = hn::LoadU(d, from + a + lanes);
      const auto s = hn::Set(d, w1[a]), t = hn::Set(d, w2[a]), u = hn::Set(d, w3[a]);
      a1 = fused(s, x, a1), a2 = fused(t, x, a2), a3 = fused(u, x, a3);
      b1 = fused(s, y, b1), b2 = fused(t, y, b2), b3 = fused(u, y, b3);
    }
    double* to = out + upsample_factor * k;
    hn::StoreInterleaved4(hn::LoadU(d, coarse + k), a1, a2, a3, d, to);
    hn::StoreInterleaved4(hn::LoadU(d, coarse + k + lanes), b1, b2, b3, d, to + upsample_factor * lanes);
  }
  // The same sums for the rest, one lane each: an output has the same bits wherever a block ends.
  const hn::CappedTag<double, 1> one;
  for (; k < count; ++k) {
    out[upsample_factor * k] = coarse[k];
    for (std::size_t p = 1; p < upsample_factor; ++p) {
      const double* w = weights.weights + (p - 1) * taps;
      auto sum = hn::Zero(one);
      for (std::size_t a = 0; a < taps; ++a)
        sum = fused(hn::Set(one, w[a]), hn::LoadU(one, coarse + k + 1 - weights.reach + a), sum);
      out[upsample_factor * k + p] = hn::GetLane(sum);
    }
  }
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(upsample);

void upsample(const double* coarse, const UpsampleWeights& weights, double* out, std::size_t count) {
  LEVERKIN_CHOSEN(upsample)(coarse, weights, out, count);
}

void upsample_scalar(const double* coarse, const UpsampleWeights& weights, double* out, std::size_t count) {
  const std::size_t taps = 2 * weights.reach;
  for (std::size_t k = 0; k < count; ++k) {
    out[upsample_factor * k] = coarse[k];
    for (std::size_t p = 1; p < upsample_factor; ++p) {
      double sum = 0.0;
      for (std::size_t a = 0; a < taps; ++a)
        sum += weights.weights[(p - 1) * taps + a] * coarse[k + a + 1 - weights.reach];
      out[upsample_factor * k + p] = sum;
    }
  }
}

}  // namespace leverkin::kernels
#endif
