#include "kernels/biquad_lanes.h"

#include "kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/biquad_lanes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename V>
struct Section {
  V b0, b1, b2, minus_a1, minus_a2, z1, z2;

  V step(V x) {
    const V y = hn::MulAdd(b0, x, z1);
    z1 = hn::MulAdd(minus_a1, y, hn::MulAdd(b1, x, z2));
    z2 = hn::MulAdd(minus_a2, y, hn::Mul(b2, x));
    return y;
  }
};

// The state that a constant x leads to; returns the output it gives.
template <typename D, typename V>
V settle(D d, Section<V>& section, const Biquad& biquad, V x) {
  const double gain = (biquad.b0 + biquad.b1 + biquad.b2) / (1.0 + biquad.a1 + biquad.a2);
  const V y = hn::Mul(hn::Set(d, gain), x);
  section.z2 = hn::MulAdd(section.minus_a2, y, hn::Mul(section.b2, x));
  section.z1 = hn::MulAdd(section.minus_a1, y, hn::MulAdd(section.b1, x, section.z2));
  return y;
}

// A fixed number of sections keeps the states in registers.
template <std::size_t sections, typename D>
void run_fixed(D d, const Biquad* cascade, double* first, std::ptrdiff_t step, std::size_t count) {
  using V = hn::Vec<D>;
  Section<V> state[sections];
  V level = hn::LoadU(d, first);
  for (std::size_t s = 0; s < sections; ++s) {
    const Biquad& q = cascade[s];
    state[s] = {hn::Set(d, q.b0),  hn::Set(d, q.b1), hn::Set(d, q.b2), hn::Set(d, -q.a1),
                hn::Set(d, -q.a2), hn::Zero(d),      hn::Zero(d)};
    level = settle(d, state[s], q, level);
  }
  for (std::size_t t = 0; t < count; ++t, first += step) {
    V x = hn::LoadU(d, first);
    for (std::size_t s = 0; s < sections; ++s) x = state[s].step(x);
    hn::StoreU(x, d, first);
  }
}

void run_biquads(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                 bool backward) {
  if (count == 0) return;
  const hn::CappedTag<double, biquad_lanes> d;
  double* first = backward ? frames + (count - 1) * biquad_lanes : frames;
  const std::ptrdiff_t step = backward ? -static_cast<std::ptrdiff_t>(biquad_lanes) : biquad_lanes;
  for (std::size_t lane = 0; lane < biquad_lanes; lane += hn::Lanes(d)) {
    std::size_t done = 0;
    for (; done + 2 <= sections; done += 2) run_fixed<2>(d, cascade + done, first + lane, step, count);
    if (done < sections) run_fixed<1>(d, cascade + done, first + lane, step, count);
  }
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

HWY_EXPORT(run_biquads);

void run_biquads(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                 bool backward) {
  choose_target();
  HWY_DYNAMIC_DISPATCH(run_biquads)(cascade, sections, frames, count, backward);
}

void run_biquads_scalar(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                        bool backward) {
  for (std::size_t lane = 0; lane < biquad_lanes && count > 0; ++lane)
    for (std::size_t s = 0; s < sections; ++s) {
      const Biquad& q = cascade[s];
      const auto at = [&](std::size_t t) -> double& {
        return frames[(backward ? count - 1 - t : t) * biquad_lanes + lane];
      };
      double y = at(0) * (q.b0 + q.b1 + q.b2) / (1.0 + q.a1 + q.a2);
      double z2 = q.b2 * at(0) - q.a2 * y;
      double z1 = q.b1 * at(0) - q.a1 * y + z2;
      for (std::size_t t = 0; t < count; ++t) {
        const double x = at(t);
        y = at(t) = q.b0 * x + z1;
        z1 = q.b1 * x - q.a1 * y + z2;
        z2 = q.b2 * x - q.a2 * y;
      }
    }
}

}  // namespace leverkin::kernels
#endif
