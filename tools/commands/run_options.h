// tools/commands/run_options.h: with how many threads does a command run, and how does it say what it found?
#pragma once

#include <string>

namespace leverkin::tools {

class CommandLine;

/// --threads
void declare_threads(CommandLine& options, int& threads);

/// --json and --quiet
struct Output {
  bool json = false, quiet = false;
};

/// `what`: is told as JSON, "the table".
void declare(CommandLine& options, Output& into, const std::string& what);

}  // namespace leverkin::tools
