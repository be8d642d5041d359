#include "report/report_template.h"

namespace leverkin::tools {

std::string_view report_template() { return {}; }

}  // namespace leverkin::tools
