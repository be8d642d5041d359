// engine/stages/correlogram/low_rank_basis.h: which few functions do smooth movements consist of?
//
// A fixed basis for rows of a given length, no matter what the rows are: t, t^2, t^3, which take up the slope
// and the bend between the two ends of a window, then the cosines of the DCT-II. Orthogonal to constants,
// orthonormalised in that order, so that the first k functions are the basis of size k. Every function is
// even or odd about the middle of the window: half of it is kept.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "kernels/gram_panel.h"
#include "support/aligned_buffer.h"

namespace leverkin {

struct LowRankBasis {
  static constexpr std::size_t panel = kernels::panel_width<double>;  // even functions, and as many odd ones

  std::size_t samples = 0;
  std::size_t half = 0;             // samples / 2, rounded up: the steps of a panel
  std::size_t panels = 0;           // of each parity
  AlignedBuffer<double> even, odd;  // panels as in kernels/gram_panel.h
  /// The order of the functions: place in the list of even functions followed by that of odd ones.
  std::vector<std::size_t> order;
  /// Proved bound of the largest eigenvalue of |B B^T - I|.
  double not_orthonormal = 0.0;

  [[nodiscard]] std::size_t size() const { return 2 * panels * panel; }
};

/// `panels` of each parity; samples is at least four times the number of functions. The last basis is kept.
std::shared_ptr<const LowRankBasis> low_rank_basis(std::size_t samples, std::size_t panels);

}  // namespace leverkin
