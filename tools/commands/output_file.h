// tools/commands/output_file.h: may a page or a table take the place of what is there?
#pragma once

#include <filesystem>
#include <string_view>

namespace leverkin::tools {

/// Where a file is there that does not begin with `first_words`, as every `kind` ("a report") does, throws
/// Refusal (usage): a recording or results are never replaced by a text.
void require_replaceable(const std::filesystem::path& out, std::string_view first_words,
                         std::string_view kind);

}  // namespace leverkin::tools
