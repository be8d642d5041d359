// Cues and rewards of a session against its lever: every function looks for one kind of finding.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stages/findings/kinds.h"
#include "stages/findings/quiet_trace.h"
#include "support/median.h"

namespace leverkin::findings {
namespace {

constexpr std::int64_t before_reward = 500, after_reward = 100;  // samples that a rewarded press shows within
constexpr double still_part = 0.15;                              // of the usual press at a reward: none
constexpr std::int64_t fewest_unconfirmed = 3;
constexpr std::int64_t fewest_missing = 2;  // one may be the last, cut off

// The task's rule (Chen et al. 2015, Methods): a press crosses two thresholds, one soon after the other.
constexpr double upper_mm = 0.5;
constexpr std::int64_t within = 200;  // samples from the one to the other
constexpr std::int64_t latest = 100,
                       earliest = 5;  // samples from the crossing to the reward; it may seem early
double lower_mm(std::int64_t session) { return session <= 2 ? 1.5 : session <= 4 ? 3.0 : 4.5; }

struct Reward {
  std::size_t trial;
  double at_s;
  std::int64_t sample;
};

std::vector<Reward> rewards_inside(const SessionEvidence& session, const QuietTrace& quiet) {
  std::vector<Reward> rewards;
  for (std::size_t i = 0; i < session.trials.reward_s.size(); ++i) {
    const double at_s = session.trials.reward_s[i];
    if (!std::isfinite(at_s) || at_s < 0.0 || at_s > session.info.duration_s) continue;
    const std::int64_t k = event_sample(at_s);
    if (k < QuietTrace::border + before_reward || k + after_reward > quiet.size() - QuietTrace::border)
      continue;
    if (!quiet.lacks_data(k - before_reward, k + after_reward)) rewards.push_back({i, at_s, k});
  }
  return rewards;
}

double range_around(const QuietTrace& quiet, std::int64_t sample) {
  const auto [low, high] =
      std::ranges::minmax(quiet.part(sample - before_reward, before_reward + after_reward));
  return high - low;
}

// Is there a crossing of the lower threshold near the reward, soon after one of the upper?
bool is_confirmed(const QuietTrace& quiet, std::int64_t reward, double rest_v, double mm_per_volt,
                  double threshold_mm) {
  const auto beyond = [&](std::int64_t i, double mm) { return mm_per_volt * (quiet.at(i) - rest_v) >= mm; };
  for (std::int64_t i = reward - latest; i <= reward + earliest; ++i) {
    if (!beyond(i, threshold_mm) || beyond(i - 1, threshold_mm)) continue;
    std::int64_t up = i;  // the last time that it was below the upper one
    while (i - up <= within && beyond(up - 1, upper_mm)) --up;
    if (i - up <= within) return true;
  }
  return false;
}

std::string first_of(const Reward& reward) {
  return fmt::format("trial {} at {:.3f} s", reward.trial, reward.at_s);
}

}  // namespace

FoundList reward_without_movement(const SessionEvidence& session, const Kind& kind) {
  const QuietTrace quiet(session);
  const std::vector<Reward> rewards = rewards_inside(session, quiet);
  if (rewards.size() < enough_rewards) return {};
  std::vector<double> ranges;
  for (const Reward& reward : rewards) ranges.push_back(range_around(quiet, reward.sample));
  const double usual_v = median(ranges);
  std::vector<Reward> still;
  for (std::size_t i = 0; i < rewards.size(); ++i)
    if (ranges[i] < still_part * usual_v) still.push_back(rewards[i]);
  if (static_cast<double>(still.size()) < kind.threshold) return {};
  return {{static_cast<double>(still.size()),
           say(kind, arg("n", still.size()), arg("rewards", rewards.size()),
               arg("first", first_of(still.front()))),
           still.front().at_s, still.front().at_s}};
}

FoundList rewards_not_confirmed(const SessionEvidence& session, const Kind& kind) {
  const double mm_per_volt = session.info.mm_per_volt;
  const std::int64_t number = session.info.identity.session;
  if (mm_per_volt == 0.0 || number < 1) return {};
  const QuietTrace quiet(session);
  const auto rest = quiet.level(0, quiet.size());
  const std::vector<Reward> rewards = rewards_inside(session, quiet);
  if (!rest || rewards.size() < enough_rewards) return {};
  const double threshold_mm = lower_mm(number);
  std::vector<Reward> others;
  for (const Reward& reward : rewards)
    if (!is_confirmed(quiet, reward.sample, *rest, mm_per_volt, threshold_mm)) others.push_back(reward);
  const double share = static_cast<double>(others.size()) / static_cast<double>(rewards.size());
  if (std::ssize(others) < fewest_unconfirmed || share < kind.threshold) return {};
  return {{share,
           say(kind, arg("n", others.size()), arg("rewards", rewards.size()), arg("mm", threshold_mm),
               arg("first", first_of(others.front()))),
           others.front().at_s, others.front().at_s}};
}

FoundList trial_count(const SessionEvidence& session, const Kind& kind) {
  FoundList found = recorded(session, kind);  // what a file says of its own number of trials
  const auto& trials = session.trials;
  const auto is_there = [](double t) { return !std::isnan(t); };
  const std::int64_t cues = std::ranges::count_if(trials.cue_s, is_there);
  if (cues == 0 || trials.size() - cues < fewest_missing) return found;
  const auto first =
      static_cast<std::size_t>(std::ranges::find_if_not(trials.cue_s, is_there) - trials.cue_s.begin());
  found.push_back(
      {static_cast<double>(trials.size() - cues),
       say(kind,
           arg("said", fmt::format("{} trials, {} cues and {} rewards; the first trial without "
                                   "a cue is {}, at {:.3f} s",
                                   trials.size(), cues, std::ranges::count_if(trials.reward_s, is_there),
                                   first, trials.start_s[first]))),
       trials.start_s[first], trials.stop_s[first]});
  return found;
}

}  // namespace leverkin::findings
