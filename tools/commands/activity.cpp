// leverkin activity: neural activity beside movement.
#include <fmt/format.h>

#include <memory>

#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/python_package.h"
#include "commands/run_options.h"

namespace leverkin::tools {
namespace of_activity {

struct Options {
  std::string results, out, imaging, profile = "leverkin", events = "peters2017", surplus = "end";
  std::vector<std::string> paths;
  double window_start_s = 0, window_stop_s = 2;
  std::int64_t shuffles = 10'000, seed = 0;
  int threads = 0;
  std::vector<std::string> stages;
  bool same_cells = false, pairwise = false;
  Output output;
};

ExitCode run(const Options& options) {
  require_file(options.results);
  std::vector<std::string> words{"activity", options.results};
  words.insert(words.end(), options.paths.begin(), options.paths.end());
  const std::vector<std::pair<std::string, std::string>> values{
      {"--out", options.out},
      {"--imaging", options.imaging},
      {"--profile", options.profile},
      {"--events", options.events},
      {"--frame-surplus", options.surplus},
      {"--from", fmt::format("{}", options.window_start_s)},
      {"--to", fmt::format("{}", options.window_stop_s)},
      {"--shuffles", std::to_string(options.shuffles)},
      {"--seed", std::to_string(options.seed)},
      {"--threads", std::to_string(options.threads)}};
  for (const auto& [name, value] : values) words.push_back(fmt::format("{}={}", name, value));
  for (const std::string& stage : options.stages) words.push_back("--stage=" + stage);
  if (options.same_cells) words.emplace_back("--same-cells");
  if (options.pairwise) words.emplace_back("--pairwise");
  pass_on(options.output, words);
  return run_in_python(words);
}

void declare_input(CommandLine& app, Options& options) {
  app.add_option("RESULTS", options.results, "results of `leverkin analyze`")
      .type_name("RESULTS.h5")
      .required();
  app.add_option(
      "PATH", options.paths,
      "session files, folders, or a manifest with a column `imaging`; else the files of the results");
  app.add_option("--out", options.out, "everything that is found, as HDF5")
      .type_name("ACTIVITY.h5")
      .required();
  app.add_option("--imaging", options.imaging, "the series that is meant, where it is not the only dF/F")
      .type_name("NAME");
  app.add_option("--frame-surplus", options.surplus, "where one or two times more than frames are cut")
      .type_name("WHERE")
      .check(one_of({"end", "start", "refuse"}))
      .capture_default_str();
  app.add_flag("--same-cells", options.same_cells,
               "without cell_id, row numbers are the same cells in all sessions");
}

void declare_method(CommandLine& app, Options& options) {
  app.add_option("--from", options.window_start_s, "start of the window, s from movement onset (0 or before)")
      .type_name("S")
      .capture_default_str();
  app.add_option("--to", options.window_stop_s, "end of the window, s from movement onset")
      .type_name("S")
      .check(positive_number())
      .capture_default_str();
  app.add_option("--profile", options.profile, "how cells are classified")
      .type_name("P")
      .check(one_of({"leverkin", "peters2014", "peters2017"}))
      .capture_default_str();
  app.add_option("--events", options.events, "how events are found in dF/F")
      .type_name("METHOD")
      .check(one_of({"peters2014", "peters2014_inhibitory", "peters2017"}))
      .capture_default_str();
  app.add_option("--shuffles", options.shuffles, "orders of movement and rest that are compared")
      .type_name("N")
      .check(whole_number(1))
      .capture_default_str();
  app.add_option("--seed", options.seed, "same seed, same numbers")
      .type_name("K")
      .check(whole_number(0))
      .capture_default_str();
  app.add_option("--stage", options.stages, "sessions whose trial pairs are binned together; repeatable")
      .type_name("NAME=N,N,...")
      .one_value();
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  declare_input(app, *options);
  declare_method(app, *options);
  declare_threads(app, options->threads);
  app.add_flag("--pairwise", options->pairwise, "also r of every pair of trials");
  declare(app, options->output, "what was found");
  return [options] { return run(*options); };
}

}  // namespace of_activity

const Command activity_command{
    .name = "activity",
    .arguments = "RESULTS.h5 [PATH...] --out ACTIVITY.h5",
    .summary = "neural activity beside movement",
    .about =
        "Which cells are active with movement, when and how reliably; whether activity is alike where "
        "movements "
        "are; and how the population changes over sessions. Reads the imaging of the sessions (NWB, plain "
        "HDF5, "
        "suite2p). Needs the Python package (docs/activity.md).",
    .examples = {{"leverkin activity results.h5 --out activity.h5", "imaging in the session files"},
                 {"leverkin activity results.h5 mice.csv --imaging spks --out activity.h5",
                  "where the manifest says, deconvolved spikes"}},
    .declare = of_activity::declare,
};

}  // namespace leverkin::tools
