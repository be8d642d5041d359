// tools/commands/earlier_sessions.h: with which earlier sessions is one compared?
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "leverkin/history.h"

namespace leverkin::tools {

/// What `summary` and `watch` have in common: which session, analysed how, beside which others.
struct Comparing {
  AnalyzeOptions analyze;      ///< parameters, lever, threads
  std::string results;         ///< a results file with the earlier sessions; empty: recordings
  bool outside_files = false;  ///< links may leave the folder of a recording
  bool quiet = false;
};

/// The session files in the folder of `session`, not those in folders below it.
[[nodiscard]] std::vector<SessionSource> recordings_beside(const std::filesystem::path& session,
                                                           const SessionOptions& options);

/// Today's earlier sessions, out of a results file where there is one and today has a number to look for,
/// else analysed from what `recordings` lists; says on standard error what was looked at. Throws Refusal
/// where it is interrupted.
[[nodiscard]] History earlier_sessions(const SessionIdentity& today, const Comparing& comparing,
                                       const std::function<std::vector<SessionSource>()>& recordings);

}  // namespace leverkin::tools
