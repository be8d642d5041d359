// tools/commands/analysis_options.h: by which parameters is a session analysed?
#pragma once

#include <string>
#include <vector>

#include "leverkin/parameters.h"
#include "leverkin/results.h"

namespace leverkin::tools {

class CommandLine;

/// --profile, --config and --set: what `analyze`, `summary` and `config` share.
struct AnalysisOptions {
  std::string profile;
  std::string config;
  std::vector<std::string> set;
};

void declare(CommandLine& options, AnalysisOptions& into);

/// Profile, then the TOML file, then --set: the later one wins. Throws BadArgument and Refusal.
[[nodiscard]] Parameters resolve(const AnalysisOptions& options);

/// Those that results were made with; what this version does not know of them is left out.
[[nodiscard]] Parameters stored_parameters(const StoredResults& results);

/// Results are HDF5: `out` ends in .h5 or .hdf5, or in nothing. Throws Refusal.
void check_results_name(const std::string& out);

}  // namespace leverkin::tools
