#include "leverkin/review.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// A 20 s trace with a bout from 5 s to 6.5 s, and two trials: its reward is in the first, none in the second.
class Reviews : public ::testing::Test {
 protected:
  Reviews() {
    trace_.volts.resize(20000);
    for (std::size_t i = 0; i < trace_.volts.size(); ++i)
      trace_.volts[i] = std::sin(static_cast<double>(i) / 100);
    segmentation_.bouts = {{.begin = 5000, .end = 6500}};
    segmentation_.active.resize(trace_.volts.size());
    for (std::size_t i = 5000; i < 6500; ++i) segmentation_.active[i] = 1;
    outcomes_ = assign_trials(trials_, trace_, segmentation_, parameters_);
  }

  static Decision decision(ReviewAction action, double onset_s = none, std::int64_t trial = 0) {
    return {.subject = "m1", .session = 1, .trial = trial, .action = action, .onset_s = onset_s};
  }

  void apply(const Decision& one) {
    apply_review(std::vector{one}, trials_, trace_, segmentation_, parameters_, outcomes_);
  }

  std::string refusal(const Decision& one) {
    const std::vector<TrialOutcome> before = outcomes_;
    try {
      apply(one);
    } catch (const BadArgument& error) {
      outcomes_ = before;
      return error.what();
    }
    return "(nothing was refused)";
  }

  Parameters parameters_ = profile("chen2015");
  TrialTable trials_{{0.0, 10.0}, {10.0, 20.0}, {4.0, 12.0}, {5.7, none}};
  Trace trace_;
  Segmentation segmentation_;
  std::vector<TrialOutcome> outcomes_;
};

TEST_F(Reviews, RejectAMovement) {
  apply(decision(ReviewAction::rejected));
  EXPECT_EQ(outcomes_[0].reason, RejectReason::rejected_in_review);
  EXPECT_EQ(outcomes_[0].review, ReviewAction::rejected);
  EXPECT_EQ(outcomes_[1].review, ReviewAction::none);
  EXPECT_EQ(extract(trace_, outcomes_, parameters_).size(), 0);
}

TEST_F(Reviews, AcceptAMovementAndChangeNothingElse) {
  apply(decision(ReviewAction::accepted));
  EXPECT_EQ(outcomes_[0].reason, RejectReason::used);
  EXPECT_EQ(outcomes_[0].review, ReviewAction::accepted);
  EXPECT_DOUBLE_EQ(outcomes_[0].movement_onset_s, 5.0);
}

TEST_F(Reviews, ShiftTheOnsetWithItsWindowAndReactionTime) {
  apply(decision(ReviewAction::shifted, 4.987));
  EXPECT_EQ(outcomes_[0].review, ReviewAction::shifted);
  EXPECT_DOUBLE_EQ(outcomes_[0].movement_onset_s, 4.987);
  EXPECT_DOUBLE_EQ(outcomes_[0].reaction_time_s, 0.987);
  EXPECT_DOUBLE_EQ(outcomes_[0].cue_to_reward_s, 1.7);
  EXPECT_EQ(extract(trace_, outcomes_, parameters_).row(0).front(), trace_.volts[4987]);
  EXPECT_EQ(segmentation_.bouts[0].begin, 5000);
}

TEST_F(Reviews, NeverOverrideTheRules) {
  EXPECT_EQ(refusal(decision(ReviewAction::accepted, none, 1)),
            "review: trial 1 cannot be accepted: its movement is not used (no_reward), and a review does not "
            "override the rules");
  EXPECT_NE(refusal(decision(ReviewAction::rejected, none, 1)).find("no_reward"), std::string::npos);
  EXPECT_NE(refusal(decision(ReviewAction::shifted, 3.999)).find("(started_before_cue)"), std::string::npos);
  EXPECT_NE(refusal(decision(ReviewAction::shifted, 5.8)).find("before the reward at 5.7 s"),
            std::string::npos);
  trace_.no_data = {{6990, 7000}};
  EXPECT_NE(refusal(decision(ReviewAction::shifted, 5.001)).find("(no_data)"), std::string::npos);
  apply(decision(ReviewAction::shifted, 4.989));  // its window ends before the gap
}

