#include "io/session_path.h"

#include <fmt/format.h>

#include "io/link_name.h"
#include "leverkin/error.h"

namespace leverkin {

namespace fs = std::filesystem;

fs::path subject_path(const fs::path& folder, const std::string& subject, std::string_view ending) {
  const std::string link = link_name(subject);
  if (link == "..")
    throw BadArgument("subject ..: found a name that no folder can have; a manifest may give another");
  return folder / link / fmt::format("{}{}", link, ending);
}

fs::path session_path(const fs::path& folder, const SessionIdentity& identity, std::string_view ending) {
  return subject_path(folder, identity.subject, fmt::format("_session_{:02d}{}", identity.session, ending));
}

void make_folder_of(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error)
    throw IoError(fmt::format("{}: cannot be made: {}", path.parent_path().string(), error.message()));
}

}  // namespace leverkin
