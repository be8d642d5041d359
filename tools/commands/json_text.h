// tools/commands/json_text.h: how does a program read our numbers?
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace leverkin::tools {

using Json = nlohmann::ordered_json;

/// Indented, keys in the order given, NaN as null, a line break at the end. Bytes that are not UTF-8 (file
/// names may hold any) are replaced, so the text always parses.
[[nodiscard]] std::string json_text(const Json& json);

}  // namespace leverkin::tools
