// engine/kernels/fir_decimate.h: what is left of a trace after a filter that keeps every stride-th sample,
// where every output has the same taps?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Loads are aligned to this many doubles: a cache line, the widest vector in use. An output whose first
/// sample lies `shift` doubles behind such a place uses the table in which the taps come `shift` places
/// later.
inline constexpr std::size_t fir_alignment = 8;

struct DecimatingFilter {
  const double* tables =
      nullptr;             ///< fir_alignment tables of `length` taps, table s shifted by s, zeros around
  std::size_t length = 0;  ///< a multiple of fir_alignment
  std::size_t stride = 1;  ///< raw samples from one output to the next
};

/// out[i] = sum over the taps of tap[k] * x[first + i * stride + k], i < count. `x` and `tables` are aligned
/// to fir_alignment doubles; x must be readable from `first` rounded down to that alignment, for `length`
/// doubles, for every output. The order of summation depends on (first + i * stride) % fir_alignment alone,
/// so an output has the same bits however a trace is cut into calls that keep the alignment of its samples.
void fir_decimate(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                  std::size_t count);

/// The definition: plain sums in order of k.
void fir_decimate_scalar(const double* x, std::size_t first, const DecimatingFilter& filter, double* out,
                         std::size_t count);

}  // namespace leverkin::kernels
