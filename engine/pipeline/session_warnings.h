// engine/pipeline/session_warnings.h: what should somebody know before believing today's numbers?
#pragma once

#include <string>
#include <vector>

#include "leverkin/history.h"

namespace leverkin {

/// In words, the most serious first; thresholds are those of warning_limits. `report` is complete but for its
/// warnings.
[[nodiscard]] std::vector<std::string> session_warnings(const SessionDigest& report,
                                                        const SessionResult& today, const History& history,
                                                        const Parameters& parameters);

}  // namespace leverkin
