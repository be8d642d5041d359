#include "commands/whole_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "commands/command.h"

namespace leverkin::tools {

void write_whole_file(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path temporary = path;
  temporary += fmt::format(".{}.tmp", ::getpid());
  errno = 0;
  std::ofstream file(temporary, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  int reason = errno;
  std::error_code error;
  if (file) {
    std::filesystem::rename(temporary, path, error);
    reason = error.value();
  }
  if (file && !error) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  throw Refusal(machine_failed,
                fmt::format("{}: cannot be written: {}", path.string(), std::strerror(reason)));
}

}  // namespace leverkin::tools
