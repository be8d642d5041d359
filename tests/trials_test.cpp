#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "leverkin/movements.h"
#include "leverkin/summary.h"

namespace leverkin {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// A 20 s trace with one bout from 5 s to 6.5 s, and the trial that asks about it.
class Trials : public ::testing::Test {
 protected:
  Trials() {
    trace_.volts.resize(20000);
    for (std::size_t i = 0; i < trace_.volts.size(); ++i)
      trace_.volts[i] = std::sin(static_cast<double>(i) / 100);
    add_bout(5000, 6500);
  }

  void add_bout(std::int64_t begin, std::int64_t end) {
    segmentation_.bouts.push_back({begin, end});
    segmentation_.active.resize(trace_.volts.size());
    for (std::int64_t i = begin; i < end; ++i) segmentation_.active[static_cast<std::size_t>(i)] = 1;
  }

  TrialOutcome judge(double cue_s, double reward_s, const std::string& profile_name = "chen2015") {
    const TrialTable trials{{0.0}, {20.0}, {cue_s}, {reward_s}};
    return assign_trials(trials, trace_, segmentation_, profile(profile_name)).at(0);
  }

  Trace trace_;
  Segmentation segmentation_;
};

TEST_F(Trials, UseTheBoutThatHoldsTheReward) {
  const TrialOutcome outcome = judge(4.0, 5.7);
  EXPECT_EQ(outcome.reason, RejectReason::used);
  EXPECT_EQ(outcome.bout, 0);
  EXPECT_DOUBLE_EQ(outcome.movement_onset_s, 5.0);
  EXPECT_DOUBLE_EQ(outcome.reaction_time_s, 1.0);
  EXPECT_DOUBLE_EQ(outcome.cue_to_reward_s, 1.7);
}

TEST_F(Trials, WithoutRewardOrCueSaySo) {
  EXPECT_EQ(judge(4.0, none).reason, RejectReason::no_reward);
  EXPECT_EQ(judge(none, 5.7).reason, RejectReason::no_cue);
  EXPECT_EQ(judge(none, none).reason, RejectReason::no_reward);
  EXPECT_TRUE(std::isnan(judge(4.0, none).cue_to_reward_s));
}

// Each row is start, stop, cue, reward of one trial; the bout is used wherever nothing is said against its
// trial.
TEST_F(Trials, WithTimesThatCannotBeTrueSaySoAndSpareTheOthers) {
  const double infinity = std::numeric_limits<double>::infinity();
  const TrialTable trials{{0.0, 2.0, none, 4.0, 3.0, 6.0, 7.0, 8.0},
                          {1.0, 3.0, 4.0, 5.0, 3.5, 5.5, 9.0, infinity},
                          {0.8, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0},
                          {0.7, 5.7, 5.7, 5.7, 5.7, 5.7, 5.7, 5.7}};
  const auto outcomes = assign_trials(trials, trace_, segmentation_, {});
  const char* const words[] = {"reward at 0.7 s, before its cue at 0.8 s",
                               "",
                               "no start",
                               "",
                               "out of order",
                               "before its start",
                               "",
                               "stop at inf s"};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::string said = bad_times(trials, static_cast<std::int64_t>(i));
    EXPECT_EQ(outcomes[i].reason, said.empty() ? RejectReason::used : RejectReason::bad_times) << i;
    EXPECT_NE(said.find(words[i]), std::string::npos) << i << ": " << said;
    EXPECT_EQ(said.empty(), *words[i] == '\0') << i << ": " << said;
  }
}

TEST_F(Trials, MayOverlapByALeverSampleAndBeRewardedHalfASampleEarly) {
  const auto reason = [&](double start, double reward) {
    const TrialTable trials{{0.0, start}, {4.0, 20.0}, {none, 5.5}, {none, reward}};
    return assign_trials(trials, trace_, segmentation_, {}).at(1).reason;
  };
  EXPECT_EQ(reason(4.0 - 7e-15, 5.7), RejectReason::started_before_cue);
  EXPECT_EQ(reason(4.0 - 0.0009, 5.7), RejectReason::started_before_cue);
  EXPECT_EQ(reason(4.0 - 0.0011, 5.7), RejectReason::bad_times);
  EXPECT_EQ(reason(4.0, 5.4996), RejectReason::started_before_cue);
  EXPECT_EQ(reason(4.0, 5.4994), RejectReason::bad_times);
}

TEST_F(Trials, BeyondTheRecordingSaySo) {
  EXPECT_EQ(judge(4.0, 20.0).reason, RejectReason::outside_recording);
  EXPECT_EQ(judge(25.0, 26.0).reason, RejectReason::outside_recording);
  EXPECT_EQ(judge(-1.0, 5.7).reason, RejectReason::outside_recording);
}

TEST_F(Trials, WithTheRewardAtRestSaySo) {
  EXPECT_EQ(judge(4.0, 4.9).reason, RejectReason::reward_outside_movement);
  EXPECT_EQ(judge(4.0, 6.5).reason, RejectReason::reward_outside_movement);
  EXPECT_EQ(judge(4.0, 6.4994).reason, RejectReason::used);  // rounds to sample 6499, the bout's last
  EXPECT_EQ(judge(4.0, 4.9).bout, -1);
}

