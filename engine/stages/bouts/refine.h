// engine/stages/bouts/refine.h: where within a stretch of movement does the lever leave its rest, and come
// back to it?
#pragma once

#include <cstdint>
#include <span>

#include "leverkin/trace.h"

namespace leverkin {

/// Where the smoothed lever is at the first and at the last sample of a bout, in volts.
struct RestLevels {
  double first = 0.0, last = 0.0;
};

/// C.2 to C.4: the bout without what belongs to rest at either end, on `volts`, the whole trace before the
/// low-pass. Empty where nothing is left of it. Nothing is cut where `noise_v` is NaN.
[[nodiscard]] SampleRange refine(const SampleRange& bout, std::span<const double> volts,
                                 const RestLevels& rest, double noise_v, std::int64_t run_ms);

}  // namespace leverkin
