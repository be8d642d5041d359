// engine/kernels/fir_dot.h: what is left of a trace after a filter whose taps differ from output to output?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Filters are padded with zero taps to a multiple of this many: the widest vector in use.
inline constexpr std::size_t fir_padding = 8;

/// One output: its taps, and the samples that they meet.
struct FirRow {
  const double* x;
  const double* taps;
};

/// out[i] = sum over k < length of rows[i].taps[k] * rows[i].x[k]. `length` is a multiple of fir_padding. The
/// order of summation does not depend on `count`, so outputs have the same bits however a trace is cut into
/// calls.
void fir_dot(const FirRow* rows, std::size_t length, double* out, std::size_t count);

/// The definition: plain sums in order of k.
void fir_dot_scalar(const FirRow* rows, std::size_t length, double* out, std::size_t count);

}  // namespace leverkin::kernels
