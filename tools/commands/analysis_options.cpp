#include "commands/analysis_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/input_file.h"
#include "commands/json_text.h"
#include "leverkin/error.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
void declare(CommandLine& options, AnalysisOptions& into) {
  options
      .add_option("--profile", into.profile, fmt::format("{} [chen2015]", fmt::join(profile_names(), " or ")))
      .type_name("P")
      .offers(profile_names());
  options.add_option("--config", into.config, "parameters from a TOML file, over the profile")
      .type_name("F.toml");
  options
      .add_option("--set", into.set, "one parameter, over all else; repeatable; `leverkin config` lists them")
      .type_name("K=V")
      .one_value();
}

Parameters resolve(const AnalysisOptions& options) {
  Parameters parameters = profile(options.profile.empty() ? "chen2015" : options.profile);
  if (!options.config.empty()) {
    const std::string fallback = parameters.profile;
    parameters = parameters_from_toml(read_text(options.config), options.config, fallback);
    if (!options.profile.empty() && parameters.profile != fallback) {
      warn(fmt::format("{} chooses the profile {}; --profile {} is not used", options.config,
                       parameters.profile, fallback));
    }
  }
  for (const std::string& assignment : options.set) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Refusal(wrong_usage, fmt::format("--set {}: expected NAME=VALUE", assignment),
                    "for example --set gap_ms=400; `leverkin config` lists the names");
    }
    set_parameter(parameters, assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  check(parameters);
  return parameters;
}

Parameters stored_parameters(const StoredResults& results) {
  Parameters parameters;
  parameters.profile = results.profile;
  const Json stored = Json::parse(results.config_json, nullptr, false);
  for (const ParameterInfo& info : parameter_table()) {
    const auto value = stored.find(info.name);
    if (value == stored.end()) continue;
    set_parameter(parameters, info.name, value->is_string() ? value->get<std::string>() : value->dump());
  }
  return parameters;
}

void check_results_name(const std::string& out) {
  if (std::filesystem::is_directory(out))
    throw Refusal(wrong_usage, fmt::format("--out {}: a folder, expected the name of a file", out));
  const std::string suffix = std::filesystem::path(out).extension().string();
  if (suffix.empty() || suffix == ".h5" || suffix == ".hdf5") return;
  throw Refusal(wrong_usage,
                fmt::format("--out {}: expected a name that ends in .h5: results are an HDF5 file", out),
                "`leverkin report` makes a page of them (docs/troubleshooting.md#other-outputs)");
}

}  // namespace leverkin::tools
