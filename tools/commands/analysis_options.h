// tools/commands/analysis_options.h: by which parameters is a session analysed?
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "leverkin/parameters.h"

namespace leverkin::tools {

/// --profile, --config and --set: what `analyze`, `summary` and `config` share.
struct AnalysisOptions {
  std::string profile;
  std::string config;
  std::vector<std::string> set;
};

void declare(CLI::App& options, AnalysisOptions& into);

/// Profile, then the TOML file, then --set: the later one wins. Throws BadArgument and Refusal.
[[nodiscard]] Parameters resolve(const AnalysisOptions& options);

/// A check for CLI11: a whole number of at least `smallest`.
[[nodiscard]] CLI::Validator whole_number(std::int64_t smallest);

/// A check for CLI11: a finite number above 0.
[[nodiscard]] CLI::Validator positive_number();

/// A check for CLI11: one of a few words.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& words);

}  // namespace leverkin::tools
