#include <dirent.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "support/folder_entries.h"

namespace leverkin {

namespace fs = std::filesystem;

std::vector<fs::path> folder_entries(const fs::path& folder, std::error_code& error) {
  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };
  std::vector<fs::path> found;
  errno = 0;
  if (const std::unique_ptr<DIR, Close> open{::opendir(folder.c_str())})
    while (const dirent* entry = ::readdir(open.get()))
      if (const std::string_view name = entry->d_name; name != "." && name != "..") {
        found.push_back(folder / name);
        errno = 0;
      }
  error = {errno, std::generic_category()};
  return found;
}

}  // namespace leverkin
