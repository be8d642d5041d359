// leverkin config: every parameter of the method, with its unit and its source.
#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/run_options.h"
#include "leverkin/parameters.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_config {

struct Options {
  AnalysisOptions analysis;
  bool resolved = false;  ///< says no more than --config and --set do; for scripts that rely on it
  bool json = false;
};

ExitCode run(const Options& options) {
  const Parameters parameters = resolve(options.analysis);
  print(options.json ? to_json(parameters) + "\n" : to_toml(parameters));
  return all_done;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  declare(app, options->analysis);
  app.add_flag("--resolved", options->resolved,
               "the final values, after --config and --set (which imply it)");
  declare_json(app, options->json, "the form that results files store: the parameters");
  return [options] { return run(*options); };
}

}  // namespace of_config

const Command config_command{
    .name = "config",
    .arguments = "[--profile P] [--resolved [--config F.toml] [--set K=V]...]",
    .summary = "every parameter of the method, with unit and source",
    .about =
        "Prints a profile as TOML: every parameter with its unit, its meaning and where its value comes "
        "from. "
        "Keep what you change, and hand the file to `analyze --config`.",
    .examples = {{"leverkin config --profile peters2014 > lab.toml", "a start for your own settings"},
                 {"leverkin config --resolved --config lab.toml --set gap_ms=400",
                  "what a run with these would use"}},
    .declare = of_config::declare,
};

}  // namespace leverkin::tools
