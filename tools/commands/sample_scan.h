// tools/commands/sample_scan.h: are the samples of a recording plausible?
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace leverkin::tools {

/// Raw samples [begin, end) of a recording.
struct Stretch {
  std::int64_t begin = 0, end = 0;
};

/// A pause between two time stamps.
struct Pause {
  std::int64_t sample = 0;  ///< the last one before it
  double begin_s = 0.0, length_s = 0.0;
};

/// What one pass over the samples found. The trace is never held whole; lists keep the first few only.
class SampleScan {
 public:
  /// Pauses longer than this count (Parameters::gap_limit_s).
  explicit SampleScan(double gap_limit_s) : gap_limit_s_(gap_limit_s) {}

  void add_volts(std::span<const double> volts);
  void add_timestamps(std::span<const double> seconds);

  std::int64_t samples = 0;
  std::int64_t not_finite = 0;
  std::vector<Stretch> not_finite_at;  ///< the first few stretches
  double min_v = std::numeric_limits<double>::infinity();
  double max_v = -std::numeric_limits<double>::infinity();
  std::int64_t at_min = 0, at_max = 0;  ///< samples that equal the smallest and the largest value
  std::int64_t n_pauses = 0;
  std::vector<Pause> longest_pauses;  ///< longest first
  std::int64_t first_disorder =
      -1;  ///< the first sample whose time does not come after the one before it; -1: none

 private:
  void add_not_finite(std::int64_t sample);
  void add_pause(const Pause& pause);

  double gap_limit_s_;
  std::int64_t stamped_ = 0;
  double last_stamp_s_ = 0.0;
};

}  // namespace leverkin::tools
