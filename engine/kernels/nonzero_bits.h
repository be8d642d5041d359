// engine/kernels/nonzero_bits.h: which values of a row are not zero?
#pragma once

#include <cstddef>
#include <cstdint>

namespace leverkin::kernels {

/// Bit k of bits[g] is 1 where x[64 g + k] != 0, which NaN is and -0 is not; for `groups` groups of 64
/// values.
void nonzero_bits(const double* x, std::size_t groups, std::uint64_t* bits);

/// The definition.
void nonzero_bits_scalar(const double* x, std::size_t groups, std::uint64_t* bits);

}  // namespace leverkin::kernels
