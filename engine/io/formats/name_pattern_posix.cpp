#include <fnmatch.h>

#include "io/formats/name_pattern.h"

namespace leverkin {

bool matches_pattern(const std::string& name, const std::string& pattern) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

}  // namespace leverkin
