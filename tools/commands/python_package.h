// tools/commands/python_package.h: how does the program run what is written in Python?
#pragma once

#include <string>
#include <vector>

#include "commands/command.h"

namespace leverkin::tools {

/// Hands `arguments` (the command's name first) to the Python package, which takes this process over: it
/// prints, and its exit code is the program's. Throws Refusal where there is no Python (decision 0008 says
/// which one is taken).
[[nodiscard]] ExitCode run_in_python(const std::vector<std::string>& arguments);

}  // namespace leverkin::tools
