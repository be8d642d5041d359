// engine/stages/envelope/speed.h: the velocity of a smoothed lever, anywhere in a recording.
#pragma once

#include <cstdint>
#include <span>

namespace leverkin {

/// Samples [first, first + out.size()) of velocity() (A.7, A.8): volts per sample, the mean of 2 * reach + 1
/// steps.
void velocity_at(std::span<const double> smooth_volts, std::int64_t reach, std::int64_t first,
                 std::span<double> out);

}  // namespace leverkin
