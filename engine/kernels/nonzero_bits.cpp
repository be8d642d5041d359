#include "kernels/nonzero_bits.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/nonzero_bits.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void nonzero_bits(const double* HWY_RESTRICT x, std::size_t groups, std::uint64_t* HWY_RESTRICT bits) {
  const hn::CappedTag<double, 8> d;  // the bits of a vector fit a byte
  const auto zero = hn::Zero(d);
  for (std::size_t g = 0; g < groups; ++g, x += 64) {
    std::uint64_t found = 0;
    for (std::size_t k = 0; k < 64; k += hn::Lanes(d)) {
      std::uint8_t some[8] = {};
      hn::StoreMaskBits(d, hn::Not(hn::Eq(hn::LoadU(d, x + k), zero)), some);  // Ne() leaves out NaN
      found |= static_cast<std::uint64_t>(some[0]) << k;
    }
    bits[g] = found;
  }
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(nonzero_bits);

void nonzero_bits(const double* x, std::size_t groups, std::uint64_t* bits) {
  LEVERKIN_CHOSEN(nonzero_bits)(x, groups, bits);
}

void nonzero_bits_scalar(const double* x, std::size_t groups, std::uint64_t* bits) {
  for (std::size_t g = 0; g < groups; ++g) {
    bits[g] = 0;
    for (std::size_t k = 0; k < 64; ++k)
      if (x[64 * g + k] != 0.0) bits[g] |= std::uint64_t{1} << k;
  }
}

}  // namespace leverkin::kernels
#endif
