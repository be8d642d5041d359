// engine/kernels/fir_dot.h: what is left of a trace after a filter that keeps every stride-th sample?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Filters are padded with zero taps to a multiple of this many: the widest vector in use.
inline constexpr std::size_t fir_padding = 8;

/// out[i] = sum over k < length of taps[k] * x[i * stride + k]. `length` is a multiple of fir_padding; x must
/// be readable to (count - 1) * stride + length. The order of summation does not depend on `count`, so
/// outputs have the same bits however a trace is cut into calls.
void fir_dot(const double* x, std::size_t stride, const double* taps, std::size_t length, double* out,
             std::size_t count);

/// The definition: plain sums in order of k.
void fir_dot_scalar(const double* x, std::size_t stride, const double* taps, std::size_t length, double* out,
                    std::size_t count);

}  // namespace leverkin::kernels
