// engine/stages/movements/trial_rules.h: may a movement that begins here be used?
#pragma once

#include <cstdint>

#include "leverkin/movements.h"
#include "stages/windows/event_window.h"

namespace leverkin {

/// What is kept of a movement that begins at the lever sample `onset`.
[[nodiscard]] EventWindow movement_window(const Trace& trace, const Parameters& parameters,
                                          std::int64_t onset);

/// Reasons 5 to 9 of docs/formats.md#why-a-trial-was-not-used, for a movement that begins at the lever sample
/// `onset` (0 or more) in a trial with its cue and reward inside the recording. The first that applies, or
/// `used`.
[[nodiscard]] RejectReason judge_onset(const Trace& trace, const Segmentation& segmentation,
                                       const Parameters& parameters, double cue_s, std::int64_t onset);

}  // namespace leverkin
