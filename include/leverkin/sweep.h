// leverkin/sweep.h: would the result have been different with another setting?
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "leverkin/findings.h"
#include "leverkin/parameters.h"
#include "leverkin/pipeline.h"
#include "leverkin/session.h"

namespace leverkin {

/// What one setting made of one session.
struct SweepSession {
  std::int64_t n_bouts = 0, n_movements = 0;
  double moving_fraction = 0.0, median_reaction_time_s = 0.0;
  double within_r = 0.0;  ///< median correlation of its movements; NaN where there are no two
  double across_r = 0.0;  ///< with those of the animal's next session; NaN where there is none
  /// Median over the bouts of the first setting of how much later the nearest onset is here, of those within
  /// 0.4 s; NaN where there are none.
  double onset_shift_s = 0.0;
};

struct SweepResult {
  std::vector<Parameters> settings;
  std::vector<SessionIdentity> sessions;      ///< by animal, then number
  std::vector<std::vector<SweepSession>> of;  ///< [setting][session]
  std::vector<SessionFinding> findings;       ///< where profiles disagree with that of the first setting
  std::vector<FailedSession> failed;
};

/// Every session through every setting. Recordings are read once for all settings that make the same 1 kHz
/// trace of them. `threads` (0: one per core) never changes the numbers. `progress`: false stops. Throws
/// BadArgument where there is nothing to analyse, Cancelled.
[[nodiscard]] SweepResult sweep(
    const std::vector<SessionSource>& sources, const std::vector<Parameters>& settings, int threads = 0,
    const std::function<bool(std::int64_t done, std::int64_t total)>& progress = {},
    const SessionOptions& options = {});

/// Only an earlier sweep is ever replaced: throws BadArgument where another file is there.
void check_replacing_by_sweep(const std::filesystem::path& out);

/// As HDF5: /settings (one row per setting: its parameters as JSON), /sessions (one row per session), and
/// /sweep (a row per setting and session). Throws IoError, and BadArgument as check_replacing_by_sweep does.
void write_sweep(const SweepResult& result, const std::filesystem::path& out);

}  // namespace leverkin
