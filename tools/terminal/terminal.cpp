#include "terminal/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

#include "terminal/system.h"

namespace leverkin::tools {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

Stream describe(int descriptor) {
  Stream stream{.terminal = is_terminal(descriptor)};
  stream.colour = stream.terminal && takes_colour_codes() && !is_set("NO_COLOR");  // https://no-color.org
  if (stream.terminal) stream.width = columns_of(descriptor);
  return stream;
}

constexpr std::size_t line_width = 79;  // also where the terminal is wider: long lines are hard to read

constexpr std::array<std::string_view, 5> our_codes{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m"};

/// A character and the bytes it takes; bytes that are no UTF-8 stand for themselves.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t bytes = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : lead >= 0xC2U ? 2 : 1;
  if (lead < 0x80U || bytes == 1 || lead > 0xF4U || text.size() < bytes) return {lead, 1};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {lead, 1};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  return {code, bytes};
}

// C0 but for the line's end and the tab, DEL, C1, and what turns the direction of writing around.
bool commands_a_terminal(char32_t code) {
  return (code < 0x20U && code != U'\n' && code != U'\t') || (code >= 0x7FU && code < 0xA0U) ||
         (code >= 0x202AU && code <= 0x202EU) || (code >= 0x2066U && code <= 0x2069U);
}

int first_output_error = 0;

void note_output_error() {
  if (first_output_error == 0) first_output_error = errno;
}

}  // namespace

const Stream& standard_output() {
  static const Stream stream = describe(fileno(stdout));
  return stream;
}

const Stream& standard_error() {
  static const Stream stream = describe(fileno(stderr));
  return stream;
}

bool shows_unicode() {
  if (always_shows_unicode()) return true;
  // The first that is set decides (POSIX, environment variables).
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!is_set(variable)) continue;
    const std::string_view locale = std::getenv(variable);
    return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
  }
  return false;
}

std::string styled(const Stream& stream, Style style, std::string_view text) {
  if (!stream.colour || text.empty()) return std::string(text);
  const char* code = "1";
  if (style == Style::dim) code = "2";
  if (style == Style::red) code = "31";
  if (style == Style::yellow) code = "33";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char byte : text) width += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
  return width;
}

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > indent && column + 1 + display_width(word) > line_width) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += display_width(word);
  }
  return lines;
}

std::string harmless(const Stream& stream, std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto ours =
        std::ranges::find_if(our_codes, [&](std::string_view code) { return text.starts_with(code); });
    const bool is_ours = stream.colour && ours != our_codes.end();
    const Character character = first_of(text);
    const std::size_t bytes = is_ours ? ours->size() : character.bytes;
    if (!is_ours && commands_a_terminal(character.code))
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(character.code));
    else
      safe += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return safe;
}

void print(std::string_view text) {
  const std::string safe = harmless(standard_output(), text);
  if (std::fwrite(safe.data(), 1, safe.size(), stdout) < safe.size()) note_output_error();
}

int finish_output() {
  if (std::fflush(stdout) != 0) note_output_error();
  return first_output_error;
}

void message(std::string_view text) {
  const std::string line = harmless(standard_error(), fmt::format("{}\n", text));
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void warn(std::string_view text) {
  message(styled(standard_error(), Style::yellow, fmt::format("leverkin: warning: {}", text)));
}

void complain(std::string_view text, std::string_view hint) {
  message(styled(standard_error(), Style::red, fmt::format("leverkin: {}", text)));
  if (!hint.empty()) message(fmt::format("  {}", hint));
}

}  // namespace leverkin::tools
