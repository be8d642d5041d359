// engine/stages/bouts/rest_noise.h: how much does a resting lever tremble?
#pragma once

#include <span>
#include <vector>

#include "leverkin/parameters.h"
#include "leverkin/trace.h"

namespace leverkin {

/// Lever samples that count as rest: outside the bouts, and not without data, nor so near to it that the
/// low-pass carries the line drawn across it into them (0.67 s with the published 5 Hz). Where gaps follow
/// each other so closely that nothing would be left, all rest with data counts.
[[nodiscard]] std::vector<SampleRange> samples_at_rest(std::int64_t samples,
                                                       std::span<const SampleRange> bouts,
                                                       std::span<const SampleRange> no_data,
                                                       const Parameters& parameters);

/// C.1: the spread of volts - smooth over those samples, as parameters.noise_measure says; NaN where there
/// are none. `threads` never changes the number.
[[nodiscard]] double rest_noise(std::span<const double> volts, std::span<const double> smooth,
                                std::span<const SampleRange> rest, const Parameters& parameters, int threads);

}  // namespace leverkin
