#include "commands/run_options.h"

#include "commands/command_line.h"

namespace leverkin::tools {

void declare_threads(CommandLine& options, int& threads, const std::string& what) {
  options.add_option("--threads", threads, "0: one per core; never changes the " + what)
      .type_name("N")
      .check(whole_number(0))
      .capture_default_str();
}

OptionMaker declare_json(CommandLine& options, bool& json, const std::string& what) {
  return options.add_flag("--json", json, what + " as JSON");
}

void declare_quiet(CommandLine& options, bool& quiet, const std::string& what) {
  options.add_flag("--quiet", quiet, "say nothing but " + what);
}

void declare_overwrite(CommandLine& options, bool& overwrite) {
  options.add_flag("--overwrite", overwrite, "files that are there already may be replaced");
}

void declare(CommandLine& options, Output& into, const std::string& what, const std::string& always) {
  declare_json(options, into.json, what);
  declare_quiet(options, into.quiet, always);
}

void pass_on(const Output& output, std::vector<std::string>& words) {
  if (output.json) words.emplace_back("--json");
  if (output.quiet) words.emplace_back("--quiet");
}

}  // namespace leverkin::tools
