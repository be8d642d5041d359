#include "commands/analysis_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "commands/command.h"
#include "commands/input_file.h"
#include "leverkin/error.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

template <typename Number>
bool reads(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void declare(CLI::App& options, AnalysisOptions& into) {
  options
      .add_option("--profile", into.profile, fmt::format("{} [chen2015]", fmt::join(profile_names(), " or ")))
      ->type_name("P");
  options.add_option("--config", into.config, "parameters from a TOML file, over the profile")
      ->type_name("F.toml");
  options
      .add_option("--set", into.set, "one parameter, over all else; repeatable; `leverkin config` lists them")
      ->type_name("K=V")
      ->allow_extra_args(false);
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

CLI::Validator whole_number(std::int64_t smallest) {
  return {[smallest](std::string& text) {
            std::int64_t value = 0;
            if (reads(text, value) && value >= smallest) return std::string();
            return fmt::format("'{}' is not a whole number of at least {}", text, smallest);
          },
          std::string()};
}

CLI::Validator positive_number() {
  return {[](std::string& text) {
            double value = 0.0;
            if (reads(text, value) && std::isfinite(value) && value > 0.0) return std::string();
            return fmt::format("'{}' is not a number above 0", text);
          },
          std::string()};
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  return {[words](std::string& text) {
            if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
            return fmt::format("'{}' is not one of {}", text, fmt::join(words, ", "));
          },
          std::string()};
}

}  // namespace leverkin::tools
