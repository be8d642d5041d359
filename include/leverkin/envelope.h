// leverkin/envelope.h: how fast did the lever move?
//
//   session -> trace -> [smooth -> velocity -> envelope] -> bouts -> movements -> correlogram -> results
#pragma once

#include <span>
#include <vector>

#include "leverkin/parameters.h"

namespace leverkin {

/// Zero-phase Butterworth low-pass of a 1 kHz trace, as second-order sections run forward and backward, with
/// odd extension by 3 * order samples at both ends (A.5, A.6). Throws BadArgument for 3 * order samples or
/// fewer.
/// `threads` (0: one per core) never changes the numbers.
[[nodiscard]] std::vector<double> smooth(std::span<const double> volts, const Parameters& parameters = {},
                                         int threads = 1);

/// The same into memory of the caller, as many samples as `volts` has.
void smooth(std::span<const double> volts, std::span<double> smooth_volts, const Parameters& parameters = {},
            int threads = 1);

/// Volts per sample: first difference (0 at sample 0), then a centred running mean whose span shrinks
/// symmetrically at the ends (A.7, A.8).
[[nodiscard]] std::vector<double> velocity(std::span<const double> smooth_volts,
                                           const Parameters& parameters = {});

/// Volts per sample: modulus of the analytic signal of `velocity` over the whole trace, circular (A.9), to
/// 1e-10 of the largest velocity (docs/envelope.md). `threads` (0: one per core) never changes the numbers.
[[nodiscard]] std::vector<double> envelope(std::span<const double> velocity, int threads = 1);

}  // namespace leverkin
