// engine/io/text_encoding.h: in which alphabet was this text written?
#pragma once

#include <string>

namespace leverkin {

[[nodiscard]] bool is_utf8(const std::string& text);

/// UTF-8 of a text of Windows-1252, the alphabet of most old acquisition programs; bytes that it does not
/// have become question marks.
[[nodiscard]] std::string from_windows_1252(const std::string& text);

/// `text` where it is UTF-8, else taken as Windows-1252.
[[nodiscard]] std::string as_utf8(const std::string& text);

}  // namespace leverkin
