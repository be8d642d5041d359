#include "io/link_name.h"

#include <fmt/format.h>

#include "leverkin/error.h"

namespace leverkin {

std::string link_name(const std::string& name) {
  const bool holds_nul = name.find('\0') != std::string::npos;
  if (name.empty() || name == "." || holds_nul)
    throw BadArgument(
        fmt::format("name of a subject or group: found \"{}\"{}; expected text that a results file can use "
                    "as the name of an HDF5 group",
                    name.substr(0, name.find('\0')), holds_nul ? " and a byte of 0" : ""));
  std::string link;
  for (const char letter : name) {
    if (letter == '/')
      link += "\u2215";
    else
      link += letter;
  }
  return link;
}

}  // namespace leverkin
