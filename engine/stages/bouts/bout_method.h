// engine/stages/bouts/bout_method.h: what does a way to find bouts get, and what does it give?
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/parameters.h"
#include "stages/bouts/pause_memory.h"
#include "stages/envelope/envelope_blocks.h"
#include "stages/trace/stretches.h"

namespace leverkin {

/// The lever, and how fast it moves.
struct LeverSpeed {
  std::span<const double> volts;   ///< the 1 kHz trace, all of it finite
  std::span<const double> smooth;  ///< the same after the low-pass
  std::span<const SampleRange> no_data;
  const JoinedStretches& with_data;
  /// Shows velocity and envelope (V per sample) block by block, of the samples with data as if there were no
  /// gaps between them; costs a transform over the session.
  std::function<void(const EnvelopeBlock& visit)> each_envelope_block;
  PauseMemory* memory = nullptr;  ///< what earlier settings found, if there are some
};

/// Bouts in order, apart from each other. What has no data is cut out of them afterwards, and what their
/// motion was like is measured then.
struct FoundBouts {
  std::vector<Bout> bouts;
  double noise_cutoff_v = std::numeric_limits<double>::quiet_NaN();  ///< where the method has one
  std::string reason;                                                ///< why there are none
};

}  // namespace leverkin
