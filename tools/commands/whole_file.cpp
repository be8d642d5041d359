#include "commands/whole_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "commands/command.h"
#include "terminal/system.h"

namespace leverkin::tools {

void write_whole_file(const std::filesystem::path& given, std::string_view text) {
  std::error_code error;  // of a link, the file behind it is written
  const bool leads_to_a_file =
      std::filesystem::is_symlink(given, error) && std::filesystem::exists(given, error);
  const std::filesystem::path path = leads_to_a_file ? std::filesystem::canonical(given) : given;
  std::filesystem::path temporary = path;
  temporary += fmt::format(".{}.tmp", process_id());
  errno = 0;
  std::ofstream file(temporary, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  int reason = errno;
  error.clear();
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
