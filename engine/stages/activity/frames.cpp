#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "leverkin/activity.h"
#include "leverkin/error.h"
#include "leverkin/parameters.h"
#include "stages/windows/event_window.h"
#include "support/median.h"

namespace leverkin {
namespace {

constexpr double gap_periods = 1.5;  // a longer step between frames means that frames are missing

void require_sense(const FrameRequest& request) {
  const auto& t = request.frame_s;
  if (t.size() < 2)
    throw BadArgument(fmt::format("frame_s: found {} frame(s), expected two or more", t.size()));
  for (std::size_t k = 0; k < t.size(); ++k) {
    if (!std::isfinite(t[k]))
      throw BadArgument(fmt::format("frame_s: found {} at frame {}, expected a time", t[k], k));
    if (k > 0 && t[k] <= t[k - 1]) {
      throw BadArgument(fmt::format(
          "frame_s: found {} s at frame {} after {} s, expected times that increase", t[k], k, t[k - 1]));
    }
  }
  if (!request.known.empty() && request.known.size() != request.active.size()) {
    throw BadArgument(fmt::format("known: found {} samples, expected {} as in active", request.known.size(),
                                  request.active.size()));
  }
  if (!request.used.empty() && request.used.size() != request.onset_s.size()) {
    throw BadArgument(fmt::format("used: found {} values, expected {}, one per onset", request.used.size(),
                                  request.onset_s.size()));
  }
  if (request.before < 0 || request.after < 1) {
    throw BadArgument(fmt::format("before, after: found {} and {} frames, expected 0 and 1 or more",
                                  request.before, request.after));
  }
}

/// The first lever sample that is not before `time_s`, clipped to the trace.
std::int64_t first_sample(double time_s, std::int64_t samples) {
  if (time_s * lever_rate_hz >= static_cast<double>(samples)) return samples;
  auto i = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(time_s * lever_rate_hz)));
  while (i > 0 && static_cast<double>(i - 1) / lever_rate_hz >= time_s) --i;
  while (i < samples && static_cast<double>(i) / lever_rate_hz < time_s) ++i;
  return i;
}

double median_period(std::span<const double> t) {
  std::vector<double> steps(t.size() - 1);
  for (std::size_t k = 0; k + 1 < t.size(); ++k) steps[k] = t[k + 1] - t[k];
  return median(steps);
}

void look_at_frames(const FrameRequest& request, Frames& frames) {
  const auto& t = request.frame_s;
  const auto samples = std::ssize(request.active);
  frames.moving.assign(t.size(), 0);
  frames.covered.assign(t.size(), 0);
  for (std::size_t k = 0; k < t.size(); ++k) {
    const double end =
        k + 1 < t.size() ? std::min(t[k + 1], t[k] + gap_periods * frames.period_s) : t[k] + frames.period_s;
    for (std::int64_t i = first_sample(t[k], samples); i < first_sample(end, samples); ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (!request.known.empty() && request.known[at] == 0) continue;
      frames.covered[k] = 1;
      if (request.active[at] != 0) frames.moving[k] = 1;
    }
  }
}

void find_gaps(std::span<const double> t, Frames& frames) {
  for (std::size_t k = 0; k + 1 < t.size(); ++k) {
    const double step = t[k + 1] - t[k];
    if (step <= gap_periods * frames.period_s) continue;
    frames.gaps.push_back({.after_frame = static_cast<std::int64_t>(k),
                           .start_s = t[k],
                           .stop_s = t[k + 1],
                           .missing = std::llround(step / frames.period_s) - 1});
  }
}

std::int64_t nearest_frame(std::span<const double> t, double onset_s, double period_s) {
  if (!std::isfinite(onset_s)) return -1;
  const auto later = std::lower_bound(t.begin(), t.end(), onset_s) - t.begin();
  std::int64_t best = -1;
  double least = period_s;
  for (const std::int64_t k : {later - 1, later}) {
    if (k < 0 || k >= std::ssize(t)) continue;
    const double distance = std::abs(t[static_cast<std::size_t>(k)] - onset_s);
    if (best < 0 ? distance <= least : distance < least) {
      best = k;
      least = distance;
    }
  }
  return best;
}

// Where frames are missing.
std::vector<SampleRange> breaks_of(const Frames& frames) {
  std::vector<SampleRange> breaks;
  for (const FrameGap& gap : frames.gaps) breaks.push_back({gap.after_frame + 1, gap.after_frame + 1});
  return breaks;
}

WindowStatus status_of(const FrameRequest& request, const Recorded& frames, std::int64_t onset_frame) {
  if (onset_frame < 0) return WindowStatus::onset_not_imaged;
  switch (event_window(frames, onset_frame, request.before, request.after).place) {
    case WindowPlace::outside:
      return WindowStatus::outside_imaging;
    case WindowPlace::broken:
      return WindowStatus::frames_missing;
    case WindowPlace::whole:
      break;
  }
  return WindowStatus::used;
}

}  // namespace

Frames align_frames(const FrameRequest& request) {
  require_sense(request);
  Frames frames;
  frames.period_s = median_period(request.frame_s);
  look_at_frames(request, frames);
  find_gaps(request.frame_s, frames);
  const std::vector<SampleRange> breaks = breaks_of(frames);
  for (std::size_t k = 0; k < request.onset_s.size(); ++k) {
    frames.onset_frame.push_back(nearest_frame(request.frame_s, request.onset_s[k], frames.period_s));
    const bool used = request.used.empty() || request.used[k] != 0;
    frames.status.push_back(
        used ? status_of(request, {std::ssize(request.frame_s), breaks}, frames.onset_frame.back())
             : WindowStatus::not_used);
  }
  return frames;
}

}  // namespace leverkin
