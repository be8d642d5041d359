// engine/stages/bouts/threshold_bouts.h: when does the lever move by the published method, B and C?
#pragma once

#include "stages/bouts/bout_method.h"

namespace leverkin {

/// Where the envelope of the speed is above a threshold, widened and joined (B); then both edges moved inward
/// to where the trace before the low-pass leaves the noise of its rest (C).
[[nodiscard]] FoundBouts threshold_bouts(const LeverSpeed& lever, const Parameters& parameters, int threads);

}  // namespace leverkin
