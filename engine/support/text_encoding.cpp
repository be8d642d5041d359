#include "support/text_encoding.h"

#include <array>
#include <cstddef>

namespace leverkin {
namespace {

// Bytes 0x80 to 0x9F; 0: there is no such character. The others are those of Unicode.
constexpr std::array<unsigned, 32> windows_1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// Bytes of the character that begins at `at`, in its one and shortest form; 0 where there is none.
std::size_t character_at(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned lead = byte(0), second = byte(1);
  if (lead < 0x80U) return 1;
  if (lead < 0xC2U || lead > 0xF4U) return 0;
  const std::size_t bytes = lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  for (std::size_t i = 1; i < bytes; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  const bool too_long = (lead == 0xE0U && second < 0xA0U) || (lead == 0xF0U && second < 0x90U);
  const bool half_of_a_pair = lead == 0xEDU && second >= 0xA0U;
  const bool beyond_unicode = lead == 0xF4U && second >= 0x90U;
  return too_long || half_of_a_pair || beyond_unicode ? 0 : bytes;
}

void append_character(std::string& text, unsigned code) {
  if (code >= 0x800U) {
    text += static_cast<char>(0xE0U | (code >> 12U));
    text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
  } else {
    text += static_cast<char>(0xC0U | (code >> 6U));
  }
  text += static_cast<char>(0x80U | (code & 0x3FU));
}

}  // namespace

bool is_utf8(const std::string& text) {
  for (std::size_t at = 0, bytes = 0; at < text.size(); at += bytes)
    if ((bytes = character_at(text, at)) == 0) return false;
  return true;
}

std::string from_windows_1252(const std::string& text) {
  std::string utf8;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const unsigned code = byte >= 0x80U && byte < 0xA0U ? windows_1252[byte - 0x80U] : byte;
    if (byte < 0x80U)
      utf8 += letter;
    else if (code == 0)
      utf8 += '?';
    else
      append_character(utf8, code);
  }
  return utf8;
}

std::string as_utf8(const std::string& text) { return is_utf8(text) ? text : from_windows_1252(text); }

}  // namespace leverkin
