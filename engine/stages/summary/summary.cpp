#include "leverkin/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/median.h"

namespace leverkin {
namespace {

double fraction(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

double median_of_used(std::span<const TrialOutcome> outcomes, double TrialOutcome::*member) {
  std::vector<double> values;
  for (const TrialOutcome& outcome : outcomes)
    if (outcome.reason == RejectReason::used) values.push_back(outcome.*member);
  return median(std::move(values));
}

}  // namespace

SessionSummary summarise(const TrialTable& trials, std::span<const TrialOutcome> outcomes, const Trace& trace,
                         const Segmentation& segmentation) {
  SessionSummary summary;
  summary.n_trials = trials.size();
  summary.n_rewarded = std::ranges::count_if(trials.reward_s, [](double t) { return !std::isnan(t); });
  summary.success_fraction = fraction(summary.n_rewarded, summary.n_trials);
  summary.n_movements = std::ranges::count(outcomes, RejectReason::used, &TrialOutcome::reason);
  summary.median_reaction_time_s = median_of_used(outcomes, &TrialOutcome::reaction_time_s);
  summary.median_cue_to_reward_s = median_of_used(outcomes, &TrialOutcome::cue_to_reward_s);
  auto with_data = static_cast<std::int64_t>(trace.volts.size());
  for (const SampleRange& gap : trace.no_data) with_data -= gap.end - gap.begin;
  std::int64_t moving = 0;
  for (const Bout& bout : segmentation.bouts) moving += bout.end - bout.begin;
  summary.moving_fraction = fraction(moving, with_data);
  return summary;
}

}  // namespace leverkin
