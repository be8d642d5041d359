#include "leverkin/review.h"

#include <fmt/format.h>

#include <cmath>

#include "leverkin/error.h"
#include "stages/movements/trial_rules.h"

namespace leverkin {
namespace {

[[noreturn]] void refuse(const Decision& decision, const std::string& why) {
  throw BadArgument(
      fmt::format("review: trial {} cannot be {}: {}", decision.trial, name(decision.action), why));
}

// The lever sample where a shifted movement begins, if every rule lets it through.
std::int64_t new_onset(const Decision& decision, double cue_s, double reward_s, const Trace& trace,
                       const Segmentation& segmentation, const Parameters& parameters) {
  const std::int64_t onset = event_sample(decision.onset_s);
  const auto samples = static_cast<std::int64_t>(trace.volts.size());
  if (!std::isfinite(decision.onset_s) || onset < 0 || onset >= samples)
    refuse(decision, fmt::format("found the onset {} s; expected one inside the recording of {} s",
                                 decision.onset_s, static_cast<double>(samples) / lever_rate_hz));
  if (onset > event_sample(reward_s))
    refuse(decision, fmt::format("found the onset {} s; expected one before the reward at {} s",
                                 decision.onset_s, reward_s));
  const RejectReason reason = judge_onset(trace, segmentation, parameters, cue_s, onset);
  if (reason != RejectReason::used)
    refuse(decision,
           fmt::format("with its onset at {} s it would not be used ({})", decision.onset_s, name(reason)));
  return onset;
}

}  // namespace

void apply_review(std::span<const Decision> decisions, const TrialTable& trials, const Trace& trace,
                  const Segmentation& segmentation, const Parameters& parameters,
                  std::vector<TrialOutcome>& outcomes) {
  for (const Decision& decision : decisions) {
    if (decision.trial < 0 || decision.trial >= trials.size())
      refuse(decision, fmt::format("the session has {} trials", trials.size()));
    const auto trial = static_cast<std::size_t>(decision.trial);
    TrialOutcome& outcome = outcomes[trial];
    if (outcome.reason != RejectReason::used)
      refuse(decision, fmt::format("its movement is not used ({}), and a review does not override the rules",
                                   name(outcome.reason)));
    outcome.review = decision.action;
    if (decision.action == ReviewAction::rejected) outcome.reason = RejectReason::rejected_in_review;
    if (decision.action != ReviewAction::shifted) continue;
    const double cue_s = trials.cue_s[trial];
    outcome.movement_onset_s = static_cast<double>(new_onset(decision, cue_s, trials.reward_s[trial], trace,
                                                             segmentation, parameters)) /
                               lever_rate_hz;
    outcome.reaction_time_s = outcome.movement_onset_s - cue_s;
  }
}

}  // namespace leverkin
