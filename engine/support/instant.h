// engine/support/instant.h: when was that, on a clock that all time zones share?
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace leverkin {

/// UTC.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// An ISO 8601 date, or date and time: "2026-03-01", "2026-03-01T10:00:00.25+01:00", "20260301T0900Z"; a
/// space serves as the T. A time without an offset from UTC is taken as UTC. Anything else: nothing.
[[nodiscard]] std::optional<Instant> instant_of(std::string_view iso8601);

}  // namespace leverkin
