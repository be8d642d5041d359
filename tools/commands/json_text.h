// tools/commands/json_text.h: how does a program read our numbers?
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace leverkin::tools {

using Json = nlohmann::ordered_json;

/// Indented, keys in the order given, NaN as null, a line break at the end. Bytes that are not UTF-8 (file
/// names may hold any) are replaced, so the text always parses.
[[nodiscard]] inline std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace leverkin::tools
