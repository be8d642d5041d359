// engine/io/nwb_specifications.h: which types does NWB define?
#pragma once

#include <span>

namespace leverkin::nwb {

/// One text of a specification: /specifications/<library>/<version>/<name> of a file.
struct Specification {
  const char *library, *version, *name, *json;
};

[[nodiscard]] std::span<const Specification> specifications();

/// Of the library "core": what a file says as its nwb_version.
[[nodiscard]] const char* schema_version();

}  // namespace leverkin::nwb
