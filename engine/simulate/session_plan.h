// engine/simulate/session_plan.h: what happens in one session?
#pragma once

#include <cstdint>
#include <vector>

#include "leverkin/session.h"
#include "leverkin/session_truth.h"
#include "simulate/mouse.h"
#include "simulate/press.h"

namespace leverkin {

/// Everything the animal does and the rig answers, noise-free.
struct SessionPlan {
  std::vector<Press> movements;  ///< in order of time, with rest between them
  TrialTable trials;
  SessionTruth truth;
};

/// Trials follow each other until `duration_s`; a trial or press that would be cut by the end is left out.
[[nodiscard]] SessionPlan plan_session(std::uint64_t seed, std::int64_t animal, std::int64_t session,
                                       double duration_s, PressCourse course = PressCourse::minimum_jerk);

}  // namespace leverkin
