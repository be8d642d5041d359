// leverkin/whole_file.h: how does a text become a file, whole or not at all?
#pragma once

#include <filesystem>
#include <string_view>

namespace leverkin {

/// Writes beside `path` (where it is a link: beside what it leads to) and renames. Throws IoError with the
/// path and the system's reason; then no file is left, and an older one stays as it was.
void write_whole_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace leverkin
