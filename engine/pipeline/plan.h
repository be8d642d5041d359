// engine/pipeline/plan.h: which sessions will be analysed, in which order, and which cannot be?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "leverkin/pipeline.h"

namespace leverkin {

struct PlannedSession {
  SessionSource source;
  SessionIdentity identity;  ///< complete: subject, session number, group
  std::int64_t samples = 0;
};

struct Plan {
  std::vector<PlannedSession> sessions;  ///< by subject, then session
  std::vector<FailedSession> failed;     ///< could not be opened, or the same subject and session twice
};

/// Opens every source once for its identity. What a manifest says goes before what the file says.
[[nodiscard]] Plan plan_sessions(const std::vector<SessionSource>& sources, const SessionOptions& options);

}  // namespace leverkin
