// engine/io/formats/units.h: how many volts is one of what a recording says its values are?
#pragma once

#include <string>

#include "leverkin/session.h"

namespace leverkin {

/// 1 for V, 1e-3 for mV, 1e-6 for uV, in any usual spelling, and for no unit at all; a length by
/// info.mm_per_volt. Throws BadSession for any other unit: `attribute` is where it stands.
[[nodiscard]] double volts_per_unit(SessionInfo& info, const std::string& unit, const std::string& attribute);

}  // namespace leverkin
