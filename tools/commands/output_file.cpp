#include "commands/output_file.h"

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "commands/command.h"

namespace leverkin::tools {

namespace fs = std::filesystem;

void require_replaceable(const fs::path& out, std::string_view first_words, std::string_view kind) {
  if (!fs::exists(out)) return;
  std::string begin(first_words.size(), '\0');
  if (fs::is_regular_file(out)) std::ifstream(out, std::ios::binary).read(begin.data(), std::ssize(begin));
  if (begin != first_words)
    throw Refusal(wrong_usage,
                  fmt::format("--out {}: found something that is not {}; expected a new name, or "
                              "{} to replace",
                              out.string(), kind, kind));
}

}  // namespace leverkin::tools
