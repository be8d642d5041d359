#include "support/folder_entries.h"

namespace leverkin {

namespace fs = std::filesystem;

std::vector<fs::path> folder_entries(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> found;
  error.clear();
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
  } catch (const fs::filesystem_error& failure) {
    error = failure.code();
  }
  return found;
}

}  // namespace leverkin
