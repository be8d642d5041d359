// engine/kernels/upsample.h: what lies between evenly spaced samples of a signal that has no faster parts?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

inline constexpr std::size_t upsample_factor = 4;

/// Interpolation weights: out[factor * k + p] = sum over a < 2 * reach of weights[p - 1][a] * coarse[k + a -
/// reach + 1] for p = 1, 2, 3; for p = 0 it is coarse[k] itself.
struct UpsampleWeights {
  const double* weights = nullptr;  ///< (factor - 1) rows of 2 * reach
  std::size_t reach = 0;
};

/// Fills out[upsample_factor * count]. `coarse` must be readable from coarse[1 - reach] to coarse[count - 1 +
/// reach].
void upsample(const double* coarse, const UpsampleWeights& weights, double* out, std::size_t count);

/// The definition.
void upsample_scalar(const double* coarse, const UpsampleWeights& weights, double* out, std::size_t count);

}  // namespace leverkin::kernels
