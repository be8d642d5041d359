// tools/commands/summary_json.h: who and what went wrong, for programs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "commands/json_text.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin::tools {

[[nodiscard]] Json failed_json(std::span<const FailedSession> failed);

/// Means, s.e.m. and number of animals, session by session.
[[nodiscard]] Json groups_json(const std::vector<GroupSummary>& groups);

[[nodiscard]] Json problem_json(const BadSession& error);

}  // namespace leverkin::tools
