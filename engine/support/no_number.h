// engine/support/no_number.h: what stands where there is no number?
#pragma once

#include <limits>

namespace leverkin {

inline constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace leverkin
