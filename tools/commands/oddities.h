// tools/commands/oddities.h: what in a readable recording would surprise the person who made it?
#pragma once

#include <string>
#include <vector>

#include "commands/sample_scan.h"
#include "leverkin/session.h"

namespace leverkin::tools {

/// One sentence each; empty where nothing is odd.
[[nodiscard]] std::vector<std::string> oddities(const SessionInfo& info, const TrialTable& trials,
                                                const SampleScan& scan);

}  // namespace leverkin::tools
