// engine/support/toml_text.h: how is a configuration read without trusting it?
#pragma once

#include <toml++/toml.h>

#include <string_view>

namespace leverkin {

/// Throws BadArgument, with `origin` and line, for text that is not TOML or is nested more deeply than any
/// configuration.
[[nodiscard]] toml::table toml_table(std::string_view text, std::string_view origin);

}  // namespace leverkin
