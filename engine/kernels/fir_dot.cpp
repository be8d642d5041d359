#include "kernels/fir_dot.h"

#include "kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fir_dot.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `rows` outputs share each load of the taps; one chain of sums per output, whatever `rows` is.
template <std::size_t rows>
void dot_rows(const double* x, std::size_t stride, const double* taps, std::size_t length, double* out) {
  const hn::CappedTag<double, fir_padding> d;
  hn::Vec<decltype(d)> sum[rows];
  for (std::size_t r = 0; r < rows; ++r) sum[r] = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += hn::Lanes(d)) {
    const auto tap = hn::LoadU(d, taps + k);
    for (std::size_t r = 0; r < rows; ++r) sum[r] = hn::MulAdd(tap, hn::LoadU(d, x + r * stride + k), sum[r]);
  }
  for (std::size_t r = 0; r < rows; ++r) out[r] = hn::GetLane(hn::SumOfLanes(d, sum[r]));
}

void fir_dot(const double* x, std::size_t stride, const double* taps, std::size_t length, double* out,
             std::size_t count) {
  constexpr std::size_t together = 8;  // enough independent chains to hide the latency of a multiply-add
  std::size_t i = 0;
  for (; i + together <= count; i += together)
    dot_rows<together>(x + i * stride, stride, taps, length, out + i);
  for (; i < count; ++i) dot_rows<1>(x + i * stride, stride, taps, length, out + i);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

HWY_EXPORT(fir_dot);

void fir_dot(const double* x, std::size_t stride, const double* taps, std::size_t length, double* out,
             std::size_t count) {
  choose_target();
  HWY_DYNAMIC_DISPATCH(fir_dot)(x, stride, taps, length, out, count);
}

void fir_dot_scalar(const double* x, std::size_t stride, const double* taps, std::size_t length, double* out,
                    std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < length; ++k) sum += taps[k] * x[i * stride + k];
    out[i] = sum;
  }
}

}  // namespace leverkin::kernels
#endif
