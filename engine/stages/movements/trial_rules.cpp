#include "stages/movements/trial_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace leverkin {
namespace {

bool started_before(const Parameters& parameters, double cue_s, std::int64_t onset) {
  if (parameters.cue_rule == CueRule::marker_after_cue) return onset - 1 <= event_sample(cue_s);
  return static_cast<double>(onset) / lever_rate_hz <= cue_s;
}

bool moving_before(const std::vector<std::uint8_t>& active, const Parameters& parameters, double cue_s) {
  if (parameters.quiet_before_cue_ms == 0) return false;
  const std::int64_t cue = event_sample(cue_s);
  const auto first = active.begin() + std::max<std::int64_t>(0, cue - parameters.quiet_before_cue_ms);
  const auto last = active.begin() + cue + 1;
  return std::find(first, last, 1) != last;
}

bool flat(const Trace& trace, const EventWindow& window) {
  const auto first = trace.volts.begin() + window.begin;
  return std::all_of(first, trace.volts.begin() + window.end, [&](double v) { return v == *first; });
}

constexpr double lever_sample_s = 1.0 / lever_rate_hz;

std::string not_a_time(const TrialTable& trials, std::size_t k) {
  const std::pair<const char*, double> times[] = {{"start", trials.start_s[k]},
                                                  {"stop", trials.stop_s[k]},
                                                  {"cue", trials.cue_s[k]},
                                                  {"reward", trials.reward_s[k]}};
  for (const auto& [what, seconds] : times)
    if (std::isinf(seconds)) return fmt::format("{} at {} s", what, seconds);
  return std::isnan(trials.start_s[k]) ? "no start" : "";
}

}  // namespace

std::string bad_times(const TrialTable& trials, std::int64_t trial) {
  const auto k = static_cast<std::size_t>(trial);
  if (std::string words = not_a_time(trials, k); !words.empty()) return words;
  const double start = trials.start_s[k], stop = trials.stop_s[k];
  const double cue = trials.cue_s[k], reward = trials.reward_s[k];
  if (reward < cue - 0.5 * lever_sample_s)
    return fmt::format("reward at {} s, before its cue at {} s", reward, cue);
  if (stop < start - 0.5 * lever_sample_s)
    return fmt::format("stop at {} s, before its start at {} s", stop, start);
  if (k == 0) return "";
  const double before = trials.start_s[k - 1], stop_before = trials.stop_s[k - 1];
  if (start < before - lever_sample_s)
    return fmt::format("start at {} s, the trial before starts at {} s (out of order)", start, before);
  if (std::isfinite(stop_before) && stop_before >= before && start < stop_before - lever_sample_s)
    return fmt::format("start at {} s, the trial before stops at {} s (overlapping)", start, stop_before);
  return "";
}

EventWindow movement_window(const Trace& trace, const Parameters& parameters, std::int64_t onset) {
  return event_window({std::ssize(trace.volts), trace.no_data}, onset, 0, parameters.window_ms + 1);
}

RejectReason judge_onset(const Trace& trace, const Segmentation& segmentation, const Parameters& parameters,
                         double cue_s, std::int64_t onset) {
  if (started_before(parameters, cue_s, onset)) return RejectReason::started_before_cue;
  if (moving_before(segmentation.active, parameters, cue_s)) return RejectReason::moving_before_cue;
  const EventWindow window = movement_window(trace, parameters, onset);
  if (window.place == WindowPlace::outside) return RejectReason::window_past_end;
  if (window.place == WindowPlace::broken) return RejectReason::no_data;
  return flat(trace, window) ? RejectReason::flat_movement : RejectReason::used;
}

}  // namespace leverkin
