#include "io/filter_folders.h"

#include <algorithm>
#include <system_error>

#include "io/hdf5.h"
#include "leverkin/session.h"
#include "support/system_file.h"

namespace leverkin {

std::vector<std::string> filter_folders() {
  std::vector<std::string> folders;
  unsigned count = 0;
  H5PLsize(&count);
  for (unsigned i = 0; i < count; ++i) {
    std::string folder(static_cast<std::size_t>(std::max<ssize_t>(0, H5PLget(i, nullptr, 0))), '\0');
    H5PLget(i, folder.data(), folder.size() + 1);
    folders.push_back(std::move(folder));
  }
  return folders;
}

void look_for_filters_in(const std::filesystem::path& folder) {
  const hdf5::Lock lock;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return;
  const std::vector<std::string> known = filter_folders();
  if (std::ranges::find(known, folder.string()) != known.end()) return;
  // HDF5 1.10 ends its search at the first folder that is not there, as its own often is.
  for (std::size_t i = known.size(); i-- > 0;)
    if (!std::filesystem::is_directory(known[i], ignored)) H5PLremove(static_cast<unsigned>(i));
  H5PLappend(system_file::c_name(folder).c_str());
}

}  // namespace leverkin
