// engine/io/session_path.h: where does the file of a session go, in a folder of many?
#pragma once

#include <filesystem>
#include <string_view>

#include "leverkin/session.h"

namespace leverkin {

/// <folder>/<subject>/<subject>_session_<NN><ending>. Throws BadArgument where no folder can have the
/// animal's name.
[[nodiscard]] std::filesystem::path session_path(const std::filesystem::path& folder,
                                                 const SessionIdentity& identity, std::string_view ending);

/// <folder>/<subject>/<subject><ending>
[[nodiscard]] std::filesystem::path subject_path(const std::filesystem::path& folder,
                                                 const std::string& subject, std::string_view ending);

/// Makes the folder that `path` lies in. Throws IoError.
void make_folder_of(const std::filesystem::path& path);

}  // namespace leverkin
