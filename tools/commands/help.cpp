// leverkin help: a page about one command, or about all of them.
#include "terminal/help.h"

#include "commands/command.h"
#include "terminal/man_page.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_help {

struct Options {
  std::string command;
  bool man = false;
};

ExitCode run(const Options& options) {
  if (options.man)
    print(man_page());
  else
    print(options.command.empty() ? overview(all_commands()) : manual(find_command(options.command)));
  return all_done;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  std::vector<std::string> names;
  for (const Command* command : all_commands()) names.emplace_back(command->name);
  app.add_option("COMMAND", options->command, "which; none: a list of all").offers(names);
  app.add_flag("--man", options->man, "all of it as a manual page, for `man`");
  return [options] { return run(*options); };
}

}  // namespace of_help

const Command help_command{
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "explains a command, with examples",
    .about = "Prints what `leverkin COMMAND --help` prints.",
    .examples = {{"leverkin help analyze", ""},
                 {"leverkin help --man > leverkin.1", "then: man ./leverkin.1"}},
    .declare = of_help::declare,
};

}  // namespace leverkin::tools
