// engine/stages/envelope/band_quadrature.h: the quadrature of a signal that was sampled far more often than
// it changes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "stages/envelope/edge_field.h"
#include "stages/envelope/envelope_blocks.h"
#include "support/aligned_buffer.h"

namespace leverkin {

/// The circular Hilbert transform of n samples from every fourth of them, interpolated; what is not smooth
/// around the seam of the circle is taken out first and goes through EdgeField (docs/envelope.md). Holds n /
/// 4 numbers (n / 2 where n is not 8 times a product of small primes).
class BandQuadrature {
 public:
  static constexpr std::int64_t shortest = EdgeField::shortest;

  /// n >= shortest. Reads the signal once.
  BandQuadrature(std::int64_t n, const Signal& signal, int threads);

  /// Samples [first, first + signal.size()) and their quadrature, block_samples of them or what is left;
  /// `first` is a multiple of block_samples. Returns how far interpolation from every fourth sample misses
  /// the signal itself there, at most: the quadrature is interpolated alike and as good.
  [[nodiscard]] double block(std::int64_t first, std::span<double> signal,
                             std::span<double> quadrature) const;

  /// Largest absolute value of the signal.
  [[nodiscard]] double largest() const { return largest_; }

 private:
  void load(int threads);

  std::int64_t n_, coarse_;
  const Signal& signal_;
  AlignedBuffer<double> values_;  // coarse samples, then their quadrature, with room on both sides
  std::int64_t origin_ = 0;       // quadrature of coarse sample k is values_[origin_ + k]
  std::optional<EdgeField> edge_;
  double largest_ = 0.0;
};

}  // namespace leverkin
