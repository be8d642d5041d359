#include "kernels/fir_decimate.h"

#include "kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fir_decimate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `rows` outputs with the same alignment share each load of the taps; one chain of sums per output and lane,
// whatever `rows` is.
template <std::size_t rows>
void dot_aligned(const double* x, std::size_t step, const double* taps, std::size_t length, double* out,
                 std::size_t out_step) {
  const hn::CappedTag<double, fir_alignment> d;
  hn::Vec<decltype(d)> sum[rows];
  for (std::size_t r = 0; r < rows; ++r) sum[r] = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += hn::Lanes(d)) {
    const auto tap = hn::Load(d, taps + k);
    for (std::size_t r = 0; r < rows; ++r) sum[r] = hn::MulAdd(tap, hn::Load(d, x + r * step + k), sum[r]);
  }
  for (std::size_t r = 0; r < rows; ++r) out[r * out_step] = hn::GetLane(hn::SumOfLanes(d, sum[r]));
}

void fir_decimate(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                  std::size_t count) {
  constexpr std::size_t together = 8;  // enough independent chains to hide the latency of a multiply-add
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
      dot_aligned<together>(line_of(place), period * stride, taps_for(place), filter.length, out + i + p,
                            period);
    }
  for (; i < count; ++i) {
    const std::size_t place = first + i * stride;
    dot_aligned<1>(line_of(place), 0, taps_for(place), filter.length, out + i, 1);
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
