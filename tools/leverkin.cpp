// The command line: finds the command, reads its options, runs it, and turns what went wrong into one clear
// line and an exit code.
#include "leverkin/leverkin.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "commands/command.h"
#include "commands/file_guard.h"
#include "terminal/crash.h"
#include "terminal/filter_plugins.h"
#include "terminal/help.h"
#include "terminal/interrupt.h"
#include "terminal/memory.h"
#include "terminal/system.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

ExitCode run_command(const Command& command, const std::vector<std::string>& arguments) {
  CommandLine line(command.name, command.about);
  const Action action = command.declare(line);
  if (!line.parse(arguments)) {
    print(manual(command));
    return all_done;
  }
  watch_for_interrupts();
  look_for_installed_filters();
  return action();
}

ExitCode print_version(const std::vector<std::string>& arguments) {
  if (arguments.size() == 1) {
    print(fmt::format("leverkin {}\n", version()));
  } else if (arguments.size() == 2 && arguments[1] == "--json") {
    print(version_json() + "\n");
  } else {
    throw Refusal(wrong_usage, fmt::format("--version takes nothing but --json, not '{}'", arguments.back()));
  }
  return all_done;
}

ExitCode dispatch(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    print(overview(all_commands()));
    return all_done;
  }
  if (arguments == std::vector<std::string>{"--json", "--version"}) std::swap(arguments[0], arguments[1]);
  if (arguments[0] == "--version") return print_version(arguments);
  if (looks_first(arguments)) return all_done;
  guard_files();
  const Command& command = find_command(arguments[0]);
  arguments.erase(arguments.begin());
  return run_command(command, arguments);
}

/// The one place where exceptions become words and numbers.
ExitCode run(const std::vector<std::string>& arguments) {
  try {
    return dispatch(arguments);
  } catch (const Refusal& refusal) {
    complain(refusal.what(), refusal.hint());
    return refusal.code();
  } catch (const Cancelled&) {
    complain("stopped");
  } catch (const BadArgument& error) {
    complain(error.what());
    return wrong_usage;
  } catch (const BadSession& error) {
    complain(error.what());
    return bad_input;
  } catch (const std::bad_alloc&) {
    complain("out of memory", "fewer --threads need less");
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return machine_failed;
}

/// A reader that has seen enough (`| head`) is no failure; a full disk is.
ExitCode close_output(ExitCode code) {
  const int error = finish_output();
  if (error == 0 || error == EPIPE) return code;
  complain(fmt::format("cannot write to standard output: {}", std::strerror(error)));
  return machine_failed;
}

}  // namespace
}  // namespace leverkin::tools

int main(int count, char** words) {
  using namespace leverkin::tools;
  say_crashes_in_words();
  keep_memory_small();
  prepare_process();
  const ExitCode code = close_output(run(words_of(count, words)));
  expect_exit();
  return code;
}
