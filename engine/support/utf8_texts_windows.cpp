// mingw's library makes a path of a narrow text letter by letter as mbrtowc() does, and a narrow text of a
// path in UTF-8. With this one in its place (the linker's --wrap, in engine/CMakeLists.txt) both are UTF-8,
// in our programs and our DLL alone.
#include <cerrno>
#include <cwchar>

namespace {

constexpr std::size_t invalid = static_cast<std::size_t>(-1), cut_short = static_cast<std::size_t>(-2);

std::size_t refuse() {
  errno = EILSEQ;
  return invalid;
}

}  // namespace

// Of a letter beyond 16 bits the first half takes all bytes but the last, and leaves the second half in
// `state`.
extern "C" std::size_t __wrap_mbrtowc(wchar_t* to, const char* from, std::size_t count,
                                      std::mbstate_t* state) {
  static thread_local std::mbstate_t own;
  if (state == nullptr) state = &own;
  if (from == nullptr) return *state = 0;
  if (count == 0) return cut_short;
  const auto put = [&](unsigned half) {
    if (to != nullptr) *to = static_cast<wchar_t>(half);
  };
  if (*state != 0) {
    put(static_cast<unsigned>(*state));
    *state = 0;
    return 1;
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(from[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80U) {
    put(lead);
    return lead == 0 ? 0 : 1;
  }
  if (lead < 0xC2U || lead > 0xF4U) return refuse();
  const std::size_t bytes = lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  unsigned code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (i == count) return cut_short;
    if ((byte(i) & 0xC0U) != 0x80U) return refuse();
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  if (bytes < 4) {
    if (bytes == 3 && code < 0x800U) return refuse();
    put(code);
    return bytes;
  }
  if (code < 0x10000U || code > 0x10FFFFU) return refuse();
  put(0xD800U + ((code - 0x10000U) >> 10U));
  *state = static_cast<std::mbstate_t>(0xDC00U + (code & 0x3FFU));
  return bytes - 1;
}
