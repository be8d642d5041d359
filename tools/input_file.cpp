#include "input_file.h"

#include <fmt/format.h>

#include <filesystem>

namespace leverkin::tools {

void require_file(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Refusal(wrong_usage, fmt::format("{}: no such file", path));
  if (std::filesystem::is_directory(path)) {
    throw Refusal(wrong_usage, fmt::format("{}: a folder, expected a file", path),
                  "`leverkin analyze` takes folders");
  }
}

std::string failure_text(const FailedSession& failed) {
  if (failed.error.find(failed.path) != std::string::npos) return failed.error;
  return fmt::format("{}: {}", failed.path, failed.error);
}

}  // namespace leverkin::tools
