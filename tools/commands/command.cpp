#include "commands/command.h"

#include <fmt/format.h>

#include <array>

#include "leverkin/nearest.h"

namespace leverkin::tools {

std::span<const Command* const> all_commands() {
  static const std::array commands{
      &simulate_command,  &inspect_command,  &convert_command,    &analyze_command,  &summary_command,
      &report_command,    &live_command,     &watch_command,      &export_command,   &compare_command,
      &reproduce_command, &validate_command, &sweep_command,      &activity_command, &structures_command,
      &config_command,    &doctor_command,   &completion_command, &help_command};
  return commands;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command* command : all_commands()) {
    if (command->name == name) return *command;
    names.emplace_back(command->name);
  }
  const std::string near = nearest(name, names);
  throw Refusal(wrong_usage,
                fmt::format("there is no {} '{}'", name.starts_with("-") ? "option" : "command", name),
                near.empty() ? "`leverkin --help` lists the commands"
                             : fmt::format("did you mean `leverkin {}`?", near));
}

std::vector<OptionFacts> options_of(const Command& command) {
  CommandLine line(command.name, command.about);
  (void)command.declare(line);  // the action is not wanted
  return line.facts();
}

}  // namespace leverkin::tools
