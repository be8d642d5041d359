// leverkin/simulate.h: mice that learn to press, with the truth known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "leverkin/session.h"
#include "leverkin/session_truth.h"
#include "leverkin/session_writer.h"

namespace leverkin {

struct SimulateOptions {
  std::int64_t animals = 4;
  std::int64_t sessions = 11;
  double minutes = 30.0;
  std::uint64_t seed = 1;
  std::string format = "nwb";  ///< "nwb" or "hdf5"
  double rate_hz = 10000.0;
  Storage storage = Storage::float64;
  bool compressed = false;
  double rest_v = 1.5;  ///< the piezo's rest level
  int threads = 0;
  bool overwrite = false;  ///< session files that are there already may be replaced; else nothing is written
  std::function<bool(std::int64_t done, std::int64_t total)> progress;  ///< false stops
};

/// One file per animal and session: <directory>/<subject>/<subject>_session_<NN>.<nwb|h5>. The same options
/// give the same bytes, for any thread count. Returns the paths in order. Throws BadArgument, IoError.
std::vector<std::filesystem::path> simulate(const std::filesystem::path& directory,
                                            const SimulateOptions& options = {});

/// One simulated session in memory, in volts at rate_hz.
struct SimulatedSession {
  std::vector<double> volts;
  TrialTable trials;
  SessionTruth truth;
  SessionIdentity identity;
};

/// `animal` counts from 0, `session` from 1.
[[nodiscard]] SimulatedSession simulate_session(const SimulateOptions& options, std::int64_t animal,
                                                std::int64_t session);

}  // namespace leverkin
