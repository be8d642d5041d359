// leverkin/nearest.h: which name did the person mean?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leverkin {

/// The name with the fewest edits to `word`, or empty where none is near enough to be a slip of the fingers.
/// Separators and case count least: "gapms" is nearer to "gap_ms" than to "gaps".
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& names);

/// Is one likely to be a slip of the fingers, or short for the other? ("sesion", "grp" for "group", "subj")
[[nodiscard]] bool alike(std::string_view a, std::string_view b);

}  // namespace leverkin
