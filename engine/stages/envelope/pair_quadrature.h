// engine/stages/envelope/pair_quadrature.h: the quadrature (Hilbert transform) of evenly spaced real samples
// by one complex convolution.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "support/aligned_buffer.h"
#include "support/grid_transform.h"

namespace leverkin {

/// The discrete Hilbert kernel h has odd lags only: even samples decide the odd outputs, odd samples the even
/// ones. With the samples in pairs, z[q] = x[2 q] + i x[2 q + 1], one convolution with the real kernel g[q] =
/// h(2 q + 1) does both: its real parts are the outputs 2 q + 1, its imaginary parts the outputs 2 q + 2.
/// h(-k) = -h(k) makes the spectrum of g equal to i exp(i pi k / P) gain[k] with a real gain; -1, and 0 for k
/// = 0, is the gain of a whole circle of 2 P samples.
class PairQuadrature {
 public:
  /// For `values` of 2 P numbers, a circle of 2 P samples, aligned to 16 bytes.
  PairQuadrature(std::span<double> values, int threads);

  /// The same with a kernel of its own: kernel(q) = h(2 q + 1) for 0 <= q < P / 2. Leaves `values` without
  /// meaning.
  PairQuadrature(std::span<double> values, int threads, const std::function<double(std::size_t)>& kernel);

  /// Replaces the samples by their quadrature: output k is found at place k - 1 (around the circle).
  void run();

 private:
  // Calls visit(place of the bin in `gain_`, cos, sin of pi k / P, bin) for every bin k of a row.
  template <typename Visit>
  void for_each_bin(std::size_t r, std::span<double> row, Visit visit) const;

  std::span<double> values_;
  int threads_;
  GridTransform transform_;
  std::vector<double> column_turns_;  // exp(i pi rows c / P), c < columns
  AlignedBuffer<double> gain_;        // P, in the order of the grid; empty: a whole circle
};

}  // namespace leverkin
