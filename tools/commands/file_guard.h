// tools/commands/file_guard.h: which files may be opened, and who looks at them first?
#pragma once

#include <string>
#include <vector>

namespace leverkin::tools {

class CommandLine;

/// Has every file looked at first by this program in a process of its own (leverkin/reading_guard.h).
/// `outside_files`: also those outside the folder of a recording that it leads to.
void guard_files(bool outside_files = false);

/// Where the arguments are those of that process: does its work, and says true.
[[nodiscard]] bool looks_first(const std::vector<std::string>& arguments);

/// Adds --outside-files.
void declare_outside_files(CommandLine& options, bool& outside_files);

}  // namespace leverkin::tools
