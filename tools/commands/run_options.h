// tools/commands/run_options.h: with how many threads does a command run, and how does it say what it found?
#pragma once

#include <string>
#include <vector>

namespace leverkin::tools {

class CommandLine;
class OptionMaker;

/// --threads; how many they are never changes `what`.
void declare_threads(CommandLine& options, int& threads, const std::string& what = "numbers");

/// --json: `what`, "the table", is told as JSON.
OptionMaker declare_json(CommandLine& options, bool& json, const std::string& what);

/// --quiet: nothing is said but `what`.
void declare_quiet(CommandLine& options, bool& quiet, const std::string& what = "errors");

/// --overwrite
void declare_overwrite(CommandLine& options, bool& overwrite);

/// --json and --quiet
struct Output {
  bool json = false, quiet = false;
};

void declare(CommandLine& options, Output& into, const std::string& what,
             const std::string& always = "errors");

/// To the words of a command that is written in Python.
void pass_on(const Output& output, std::vector<std::string>& words);

}  // namespace leverkin::tools
