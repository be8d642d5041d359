// tools/terminal/nearest.h: which name did the person mean?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leverkin::tools {

/// The name with the fewest edits to `word`, or empty where none is near enough to be a slip of the fingers.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace leverkin::tools
