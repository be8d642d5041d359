// engine/stages/bouts/kinematics.h: how did the lever move within a bout?
#pragma once

#include <span>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/parameters.h"

namespace leverkin {

/// Fills every measure of the bouts (Bout says which). `volts` is the 1 kHz trace, `smooth` the same after
/// the low-pass. `threads` (0: one per core) never changes the numbers.
void measure_bouts(std::span<const double> volts, std::span<const double> smooth,
                   const Parameters& parameters, int threads, std::vector<Bout>& bouts);

/// Peaks that rise from both sides, ends counting as 0, by at least `rise`.
[[nodiscard]] std::int64_t count_peaks(std::span<const double> speed, double rise);

}  // namespace leverkin
