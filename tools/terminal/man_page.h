// tools/terminal/man_page.h: what does `man leverkin` show?
#pragma once

#include <string>

namespace leverkin::tools {

/// The help of all commands, in the language of man(7).
[[nodiscard]] std::string man_page();

}  // namespace leverkin::tools
