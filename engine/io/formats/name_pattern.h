// engine/io/formats/name_pattern.h: does a file's name match a pattern with *, ? and [...]?
#pragma once

#include <string>

namespace leverkin {

/// As in the shell: a leading "." is matched by a "." only.
[[nodiscard]] bool matches_pattern(const std::string& name, const std::string& pattern);

}  // namespace leverkin
