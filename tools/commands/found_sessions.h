// tools/commands/found_sessions.h: which recordings do the paths of a command mean?
#pragma once

#include <string>
#include <vector>

#include "leverkin/pipeline.h"

namespace leverkin::tools {

/// find_sessions() of what a person typed. Throws Refusal: a path that is not there, a manifest that cannot
/// be read, no recording at all. `notes` are told here only where that is so.
[[nodiscard]] std::vector<SessionSource> found_sessions(const std::vector<std::string>& paths,
                                                        const SessionOptions& options,
                                                        std::vector<std::string>& notes, bool quiet);

}  // namespace leverkin::tools
