#include "commands/json_text.h"

namespace leverkin::tools {

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace leverkin::tools
