// leverkin/convert.h: how does a recording of another kind become a session file?
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "leverkin/pipeline.h"
#include "leverkin/session.h"

namespace leverkin {

struct ConvertOptions {
  SessionOptions session;
  std::string format;      ///< "nwb" or "hdf5"; empty: by the suffix of `out`, else "nwb"
  bool compressed = true;  ///< gzip and shuffle
  bool overwrite = false;  ///< files that are there already may be replaced; else they fail
  int threads = 0;         ///< 0: one per core
  /// Returning false stops: Cancelled is thrown; files that are whole stay.
  std::function<bool(const Progress&)> progress;
};

/// A session file that was written.
struct ConvertedSession {
  std::filesystem::path source, file;
  SessionIdentity identity;
  std::int64_t samples = 0;        ///< raw
  std::vector<SessionNote> notes;  ///< what the recording says of itself that a file cannot keep
};

struct ConvertOutcome {
  std::vector<ConvertedSession> converted;
  std::vector<FailedSession> failed;
  std::vector<std::string> notes;  ///< what was passed over, and how sessions got their numbers
};

/// Every recording of `sources` into a session file of its own: samples, time stamps, trials, animal, session
/// number, group and start time. `out` is a folder (files are called <subject>/<subject>_session_<NN>), or,
/// of one recording, a file: where its suffix is that of a session file and it is not a folder. Recordings
/// that are of that format already are passed over. Samples go through in blocks; a file comes into being
/// whole or not at all. A recording that cannot be read, has no place among the others, or whose file is
/// there already, is listed and never stops the others. A source is never written over. Throws BadArgument,
/// and IoError where nothing can be written.
[[nodiscard]] ConvertOutcome convert(const std::vector<SessionSource>& sources,
                                     const std::filesystem::path& out, const ConvertOptions& options = {});

}  // namespace leverkin
