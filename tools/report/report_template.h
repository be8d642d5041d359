// tools/report/report_template.h: what does a report look like before its data are in it?
#pragma once

#include <string_view>

namespace leverkin::tools {

/// The page of tools/report, with `<!-- data -->` where the data go; empty in a tool that was built without
/// it (LEVERKIN_REPORT=OFF).
[[nodiscard]] std::string_view report_template();

}  // namespace leverkin::tools
