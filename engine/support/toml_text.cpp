#include "support/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "leverkin/error.h"

namespace leverkin {

toml::table toml_table(std::string_view text, std::string_view origin) {
  // The parser limits brackets itself; each dot of a key may be a table in a table, and tables go one in
  // another when they are looked at and thrown away: a hundred thousand would be more than a stack holds.
  constexpr std::ptrdiff_t most_dots = 2000;
  if (std::ranges::count(text, '.') > most_dots)
    throw BadArgument(
        fmt::format("{}: found more than {} dots; expected a configuration, with tables of one level", origin,
                    most_dots));
  try {
    return toml::parse(text, std::string(origin));
  } catch (const toml::parse_error& error) {
    throw BadArgument(fmt::format("{}: line {}: {}", origin, error.source().begin.line, error.description()));
  }
}

}  // namespace leverkin
