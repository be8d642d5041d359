// tools/terminal/quantities.h: how is a number shown to a person?
#pragma once

#include <cstdint>
#include <string>

namespace leverkin::tools {

/// "0.412"; "-" where there is none (NaN).
[[nodiscard]] std::string number(double value, int decimals);

/// 0.893 -> "89.3"; "-" where there is none.
[[nodiscard]] std::string percent(double fraction);

/// 1812.4 s -> "30 min 12 s"; 42.5 s -> "42.5 s"
[[nodiscard]] std::string duration_text(double seconds);

/// 72.0 s -> "1:12"
[[nodiscard]] std::string clock_text(double seconds);

/// 10000 -> "10000 Hz", 29997.00033 -> "29997.00033 Hz"
[[nodiscard]] std::string rate_text(double hertz);

/// 12345678 -> "12.3 MB"
[[nodiscard]] std::string bytes_text(std::uintmax_t bytes);

/// 1, "session" -> "1 session"; 2 -> "2 sessions"
[[nodiscard]] std::string counted(std::int64_t n, const char* noun);

}  // namespace leverkin::tools
