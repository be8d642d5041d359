#include "io/text_encoding.h"

#include <iconv.h>

#include <cerrno>
#include <new>
#include <optional>

namespace leverkin {
namespace {

// What the system makes of a text in `alphabet`; nothing where it is none. `replace`: bytes that it does not
// have become "?".
std::optional<std::string> utf8_of(const std::string& text, const char* alphabet, bool replace) {
  const iconv_t converter = iconv_open("UTF-8", alphabet);
  if (converter == reinterpret_cast<iconv_t>(-1)) throw std::bad_alloc();  // both are always known
  std::string input = text, output(4 * text.size() + 4, '\0');
  char *from = input.data(), *to = output.data();
  std::size_t left = input.size(), room = output.size();
  bool good = true;
  while (left > 0 && iconv(converter, &from, &left, &to, &room) == static_cast<std::size_t>(-1)) {
    good = replace && (errno == EILSEQ || errno == EINVAL);
    if (!good) break;
    *to++ = '?';
    --room;
    ++from;
    --left;
  }
  iconv_close(converter);
  if (!good) return std::nullopt;
  output.resize(output.size() - room);
  return output;
}

}  // namespace

bool is_utf8(const std::string& text) { return utf8_of(text, "UTF-8", false).has_value(); }

std::string from_windows_1252(const std::string& text) { return *utf8_of(text, "WINDOWS-1252", true); }

}  // namespace leverkin
