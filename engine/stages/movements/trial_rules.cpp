#include "stages/movements/trial_rules.h"

#include <algorithm>

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

bool touches_no_data(const Trace& trace, std::int64_t begin, std::int64_t end) {
  return std::ranges::any_of(trace.no_data,
                             [&](const SampleRange& g) { return g.begin < end && begin < g.end; });
}

bool flat(const Trace& trace, std::int64_t begin, std::int64_t end) {
  const auto first = trace.volts.begin() + begin;
  return std::all_of(first, trace.volts.begin() + end, [&](double v) { return v == *first; });
}

}  // namespace

RejectReason judge_onset(const Trace& trace, const Segmentation& segmentation, const Parameters& parameters,
                         double cue_s, std::int64_t onset) {
  if (started_before(parameters, cue_s, onset)) return RejectReason::started_before_cue;
  if (moving_before(segmentation.active, parameters, cue_s)) return RejectReason::moving_before_cue;
  const std::int64_t end = onset + parameters.window_ms + 1;
  if (end > static_cast<std::int64_t>(trace.volts.size())) return RejectReason::window_past_end;
  if (touches_no_data(trace, onset, end)) return RejectReason::no_data;
  if (flat(trace, onset, end)) return RejectReason::flat_movement;
  return RejectReason::used;
}

}  // namespace leverkin
