// The command line: finds the command, reads its options, runs it, and turns what went wrong into one clear
// line and an exit code.
#include "leverkin/leverkin.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>

#include "commands/command.h"
#include "terminal/help.h"
#include "terminal/interrupt.h"
#include "terminal/nearest.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

const std::array commands{&simulate_command, &inspect_command, &analyze_command, &summary_command,
                          &report_command,   &live_command,    &watch_command,   &config_command};

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command* command : commands) {
    if (command->name == name) return *command;
    names.emplace_back(command->name);
  }
  const std::string near = nearest(name, names);
  throw Refusal(wrong_usage,
                fmt::format("there is no {} '{}'", name.starts_with("-") ? "option" : "command", name),
                near.empty() ? "`leverkin --help` lists the commands"
                             : fmt::format("did you mean `leverkin {}`?", near));
}

[[noreturn]] void refuse_unknown(const CLI::App& options, const std::string& command,
                                 const std::vector<std::string>& unknown) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string& word = unknown.front();
  const std::string near = word.starts_with("-") ? nearest(word, names) : std::string();
  const bool option = word.starts_with("-") && word != "-";
  throw Refusal(wrong_usage,
                fmt::format("{}: {} '{}'", command, option ? "there is no option" : "unexpected", word),
                near.empty() ? fmt::format("`leverkin {} --help` lists what it takes", command)
                             : fmt::format("did you mean {}?", near));
}

std::string in_words(const CLI::ParseError& error) {
  std::string text = error.what();
  // "--out: 1 required RESULTS.h5 missing"
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return text.substr(0, text.find(':')) + " needs a value";
  return text;
}

ExitCode run_command(const Command& command, const std::vector<std::string>& arguments) {
  const std::string name(command.name);
  CLI::App options(std::string(command.about), name);
  options.get_option("--help")->description("show this page");
  options.allow_extras();  // refused below, in our own words
  const Action action = command.declare(options);
  try {
    // CLI11 takes them from the back.
    options.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    print(manual(command, options));
    return all_done;
  } catch (const CLI::ParseError& error) {
    if (const auto unknown = options.remaining(); !unknown.empty()) refuse_unknown(options, name, unknown);
    throw Refusal(wrong_usage, fmt::format("{}: {}", name, in_words(error)),
                  fmt::format("`leverkin {} --help` explains it", name));
  }
  if (const auto unknown = options.remaining(); !unknown.empty()) refuse_unknown(options, name, unknown);
  watch_for_interrupts();
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
    print(overview(commands));
    return all_done;
  }
  if (arguments == std::vector<std::string>{"--json", "--version"}) std::swap(arguments[0], arguments[1]);
  if (arguments[0] == "--version") return print_version(arguments);
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
  std::signal(SIGPIPE, SIG_IGN);
  return close_output(run(std::vector<std::string>(words + std::min(count, 1), words + count)));
}
