// leverkin/activity_results.h: what does a file of `leverkin activity` hold?
//
// The Python package writes such files (schema leverkin-activity/1, docs/activity.md); here is what a report
// shows of them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "leverkin/activity.h"
#include "leverkin/results.h"

namespace leverkin {

inline constexpr int window_status_count = 5;

/// "used", "onset_not_imaged", ...
[[nodiscard]] const char* name(WindowStatus status);

struct StoredSessionActivity {
  std::int64_t session = 0, n_frames = 0, n_gaps = 0, n_cells = 0;
  double period_s = 0;
  double fraction_movement = 0, fraction_still = 0;         ///< of the cells that are present; NaN: none is
  std::array<std::int64_t, window_status_count> windows{};  ///< how many, by WindowStatus
  std::string group, measure, source_file, notes;
};

/// Mean r of activity over the pairs of trials whose movements are alike to this degree.
struct ActivityBin {
  std::string stage;
  double bin_low = 0, bin_high = 0;
  std::int64_t n_pairs = 0;
  double mean_r = 0, sem_r = 0;  ///< NaN: no pair, one pair; the s.e.m. is over pairs, for a picture
};

struct StoredSubjectActivity {
  std::string subject;
  std::vector<StoredSessionActivity> sessions;  ///< by number
  std::vector<ActivityBin> binned;
  /// Sessions x sessions, row-major; empty where no number across sessions was made.
  std::vector<double> covariance_similarity, ceiling, overlap;
};

struct StoredActivity {
  std::string version, created_utc, results_file, config_json;
  std::vector<StoredSubjectActivity> subjects;
  std::vector<FailedSession> failed;
};

/// Throws IoError where there is no such file, BadSession where it is no file of `leverkin activity`.
[[nodiscard]] StoredActivity load_activity(const std::filesystem::path& path);

}  // namespace leverkin
