// tools/report/activity_data.h: what does a report show of activity beside movement?
#pragma once

#include "commands/json_text.h"
#include "leverkin/activity_results.h"

namespace leverkin::tools {

[[nodiscard]] Json activity_json(const StoredActivity& activity);

}  // namespace leverkin::tools