TEST_F(Trials, NeedTheOnsetAfterTheCue) {
  EXPECT_EQ(judge(5.0, 5.7).reason, RejectReason::started_before_cue);
  EXPECT_EQ(judge(4.9996, 5.7).reason, RejectReason::used);
}

TEST_F(Trials, OfPeters2014NeedTheLastQuiescentSampleAfterTheCueSample) {
  EXPECT_EQ(judge(4.999, 5.7, "peters2014").reason, RejectReason::started_before_cue);
  EXPECT_EQ(judge(4.998, 5.7, "peters2014").reason, RejectReason::used);
}

TEST_F(Trials, OfPeters2014NeedQuiescenceBeforeTheCue) {
  segmentation_.bouts.insert(segmentation_.bouts.begin(), {3000, 4000});
  for (std::size_t i = 3000; i < 4000; ++i) segmentation_.active[i] = 1;
  EXPECT_EQ(judge(4.099, 5.7, "peters2014").reason, RejectReason::moving_before_cue);
  EXPECT_EQ(judge(4.100, 5.7, "peters2014").reason, RejectReason::used);
  EXPECT_EQ(judge(4.05, 5.7).reason, RejectReason::used);
}

TEST_F(Trials, NeedTheWholeWindowInTheRecording) {
  trace_.volts.resize(7001);
  segmentation_.active.resize(7001);
  EXPECT_EQ(judge(4.0, 5.7).reason, RejectReason::used);
  trace_.volts.resize(7000);
  segmentation_.active.resize(7000);
  EXPECT_EQ(judge(4.0, 5.7).reason, RejectReason::window_past_end);
}

TEST_F(Trials, WhoseWindowTouchesMissingDataSaySo) {
  trace_.no_data = {{7000, 7100}};
  EXPECT_EQ(judge(4.0, 5.7).reason, RejectReason::no_data);
  trace_.no_data = {{7001, 7100}};
  EXPECT_EQ(judge(4.0, 5.7).reason, RejectReason::used);
}

TEST_F(Trials, WithAFlatWindowSaySo) {
  std::fill(trace_.volts.begin() + 5000, trace_.volts.begin() + 7001, 1.0);
  EXPECT_EQ(judge(4.0, 5.7).reason, RejectReason::flat_movement);
}

TEST_F(Trials, GiveTheTraceFromOnsetForTwoSeconds) {
  const TrialTable trials{{0.0, 10.0}, {10.0, 20.0}, {4.0, 12.0}, {5.7, none}};
  const auto outcomes = assign_trials(trials, trace_, segmentation_);
  const Movements movements = extract(trace_, outcomes);
  ASSERT_EQ(movements.size(), 1);
  ASSERT_EQ(movements.samples, 2001);
  EXPECT_EQ(movements.trial[0], 0);
  EXPECT_EQ(movements.row(0).front(), trace_.volts[5000]);
  EXPECT_EQ(movements.row(0).back(), trace_.volts[7000]);
}

TEST_F(Trials, AreSummarised) {
  const TrialTable trials{{0, 8, 12, 15}, {8, 12, 15, 20}, {4, 9, 13, 16}, {5.7, none, 13.5, none}};
  const auto outcomes = assign_trials(trials, trace_, segmentation_);
  trace_.no_data = {{0, 4000}};
  const SessionSummary summary = summarise(trials, outcomes, trace_, segmentation_);
  EXPECT_EQ(summary.n_trials, 4);
  EXPECT_EQ(summary.n_rewarded, 2);
  EXPECT_DOUBLE_EQ(summary.success_fraction, 0.5);
  EXPECT_EQ(summary.n_movements, 1);
  EXPECT_DOUBLE_EQ(summary.median_reaction_time_s, 1.0);
  EXPECT_DOUBLE_EQ(summary.median_cue_to_reward_s, 1.7);
  EXPECT_DOUBLE_EQ(summary.moving_fraction, 1500.0 / 16000.0);
}

TEST(EventSample, IsTheNearestWithHalvesUp) {
  EXPECT_EQ(event_sample(0.0), 0);
  EXPECT_EQ(event_sample(0.0005), 1);
  EXPECT_EQ(event_sample(0.00049), 0);
  EXPECT_EQ(event_sample(-0.0006), -1);
  EXPECT_EQ(event_sample(1.5), 1500);
}

TEST(RejectReasons, HaveTheNamesOfTheResultsFile) {
  EXPECT_EQ(name(RejectReason::used), "used");
  EXPECT_EQ(name(RejectReason::reward_outside_movement), "reward_outside_movement");
  EXPECT_EQ(name(RejectReason::rejected_in_review), "rejected_in_review");
  EXPECT_EQ(static_cast<int>(RejectReason::bad_times), 11);
  EXPECT_EQ(name(RejectReason::bad_times), "bad_times");
}

}  // namespace
}  // namespace leverkin
