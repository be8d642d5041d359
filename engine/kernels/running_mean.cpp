#include "kernels/running_mean.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/running_mean.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void mean_steps(const double* x, std::size_t reach, double* out, std::size_t count) {
  const hn::ScalableTag<double> d;
  const auto length = hn::Set(d, static_cast<double>(2 * reach + 1));
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const double* from = x + i - reach - 1;
    auto sum = hn::Zero(d), before = hn::LoadU(d, from);
    for (std::size_t j = 1; j <= 2 * reach + 1; ++j) {
      const auto now = hn::LoadU(d, from + j);
      sum = hn::Add(sum, hn::Sub(now, before));
      before = now;
    }
    hn::StoreU(hn::Div(sum, length), d, out + i);
  }
  mean_steps_scalar(x + i, reach, out + i, count - i);
}

double largest_difference(const double* a, const double* b, std::size_t count) {
  const hn::ScalableTag<double> d;
  auto largest = hn::Zero(d);
  std::size_t i = 0;
  // Max drops what is not a number, 0 * difference keeps it.
  auto odd = hn::Zero(d);
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto difference = hn::Abs(hn::Sub(hn::LoadU(d, a + i), hn::LoadU(d, b + i)));
    largest = hn::Max(largest, difference);
    odd = hn::MulAdd(difference, hn::Zero(d), odd);
  }
  const double rest = largest_difference_scalar(a + i, b + i, count - i);
  const double found = hn::GetLane(hn::MaxOfLanes(d, largest)) + hn::GetLane(hn::SumOfLanes(d, odd));
  return found > rest || found != found ? found : rest;
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(mean_steps);
LEVERKIN_KERNEL(largest_difference);

void mean_steps(const double* x, std::size_t reach, double* out, std::size_t count) {
  LEVERKIN_CHOSEN(mean_steps)(x, reach, out, count);
}

double largest_difference(const double* a, const double* b, std::size_t count) {
  return LEVERKIN_CHOSEN(largest_difference)(a, b, count);
}

void mean_steps_scalar(const double* x, std::size_t reach, double* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double* from = x + i - reach - 1;
    double sum = 0.0;
    for (std::size_t j = 1; j <= 2 * reach + 1; ++j) sum += from[j] - from[j - 1];
    out[i] = sum / static_cast<double>(2 * reach + 1);
  }
}

double largest_difference_scalar(const double* a, const double* b, std::size_t count) {
  double largest = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double signed_difference = a[i] - b[i];
    const double difference = signed_difference < 0.0 ? -signed_difference : signed_difference;
    if (!(difference <= largest)) largest = difference;
    if (largest != largest) return largest;
  }
  return largest;
}

}  // namespace leverkin::kernels
#endif
