#include "commands/oddities.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "terminal/quantities.h"

namespace leverkin::tools {
namespace {

std::string time_of(const SessionInfo& info, std::int64_t sample) {
  if (!info.regular) return fmt::format("sample {}", sample);
  return fmt::format("sample {} ({:.3f} s)", sample, static_cast<double>(sample) / info.rate_hz);
}

void judge_values(const SessionInfo& info, const SampleScan& scan, std::vector<std::string>& warnings) {
  if (scan.not_finite > 0) {
    std::string places;
    for (const Stretch& stretch : scan.not_finite_at) {
      places += fmt::format("{}{} for {}", places.empty() ? "" : ", ", time_of(info, stretch.begin),
                            counted(stretch.end - stretch.begin, "sample"));
    }
    warnings.push_back(fmt::format(
        "{} not a finite number, from {}; analyze refuses the file without --gaps hold",
        scan.not_finite == 1 ? "1 sample is" : fmt::format("{} samples are", scan.not_finite), places));
  }
  if (scan.samples > 0 && scan.min_v == scan.max_v) {
    warnings.push_back(fmt::format("the trace is constant: every sample is {:.6g} V", scan.min_v));
    return;
  }
  // Noise touches its own extremes a few times in an hour; a converter at its end stays there.
  constexpr double suspicious_share = 1e-3;
  const auto total = static_cast<double>(std::max<std::int64_t>(scan.samples, 1));
  const auto judge = [&](std::int64_t count, double value, const char* end) {
    const double share = static_cast<double>(count) / total;
    if (share < suspicious_share) return;
    warnings.push_back(
        fmt::format("{:.1f} % of the samples are exactly the {} value, {:.6g} V: clipped, or the lever "
                    "lies on its stop",
                    100.0 * share, end, value));
  };
  judge(scan.at_min, scan.min_v, "lowest");
  judge(scan.at_max, scan.max_v, "highest");
}

void judge_times(const SampleScan& scan, std::vector<std::string>& warnings) {
  if (scan.n_pauses == 0) return;
  std::string longest;
  for (const Pause& pause : scan.longest_pauses) {
    longest +=
        fmt::format("{}{:.3f} s at {:.3f} s", longest.empty() ? "" : ", ", pause.length_s, pause.begin_s);
  }
  warnings.push_back(fmt::format("{} between time stamps, no data there; the longest: {}",
                                 counted(scan.n_pauses, "gap"), longest));
}

void judge_trials(const SessionInfo& info, const TrialTable& trials, std::vector<std::string>& warnings) {
  if (trials.size() == 0) {
    warnings.emplace_back("no trials: bouts are found, but no rewarded movements");
    return;
  }
  std::int64_t beyond = 0, first_beyond = -1, rewarded = 0;
  for (std::int64_t i = 0; i < trials.size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    // The trial's own stop may come after the last sample; a cue or reward there cannot be analysed.
    const bool outside = [&] {
      for (const double t : {trials.start_s[k], trials.cue_s[k], trials.reward_s[k]}) {
        if (t < 0.0 || t > info.duration_s) return true;
      }
      return false;
    }();
    if (outside && ++beyond == 1) first_beyond = i;
    rewarded += std::isnan(trials.reward_s[k]) ? 0 : 1;
  }
  if (beyond > 0) {
    warnings.push_back(
        fmt::format("{} outside the recording of {:.3f} s, first trial {}: start {:.3f} s, cue {:.3f} s, "
                    "reward {:.3f} s",
                    beyond == 1 ? "1 trial lies" : fmt::format("{} trials lie", beyond), info.duration_s,
                    first_beyond, trials.start_s[static_cast<std::size_t>(first_beyond)],
                    trials.cue_s[static_cast<std::size_t>(first_beyond)],
                    trials.reward_s[static_cast<std::size_t>(first_beyond)]));
  }
  if (rewarded == 0) warnings.emplace_back("no trial was rewarded");
}

}  // namespace

std::vector<std::string> oddities(const SessionInfo& info, const TrialTable& trials, const SampleScan& scan) {
  std::vector<std::string> warnings;
  if (info.being_written)
    warnings.emplace_back(
        "a program is still writing this file, or died while it did: only what was there is read");
  for (const SessionNote& note : info.notes) warnings.push_back(note.text);
  judge_values(info, scan, warnings);
  judge_times(scan, warnings);
  judge_trials(info, trials, warnings);
  return warnings;
}

}  // namespace leverkin::tools
