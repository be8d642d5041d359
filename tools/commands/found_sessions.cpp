#include "commands/found_sessions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "commands/command.h"
#include "leverkin/error.h"
#include "terminal/terminal.h"

namespace leverkin::tools {

namespace fs = std::filesystem;

std::vector<SessionSource> found_sessions(const std::vector<std::string>& typed,
                                          const SessionOptions& options, std::vector<std::string>& notes,
                                          bool quiet) {
  const std::vector<fs::path> paths(typed.begin(), typed.end());
  for (const fs::path& path : paths) {
    if (!fs::exists(path))
      throw Refusal(wrong_usage, fmt::format("{}: no such file or folder", path.string()));
  }
  std::vector<SessionSource> sources;
  try {
    sources = find_sessions(paths, &notes, options);
  } catch (const BadArgument& error) {  // a manifest that cannot be read: the input is bad, not the command
    throw Refusal(bad_input, error.what());
  }
  if (!sources.empty()) return sources;
  if (!quiet) std::ranges::for_each(notes, warn);
  throw Refusal(bad_input, fmt::format("{}: no session files there", typed.front()),
                options.mapping.empty() ? fmt::format("session files end in {}; results files are skipped",
                                                      fmt::join(session_suffixes(), ", "))
                                        : "the mapping is for other names; its key files says which");
}

}  // namespace leverkin::tools
