// tools/tables/alf.h: what are results called where files are named as in the ALF convention?
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "leverkin/results.h"

namespace leverkin::tools {

struct NamedBytes {
  std::filesystem::path path;  ///< below the folder of the export
  std::string bytes;
};

/// <subject>/<date>/<NNN>/alf/ of a session; its date is 2000-01-01 where nobody noted one.
[[nodiscard]] std::filesystem::path alf_folder(const SessionIdentity& identity);

/// _lvk_leverMoves (bouts), _lvk_leverTrials, _lvk_leverResponses (rewarded movements), and _lvk_lever where
/// the trace was kept: a file per column, object.attribute.npy.
[[nodiscard]] std::vector<NamedBytes> alf_files(const StoredDetail& detail);

}  // namespace leverkin::tools
