// leverkin/held_trace.h: where was the lever, where samples of a recording in memory are missing?
//
//   session -> [trace] -> bouts -> movements -> correlogram -> results
#pragma once

#include <span>

#include "leverkin/parameters.h"
#include "leverkin/trace.h"

namespace leverkin {

/// volts (N) at rate_hz -> lever trace at 1 kHz, as GapPolicy::hold does it for a session: samples that are
/// not finite are no data, with a straight line across. Without such samples, what downsample() gives. Throws
/// BadArgument for a rate that cannot be brought to 1 kHz.
[[nodiscard]] Trace held_trace(std::span<const double> volts, double rate_hz, Parameters parameters = {});

}  // namespace leverkin
