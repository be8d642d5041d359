// tools/commands/command.h: what does a command of leverkin consist of?
#pragma once

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "commands/command_line.h"

namespace leverkin::tools {

/// What a command returns to the shell (docs/formats.md; scripts rely on the numbers).
enum ExitCode : int {
  all_done = 0,
  machine_failed = 1,  ///< our fault or the machine's; also: stopped by Ctrl-C
  wrong_usage = 2,
  bad_input = 3,    ///< nothing could be analysed, no results file is left
  some_failed = 4,  ///< the rest is in the results file
};

/// Ends a command with one line for the person and one on what to do about it.
class Refusal : public std::runtime_error {
 public:
  Refusal(ExitCode code, const std::string& what, std::string hint = {})
      : std::runtime_error(what), code_(code), hint_(std::move(hint)) {}
  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string hint_;
};

struct Example {
  std::string_view line;
  std::string_view meaning;
};

/// What is left to do once the options are read.
using Action = std::function<ExitCode()>;

struct Command {
  std::string_view name;
  std::string_view arguments;  ///< of the usage line
  std::string_view summary;    ///< one line of `leverkin --help`
  std::string_view about;      ///< a few sentences of `leverkin COMMAND --help`
  std::vector<Example> examples;
  /// Adds the options; the action it returns owns what they are read into.
  Action (*declare)(CommandLine& options);
};

extern const Command simulate_command;
extern const Command inspect_command;
extern const Command convert_command;
extern const Command analyze_command;
extern const Command summary_command;
extern const Command report_command;
extern const Command live_command;
extern const Command watch_command;
extern const Command export_command;
extern const Command compare_command;
extern const Command validate_command;
extern const Command sweep_command;
extern const Command activity_command;
extern const Command structures_command;
extern const Command reproduce_command;
extern const Command config_command;
extern const Command doctor_command;
extern const Command completion_command;
extern const Command help_command;

/// In the order of the help.
[[nodiscard]] std::span<const Command* const> all_commands();

/// Throws Refusal with the nearest name where there is none.
[[nodiscard]] const Command& find_command(const std::string& name);

[[nodiscard]] std::vector<OptionFacts> options_of(const Command& command);

}  // namespace leverkin::tools
