#include "kernels/fma_probe.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fma_probe.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void multiply_add(std::size_t count, std::size_t* done, float* sink) {
  constexpr std::size_t chains = 12;
  const hn::CappedTag<float, 16> d;
  const auto factor = hn::Set(d, 0.99F), term = hn::Set(d, 0.01F);
  hn::Vec<decltype(d)> sum[chains];
  for (auto& v : sum) v = hn::Set(d, *sink);
  *done = 0;
  while (*done < count) {
    for (int turn = 0; turn < 1000; ++turn)
      for (auto& v : sum) v = hn::MulAdd(v, factor, term);
    *done += 1000 * chains * hn::Lanes(d);
  }
  for (const auto& v : sum) *sink += hn::GetLane(v);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(multiply_add);

std::size_t multiply_add_in_registers(std::size_t count) {
  std::size_t done = 0;
  static volatile float last = 1.0F;  // keeps the work from being left out
  float sink = last;
  LEVERKIN_CHOSEN(multiply_add)(count, &done, &sink);
  last = sink;
  return done;
}

}  // namespace leverkin::kernels
#endif
