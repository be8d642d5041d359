// tools/terminal/terminal.h: where do words go, and may they be coloured?
#pragma once

#include <string>
#include <string_view>

namespace leverkin::tools {

/// Standard output or standard error, and what stands behind it.
struct Stream {
  bool terminal = false;  ///< a person is looking
  bool colour = false;    ///< a terminal, and neither NO_COLOR nor TERM=dumb asks for plain text
  int width = 80;         ///< columns
};

/// Data go here.
[[nodiscard]] const Stream& standard_output();
/// Messages and progress go here.
[[nodiscard]] const Stream& standard_error();

/// True where the user's locale can show more than ASCII.
[[nodiscard]] bool shows_unicode();

enum class Style { bold, dim, red, yellow };

/// `text` as it is where the stream takes no colour.
[[nodiscard]] std::string styled(const Stream& stream, Style style, std::string_view text);

/// Columns that `text` takes: code points, which is right for the names and signs that occur here.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` broken at spaces to 79 columns; every line but the first is indented by `indent`.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent);

/// `text` with everything that would command a terminal (ESC, BEL, CR, C1, a turned direction of writing)
/// written as in JSON, \u001b: what a file says must not act. The codes of styled() stay where the stream
/// takes colour. print() and message() do this to all that they are given.
[[nodiscard]] std::string harmless(const Stream& stream, std::string_view text);

void print(std::string_view text);  ///< data
/// Writes what is still held back; the errno of the first thing that could not be written, 0 where all was.
[[nodiscard]] int finish_output();
void message(std::string_view text);                               ///< one line to standard error
void warn(std::string_view text);                                  ///< "leverkin: warning: ..."
void complain(std::string_view text, std::string_view hint = {});  ///< "leverkin: ..." in red, the hint below

}  // namespace leverkin::tools
