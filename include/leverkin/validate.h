// leverkin/validate.h: how right is a profile, where it is known what the animal did?
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "leverkin/parameters.h"
#include "leverkin/simulate.h"

namespace leverkin {

/// Errors of one kind of edge, found - true.
struct TimingErrors {
  std::int64_t n = 0;
  double median_s = 0.0, iqr_s = 0.0;  ///< NaN where n is 0, like the rest
  double p95_s = 0.0;                  ///< of their size
  double within_2sd = 0.0;  ///< share within two stated standard deviations; NaN where none is stated
};

/// What a profile made of a group of true movements.
struct ValidationRow {
  std::string profile, recording;  ///< "minimum_jerk, noise x3, 10 min"
  std::string movements;           ///< "all", "peak 15 to 50 mV", "first rise 0.75 to 1.5 V/s", ...
  std::int64_t n = 0;
  double recall = 0.0;            ///< share that a bout overlaps
  double split = 0.0;             ///< share that several bouts overlap
  double split_moving = 0.0;      ///< likewise, of those without a pause of gap_ms of their own
  std::int64_t merged = 0;        ///< that share their bout with an earlier one
  double false_per_minute = 0.0;  ///< bouts that no movement overlaps; NaN but for "all"
  /// Against where the movement's shape begins and ends, for edges of at least 0.75 V/s (of all, in groups by
  /// speed); and against its passage of 1 % of its peak.
  TimingErrors onset, offset, onset_1pct, offset_1pct;
};

struct ValidateOptions {
  double minutes = 10.0;  ///< of most recordings; one is six times as long, one a tenth
  std::uint64_t seed = 1;
  int threads = 0;
  std::function<bool(std::int64_t done, std::int64_t total)> progress;  ///< false stops
};

/// Simulated sessions of a naive and of a practised animal, by noise, length, mains, drift, tremor, ringing
/// and press shape, through every one of `profiles`. The same options give the same numbers, for any thread
/// count. Throws BadArgument, Cancelled.
[[nodiscard]] std::vector<ValidationRow> validate(const std::vector<Parameters>& profiles,
                                                  const ValidateOptions& options = {});

}  // namespace leverkin
