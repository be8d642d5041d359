#include "kernels/fir_dot.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fir_dot.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"
#include "kernels/fused-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, fir_padding>;
// Eight chains of sums per output on every target, whatever `together` is.
constexpr std::size_t chains = fir_padding, width = chains / MaxLanes(D());

template <std::size_t together>
void dot_rows(const FirRow* rows, std::size_t length, double* out) {
  const D d;
  hn::Vec<D> sum[together][width];
  for (auto& chain : sum)
    for (auto& lanes : chain) lanes = hn::Zero(d);
  for (std::size_t k = 0; k < length; k += chains)
    for (std::size_t r = 0; r < together; ++r)
      for (std::size_t w = 0; w < width; ++w) {
        const std::size_t at = k + w * MaxLanes(d);
        sum[r][w] = fused(hn::LoadU(d, rows[r].taps + at), hn::LoadU(d, rows[r].x + at), sum[r][w]);
      }
  for (std::size_t r = 0; r < together; ++r) {
    double c[chains];
    for (std::size_t w = 0; w < width; ++w) hn::StoreU(sum[r][w], d, c + w * MaxLanes(d));
    out[r] = ((c[0] + c[4]) + (c[2] + c[6])) + ((c[1] + c[5]) + (c[3] + c[7]));
  }
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

LEVERKIN_KERNEL(fir_dot);

void fir_dot(const FirRow* rows, std::size_t length, double* out, std::size_t count) {
  LEVERKIN_CHOSEN(fir_dot)(rows, length, out, count);
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
