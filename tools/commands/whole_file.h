// tools/commands/whole_file.h: how does a text become a file, whole or not at all?
#pragma once

#include <filesystem>
#include <string_view>

namespace leverkin::tools {

/// Writes beside `path` and renames. Throws Refusal with the system's reason; then no file is left, and an
/// older one stays as it was.
void write_whole_file(const std::filesystem::path& path, std::string_view text);

}  // namespace leverkin::tools
