// engine/support/nearest.h: which name did the person mean?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leverkin {

/// The name with the fewest edits to `word`; "_", "-" and capitals count only between names that are equal
/// without them, so that "gapms" means "gap_ms" and not "gaps". Empty where there are no names.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& names);

/// Is one likely to be a slip of the fingers, or short for the other? ("sesion", "grp" for "group", "subj")
[[nodiscard]] bool alike(std::string_view a, std::string_view b);

}  // namespace leverkin
