// tools/summary_json.h: a session's numbers, for programs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "json_text.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin::tools {

/// Appends subject, session, group and start_time.
void add_identity(Json& json, const SessionIdentity& identity);

/// Appends n_trials ... moving_fraction, named as in results files.
void add_summary(Json& json, const SessionSummary& summary);

/// {"no_reward": 3, ...}: every reason but `used`, also those that did not occur.
[[nodiscard]] Json rejected_json(std::span<const std::int64_t> trials_per_reason);

[[nodiscard]] Json failed_json(std::span<const FailedSession> failed);

[[nodiscard]] Json problem_json(const BadSession& error);

}  // namespace leverkin::tools
