// engine/support/processors.h: on how many processors may this process run?
#pragma once

namespace leverkin {

/// At least 1: those that it is allowed to use, not all that there are.
[[nodiscard]] int usable_processors();

}  // namespace leverkin
