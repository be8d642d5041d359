// engine/support/lower_case.h: how are words compared that people write in any case?
#pragma once

#include <string>

namespace leverkin {

/// Of the letters A to Z, whatever the locale.
[[nodiscard]] inline std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace leverkin
