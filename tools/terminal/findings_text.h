// tools/terminal/findings_text.h: how are findings told at a terminal, and to programs?
#pragma once

#include <span>
#include <string>

#include "commands/json_text.h"
#include "leverkin/findings.h"

namespace leverkin::tools {

/// A line for each kind, the most serious first: "warning: ...". Every line begins with `indent`.
[[nodiscard]] std::string findings_text(std::span<const Finding> findings, const std::string& indent = "");
[[nodiscard]] std::string findings_text(std::span<const FindingGroup> groups, const std::string& indent = "");

[[nodiscard]] Json findings_json(std::span<const Finding> findings);
[[nodiscard]] Json findings_json(std::span<const SessionFinding> findings);

/// The words of those that are warnings at least.
[[nodiscard]] Json warnings_json(std::span<const Finding> findings);

}  // namespace leverkin::tools
