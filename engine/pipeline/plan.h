// engine/pipeline/plan.h: which sessions will be analysed, in which order, and which cannot be?
#pragma once

#include <vector>

#include "leverkin/pipeline.h"

namespace leverkin {

/// Opens every source once for its identity, which is settled with what the manifest says.
[[nodiscard]] StudyPlan plan_sessions(const std::vector<SessionSource>& sources,
                                      const SessionOptions& options);

}  // namespace leverkin
