#include "commands/input_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace leverkin::tools {

void require_file(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Refusal(wrong_usage, fmt::format("{}: no such file", path));
  if (std::filesystem::is_directory(path)) {
    throw Refusal(wrong_usage, fmt::format("{}: a folder, expected a file", path),
                  "`leverkin analyze` takes folders");
  }
}

std::string read_text(const std::string& path) {
  std::ifstream file(std::filesystem::path(path), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw Refusal(wrong_usage, fmt::format("{}: cannot be read", path));
  return text;
}

std::string failure_text(const FailedSession& failed) {
  if (failed.error.find(failed.path) != std::string::npos) return failed.error;
  return fmt::format("{}: {}", failed.path, failed.error);
}

}  // namespace leverkin::tools
