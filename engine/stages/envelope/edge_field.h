// engine/stages/envelope/edge_field.h: what do the samples around the ends of a circular signal add to its
// quadrature everywhere else?
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace leverkin {

/// The ends of a recording meet on the circle of the Fourier transform, and what happens there is not smooth.
/// Its quadrature is computed here from the discrete kernel itself (docs/envelope.md): near the seam by a
/// short convolution, far from it by a series in W / distance, of which both the smooth part and the part
/// that changes sign with every sample are interpolated from every 32nd place.
class EdgeField {
 public:
  static constexpr std::int64_t reach = 768;          ///< W: samples on each side of the seam
  static constexpr std::int64_t near = 16 * reach;    ///< up to here by convolution
  static constexpr std::int64_t shortest = 4 * near;  ///< shortest signal it is made for

  /// A circle of n >= shortest samples; edge[j + reach] is the sample at place j, -reach <= j < reach
  /// (negative: from the end), all others count as 0.
  EdgeField(std::int64_t n, std::span<const double> edge);

  /// Adds the quadrature of samples [first, first + values.size()).
  void add(std::int64_t first, std::span<double> values) const;

 private:
  void fill_near(std::span<const double> edge);
  void fill_moments(std::span<const double> edge);
  void add_near(std::int64_t first, std::span<double> values) const;
  void add_far(std::int64_t first, std::span<double> values) const;
  void add_far_piece(std::int64_t first, std::span<double> values) const;

  static constexpr std::size_t terms = 12;  // (W / distance)^12 <= 16^-12 = 4e-15
  using Moments = std::array<double, terms>;

  std::int64_t n_;
  std::vector<double> near_;  // places -near .. near - 1
  double unit_ = 0.0;         // largest tangent: keeps its powers near 1
  Moments moment_{}, alternating_{};
};

}  // namespace leverkin
