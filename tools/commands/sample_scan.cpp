#include "commands/sample_scan.h"

#include <algorithm>
#include <cmath>

namespace leverkin::tools {
namespace {

constexpr std::size_t kept = 5;  // places that are listed: enough to find the cause

}  // namespace

void SampleScan::add_volts(std::span<const double> volts) {
  for (const double v : volts) {
    if (!std::isfinite(v)) add_not_finite(samples);
    if (v < min_v) {
      min_v = v;
      at_min = 0;
    }
    if (v > max_v) {
      max_v = v;
      at_max = 0;
    }
    at_min += v == min_v ? 1 : 0;
    at_max += v == max_v ? 1 : 0;
    ++samples;
  }
}

void SampleScan::add_not_finite(std::int64_t sample) {
  ++not_finite;
  if (!not_finite_at.empty() && not_finite_at.back().end == sample) {
    ++not_finite_at.back().end;
  } else if (not_finite_at.size() < kept) {
    not_finite_at.push_back({sample, sample + 1});
  }
}

void SampleScan::add_timestamps(std::span<const double> seconds) {
  for (const double s : seconds) {
    const double step = s - last_stamp_s_;
    if (stamped_ > 0) {
      if (!(step > 0.0) && first_disorder < 0) first_disorder = stamped_;
      if (step > gap_limit_s_) add_pause({stamped_ - 1, last_stamp_s_, step});
    }
    last_stamp_s_ = s;
    ++stamped_;
  }
}

void SampleScan::add_pause(const Pause& pause) {
  ++n_pauses;
  const auto place = std::upper_bound(longest_pauses.begin(), longest_pauses.end(), pause,
                                      [](const Pause& a, const Pause& b) { return a.length_s > b.length_s; });
  longest_pauses.insert(place, pause);
  if (longest_pauses.size() > kept) longest_pauses.pop_back();
}

}  // namespace leverkin::tools
