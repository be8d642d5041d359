#include "terminal/filter_plugins.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "leverkin/session.h"
#include "terminal/system.h"

namespace leverkin::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* plugins = "hdf5plugin/plugins";

/// Where packages lie below the prefix of a Python, of any version.
std::vector<fs::path> packages_below(const fs::path& prefix) {
  std::vector<fs::path> folders{prefix / "Lib" / "site-packages",
                                prefix / "lib" / "python3" / "dist-packages"};
  std::error_code error;
  for (fs::directory_iterator entry(prefix / "lib", error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename().string().starts_with("python3."))
      for (const char* name : {"site-packages", "dist-packages"}) folders.push_back(entry->path() / name);
  return folders;
}

std::vector<fs::path> prefixes() {
  std::vector<fs::path> found;
  for (const auto& [variable, below] :
       {std::pair{"VIRTUAL_ENV", ""}, std::pair{"CONDA_PREFIX", ""}, std::pair{"HOME", ".local"}})
    if (const char* value = std::getenv(variable); value != nullptr && *value != '\0')
      found.push_back(fs::path(value) / below);
  found.insert(found.end(), {"/usr/local", "/usr"});
  return found;
}

}  // namespace

void look_for_installed_filters() {
  const fs::path here = this_program().parent_path();
  if (!here.empty()) {
    look_for_filters_in(here.parent_path().parent_path() / plugins);  // the program of a Python package
    for (const fs::path& packages : packages_below(here.parent_path()))
      look_for_filters_in(packages / plugins);
  }
  for (const fs::path& prefix : prefixes())
    for (const fs::path& packages : packages_below(prefix)) look_for_filters_in(packages / plugins);
}

}  // namespace leverkin::tools
