#include "kernels/fir_dot.h"

#include "kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fir_dot.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One chain of sums per output and lane, whatever `together` is.
template <std::size_t together>
void dot_rows(const FirRow* rows, std::size_t length, double* out) {
  const hn::CappedTag<double, fir_padding> d;
  hn::Vec<decltype(d)> sum[together];
  for (std::size_t r = 0; r < together; ++r) sum[r] = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += hn::Lanes(d))
    for (std::size_t r = 0; r < together; ++r)
      sum[r] = hn::MulAdd(hn::LoadU(d, rows[r].taps + k), hn::LoadU(d, rows[r].x + k), sum[r]);
  for (std::size_t r = 0; r < together; ++r) out[r] = hn::GetLane(hn::SumOfLanes(d, sum[r]));
}

void fir_dot(const FirRow* rows, std::size_t length, double* out, std::size_t count) {
  constexpr std::size_t together =
      4;  // hides most of the latency of a multiply-add; two loads each are the limit
  std::size_t i = 0;
  for (; i + together <= count; i += together) dot_rows<together>(rows + i, length, out + i);
  for (; i < count; ++i) dot_rows<1>(rows + i, length, out + i);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

HWY_EXPORT(fir_dot);

void fir_dot(const FirRow* rows, std::size_t length, double* out, std::size_t count) {
  choose_target();
  HWY_DYNAMIC_DISPATCH(fir_dot)(rows, length, out, count);
}

void fir_dot_scalar(const FirRow* rows, std::size_t length, double* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < length; ++k) sum += rows[i].taps[k] * rows[i].x[k];
    out[i] = sum;
  }
}

}  // namespace leverkin::kernels
#endif