TEST_F(Reviews, NeedACompleteWindowInsideTheRecording) {
  trials_ = {{0.0}, {20.0}, {16.0}, {18.5}};
  segmentation_.bouts = {{.begin = 17990, .end = 19000}};
  outcomes_ = assign_trials(trials_, trace_, segmentation_, parameters_);
  ASSERT_EQ(outcomes_[0].reason, RejectReason::used);
  EXPECT_NE(refusal(decision(ReviewAction::shifted, 18.0)).find("(window_past_end)"), std::string::npos);
  EXPECT_NE(refusal(decision(ReviewAction::shifted, 25.0)).find("inside the recording of 20 s"),
            std::string::npos);
  EXPECT_NE(refusal(decision(ReviewAction::shifted, -1.0)).find("inside the recording"), std::string::npos);
  apply(decision(ReviewAction::shifted, 17.999));
}

TEST_F(Reviews, OfTrialsThatAreNotThereAreRefused) {
  for (const std::int64_t trial : {-1, 2})
    EXPECT_NE(refusal(decision(ReviewAction::rejected, none, trial)).find("the session has 2 trials"),
              std::string::npos);
}

std::string one_decision(const std::string& rest) {
  return R"({"schema": "leverkin-review/1", "decisions": [{"subject": "a \"µ\"", "session": 3, )"
         R"("input_xxh3": "00ff", "trial": 7, )" +
         rest + "}]}";
}

std::string refusal_of(const std::string& json) {
  try {
    static_cast<void>(review_from_json(json, "mine.json"));
  } catch (const BadArgument& error) {
    return error.what();
  }
  return "(nothing was refused)";
}

TEST(ReviewFiles, ComeBackWithEveryPart) {
  const std::string json = one_decision(R"("action": "shift", "onset_s": 12.345, "note": "late")");
  const Review review = review_from_json(json, "mine.json");
  EXPECT_EQ(review.json, json);
  ASSERT_EQ(review.decisions.size(), 1U);
  const Decision& one = review.decisions[0];
  EXPECT_EQ(one.subject, "a \"µ\"");
  EXPECT_EQ(one.session, 3);
  EXPECT_EQ(one.input_xxh3, "00ff");
  EXPECT_EQ(one.trial, 7);
  EXPECT_EQ(one.action, ReviewAction::shifted);
  EXPECT_EQ(one.onset_s, 12.345);
  EXPECT_EQ(one.note, "late");
}

TEST(ReviewFiles, MayHoldNothing) {
  EXPECT_TRUE(review_from_json(R"({"schema": "leverkin-review/1", "decisions": []})", "x").decisions.empty());
}

TEST(ReviewFiles, ThatAreNoneAreRefusedInWords) {
  EXPECT_EQ(refusal_of("decisions"), "mine.json: found text that is not JSON; expected a review");
  EXPECT_NE(refusal_of("[]").find("expected an object"), std::string::npos);
  EXPECT_EQ(refusal_of(R"({"schema": "leverkin-review/2", "decisions": []})"),
            "mine.json: found the schema leverkin-review/2; expected leverkin-review/1");
  EXPECT_NE(refusal_of(R"({"decisions": []})").find("found the schema none"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"schema": "leverkin-review/1"})").find("\"decisions\""), std::string::npos);
  EXPECT_NE(refusal_of(R"({"schema": "leverkin-review/1", "decisions": [3]})").find("decision 0"),
            std::string::npos);
  EXPECT_NE(refusal_of(one_decision(R"("action": "keep")")).find("found the action \"keep\""),
            std::string::npos);
  EXPECT_NE(refusal_of(one_decision(R"("action": "shift")")).find("there is no \"onset_s\""),
            std::string::npos);
  EXPECT_NE(refusal_of(one_decision(R"("action": "shift", "onset_s": "soon")")).find("a number"),
            std::string::npos);
  const std::string entry =
      R"({"subject": "a", "session": 1, "input_xxh3": "0", "trial": 2, "action": "reject"})";
  EXPECT_NE(refusal_of(fmt::format(R"({{"schema": "leverkin-review/1", "decisions": [{0}, {0}]}})", entry))
                .find("decision 1: found a second decision on subject a, session 1, trial 2"),
            std::string::npos);
}

}  // namespace
}  // namespace leverkin
