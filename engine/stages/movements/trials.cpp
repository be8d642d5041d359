#include <algorithm>
#include <array>
#include <cmath>

#include "leverkin/movements.h"
#include "stages/movements/trial_rules.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

// What the rules look at.
struct View {
  const Trace& trace;
  const Segmentation& segmentation;
  const Parameters& parameters;

  [[nodiscard]] std::int64_t samples() const { return static_cast<std::int64_t>(trace.volts.size()); }

  [[nodiscard]] std::int64_t bout_at(std::int64_t sample) const {
    const auto& bouts = segmentation.bouts;
    const auto after = std::ranges::upper_bound(bouts, sample, {}, &Bout::begin);
    if (after == bouts.begin() || (after - 1)->end <= sample) return -1;
    return after - bouts.begin() - 1;
  }

  [[nodiscard]] bool outside(double seconds) const {
    const std::int64_t sample = event_sample(seconds);
    return sample < 0 || sample >= samples();
  }
};

// docs/method.md, section D: the first rule that applies is the reason.
RejectReason judge(const View& view, double cue_s, double reward_s, std::int64_t bout) {
  if (std::isnan(reward_s)) return RejectReason::no_reward;
  if (std::isnan(cue_s)) return RejectReason::no_cue;
  if (view.outside(cue_s) || view.outside(reward_s)) return RejectReason::outside_recording;
  if (bout < 0) return RejectReason::reward_outside_movement;
  const Bout& movement = view.segmentation.bouts[static_cast<std::size_t>(bout)];
  return judge_onset(view.trace, view.segmentation, view.parameters, cue_s, movement.begin);
}

TrialOutcome assign(const View& view, double cue_s, double reward_s) {
  TrialOutcome outcome;
  if (!std::isnan(reward_s) && !view.outside(reward_s)) outcome.bout = view.bout_at(event_sample(reward_s));
  outcome.movement_onset_s = outcome.bout < 0
                                 ? no_number
                                 : view.segmentation.bouts[static_cast<std::size_t>(outcome.bout)].onset_s();
  outcome.reaction_time_s = outcome.movement_onset_s - cue_s;
  outcome.cue_to_reward_s = reward_s - cue_s;
  outcome.reason = judge(view, cue_s, reward_s, outcome.bout);
  return outcome;
}

}  // namespace

std::string_view name(RejectReason reason) {
  static constexpr std::array<std::string_view, reject_reason_count> names{"used",
                                                                           "no_reward",
                                                                           "no_cue",
                                                                           "outside_recording",
                                                                           "reward_outside_movement",
                                                                           "started_before_cue",
                                                                           "moving_before_cue",
                                                                           "window_past_end",
                                                                           "no_data",
                                                                           "flat_movement",
                                                                           "rejected_in_review",
                                                                           "bad_times"};
  return names[static_cast<std::size_t>(reason)];
}

std::string_view name(ReviewAction action) {
  static constexpr std::array<std::string_view, review_action_count> names{"none", "accepted", "rejected",
                                                                           "shifted"};
  return names[static_cast<std::size_t>(action)];
}

std::int64_t event_sample(double seconds) {
  // Far outside any recording, but safe to convert.
  constexpr double far = 1e15;
  return static_cast<std::int64_t>(std::floor(std::clamp(lever_rate_hz * seconds + 0.5, -far, far)));
}

std::vector<TrialOutcome> assign_trials(const TrialTable& trials, const Trace& trace,
                                        const Segmentation& segmentation, const Parameters& parameters) {
  const View view{trace, segmentation, parameters};
  std::vector<TrialOutcome> outcomes;
  for (std::int64_t i = 0; i < trials.size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    outcomes.push_back(assign(view, trials.cue_s[k], trials.reward_s[k]));
    outcomes.back().id = trials.id.empty() ? i : trials.id[k];
    if (!bad_times(trials, i).empty()) outcomes.back().reason = RejectReason::bad_times;
  }
  return outcomes;
}

Movements extract(const Trace& trace, std::span<const TrialOutcome> outcomes, const Parameters& parameters) {
  Movements movements;
  movements.samples = parameters.window_ms + 1;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].reason != RejectReason::used) continue;
    const auto window = movement_window(trace, parameters, event_sample(outcomes[i].movement_onset_s));
    const auto volts = trace.volts.begin();
    movements.volts.insert(movements.volts.end(), volts + window.begin, volts + window.end);
    movements.trial.push_back(static_cast<std::int64_t>(i));
    movements.onset_s.push_back(outcomes[i].movement_onset_s);
  }
  return movements;
}

}  // namespace leverkin
