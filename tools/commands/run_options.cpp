#include "commands/run_options.h"

#include "commands/command_line.h"

namespace leverkin::tools {

void declare_threads(CommandLine& options, int& threads) {
  options.add_option("--threads", threads, "0: one per core; never changes the numbers")
      .type_name("N")
      .check(whole_number(0))
      .capture_default_str();
}

void declare(CommandLine& options, Output& into, const std::string& what) {
  options.add_flag("--json", into.json, what + " as JSON");
  options.add_flag("--quiet", into.quiet, "say nothing but errors");
}

}  // namespace leverkin::tools
