#include "commands/file_guard.h"

#include <cstdlib>

#include "commands/command_line.h"
#include "leverkin/reading_guard.h"
#include "terminal/crash.h"
#include "terminal/system.h"

namespace leverkin::tools {
namespace {

// What this program calls itself as; not for people.
constexpr const char* look_command = "look-first";
constexpr const char* outside_option = "--outside-files";

}  // namespace

void guard_files(bool outside_files) {
  allow_outside_files(outside_files);
  std::vector<std::string> command{command_of_this_program(), look_command};
  if (outside_files) command.emplace_back(outside_option);
  guard_reading(std::move(command));
}

bool looks_first(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] != look_command) return false;
  leave_crashes_to_the_system();
  allow_outside_files(arguments.size() > 1 && arguments[1] == outside_option);
  serve_looks();
  std::_Exit(EXIT_SUCCESS);  // what damaged files left of HDF5 prints when it is taken down
}

void declare_outside_files(CommandLine& options, bool& outside_files) {
  options.add_flag(outside_option, outside_files, "follow links that leave the folder of a recording");
}

}  // namespace leverkin::tools
