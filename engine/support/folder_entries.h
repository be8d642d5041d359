// engine/support/folder_entries.h: what is in a folder?
#pragma once

#include <filesystem>
#include <system_error>
#include <vector>

namespace leverkin {

/// The paths in a folder, in no order. Where it cannot be read, `error` says why, and what came before is
/// given. libstdc++'s directory_iterator ends the process where memory runs out. POSIX in
/// folder_entries_posix.cpp, Windows in folder_entries_windows.cpp.
[[nodiscard]] std::vector<std::filesystem::path> folder_entries(const std::filesystem::path& folder,
                                                                std::error_code& error);

}  // namespace leverkin
