#include "leverkin/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "leverkin/pipeline.h"
#include "session_files.h"
#include "stages/findings/findings.h"

namespace leverkin {
namespace {

using test::nan;

// Nothing about it is odd: 40 trials, 32 rewarded and used, a lever that moves and a little noise.
struct Made {
  SessionInfo info;
  TrialTable trials;
  SampleFacts samples;
  Trace trace;
  Segmentation segmentation;
  std::vector<TrialOutcome> outcomes;
  Movements movements{.samples = 2001};
  SessionSummary summary;

  Made() {
    info.rate_hz = 1000.0;
    info.duration_s = 400.0;
    for (int i = 0; i < 40; ++i) {
      const double start = 10.0 * i;
      const bool rewarded = i % 5 != 0;
      trials.start_s.push_back(start);
      trials.stop_s.push_back(start + 9.0);
      trials.cue_s.push_back(start + 1.0);
      trials.reward_s.push_back(rewarded ? start + 2.0 : nan);
      outcomes.push_back({.reaction_time_s = rewarded ? 0.3 : nan,
                          .reason = rewarded ? RejectReason::used : RejectReason::no_reward});
      if (rewarded) add_movement(i, start + 1.3);
    }
    summary = {.n_trials = 40, .n_rewarded = 32, .success_fraction = 0.8, .n_movements = 32};
    trace.volts.assign(400'000, 1.5);
    segmentation.noise_cutoff_v = 0.002;
    samples = {.samples = 400'000, .low = {.volts = 1.4, .samples = 1}, .high = {.volts = 2.5, .samples = 1}};
  }

  // A press of half a volt.
  void add_movement(std::int64_t trial, double onset_s) {
    for (int i = 0; i < 2001; ++i)
      movements.volts.push_back(i < 400 ? 0.5 * std::sin(std::numbers::pi * i / 400) : 0.0);
    movements.trial.push_back(trial);
    movements.onset_s.push_back(onset_s);
  }

  [[nodiscard]] std::span<double> movement(std::size_t row) {
    return std::span(movements.volts).subspan(row * 2001, 2001);
  }

  [[nodiscard]] std::vector<Finding> findings() const {
    return session_findings({info, trials, samples, trace, segmentation, outcomes, movements, summary}, 1);
  }
};

std::string texts(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings) text += one.code + ": " + one.text + "\n";
  return text;
}

// The one thing that was found.
Finding only(const std::vector<Finding>& findings, std::string_view code, std::string_view words) {
  EXPECT_EQ(findings.size(), 1U) << texts(findings);
  if (findings.size() != 1) return {};
  EXPECT_EQ(findings[0].code, code);
  EXPECT_NE(findings[0].text.find(words), std::string::npos) << findings[0].text;
  return findings[0];
}

TEST(Findings, AreNoneForAnOrdinarySession) { EXPECT_EQ(texts(Made().findings()), ""); }

TEST(Findings, SayThatNoTrialHasACueOnceForAllItsConsequences) {
  Made session;
  session.trials.cue_s[7] = nan;
  EXPECT_EQ(texts(session.findings()), "") << "one missing cue is nothing odd";
  session.trials.cue_s.assign(40, nan);
  session.summary.n_movements = 0;
  const Finding found = only(session.findings(), "no_cues", "none of the 40 trials has a cue time");
  EXPECT_EQ(found.severity, Severity::error);
}

TEST(Findings, SayThatNothingWasRewarded) {
  Made session;
  session.trials.reward_s.assign(40, nan);
  session.summary.n_rewarded = session.summary.n_movements = 0;
  only(session.findings(), "no_rewards", "none of the 40 trials was rewarded");
}

TEST(Findings, SayThatRewardsGaveNoMovement) {
  Made session;
  session.summary.n_movements = 0;
  only(session.findings(), "no_movements", "none of the 32 rewarded trials gave a movement");
}

TEST(Findings, SayThatThereAreNoTrialsOrNoBouts) {
  Made session;
  session.trials = {};
  session.outcomes.clear();
  session.summary = {.success_fraction = nan};
  only(session.findings(), "no_trials", "no trials");
  session = {};
  session.segmentation.reason = "a quiet day";
  only(session.findings(), "no_bouts", "no bouts: a quiet day");
}

TEST(Findings, SayThatLessThanAThirdOfTheTrialsAreUsed) {
  Made session;
  session.summary.n_movements = 14;  // 35 %
  EXPECT_EQ(texts(session.findings()), "");
  session.summary.n_movements = 13;
  const Finding found =
      only(session.findings(), "few_trials_used", "only 32 % of the 40 trials are used: 8 no reward");
  EXPECT_DOUBLE_EQ(found.value, 0.325);
  EXPECT_EQ(found.severity, Severity::warning);
  session.summary.n_trials = 19, session.summary.n_movements = 3;
  EXPECT_EQ(texts(session.findings()), "") << "too few trials to say so";
}

TEST(Findings, SayThatMovementsBeginSoonerThanAMouseCanReact) {
  Made session;
  for (std::size_t i = 1; i < 9; ++i) session.outcomes[i].reaction_time_s = 0.099;
  session.outcomes[8].reaction_time_s = 0.1;  // 6 of 32 below
  EXPECT_EQ(texts(session.findings()), "");
  session.outcomes[8].reaction_time_s = -0.01;  // 7 of 32
  const Finding found =
      only(session.findings(), "fast_reactions", "22 % of the 32 used movements begin less than 100 ms");
  EXPECT_NE(found.text.find("median 300 ms"), std::string::npos) << found.text;
  EXPECT_DOUBLE_EQ(found.value, 7.0 / 32.0);
}

TEST(Findings, SayThatManyRewardsFellOnALeverAtRest) {
  Made session;
  for (std::size_t i = 2; i < 10; ++i)
    if (i % 5 != 0) session.outcomes[i].reason = RejectReason::reward_outside_movement;  // 7
  EXPECT_EQ(texts(session.findings()), "");
  session.outcomes[1].reason = RejectReason::reward_outside_movement;
  only(session.findings(), "rewards_at_rest", "at rest at 8 of 32 rewards");
  session.summary.n_rewarded = 4;
  for (std::size_t i = 5; i < 10; ++i) session.outcomes[i].reason = RejectReason::used;
  EXPECT_EQ(texts(session.findings()), "") << "4 of 4 are too few to say so";
}

TEST(Findings, SayWhenTheSensorRingsWithinAUsedMovement) {
  Made session;
  const std::span<double> rung = session.movement(3);  // trial 4
  for (std::size_t i = 1000; i < 1600; ++i)
    rung[i] += 0.2 * std::sin(0.04 * std::numbers::pi * static_cast<double>(i));  // 20 Hz
  const Finding found = only(session.findings(), "ringing", "in the movement of trial 4: ");
  EXPECT_NEAR(found.value, 23, 2) << "two swings a cycle";
  EXPECT_NEAR(found.start_s, 41.3 + 1.0, 0.05);
  EXPECT_NEAR(found.stop_s, 41.3 + 1.6, 0.05);
  for (double& volts : rung) volts *= 0.4;
  EXPECT_EQ(texts(session.findings()), "") << "small beside a usual movement";
}

TEST(Findings, SayWhenTheSensorJumpsWithinAUsedMovement) {
  Made session;
  session.movement(0)[1200] += 2.0;
  const Finding found =
      only(session.findings(), "jumps", "jumps by 3.9 usual movements in the movement of trial 1");
  EXPECT_NEAR(found.start_s, 11.3 + 1.2, 0.002);
  session.movement(0)[1200] = 0.45;
  EXPECT_EQ(texts(session.findings()), "");
}

TEST(Findings, SayThatTheSensorReachesItsLimit) {
  Made session;
  SampleFacts::Extreme& high = session.samples.high;
  high = {.volts = 2.5, .samples = 99, .longest_begin = 5000, .longest = 99};
  EXPECT_EQ(texts(session.findings()), "") << "99 ms in all";
  high.samples = 119;
  const Finding found = only(session.findings(), "clipped", "at exactly 2.5 V for 0.1 s in all, the highest");
  EXPECT_DOUBLE_EQ(found.value, 0.119);
  EXPECT_DOUBLE_EQ(found.start_s, 5.0);
  EXPECT_DOUBLE_EQ(found.stop_s, 5.099);
  high.longest = 9;
  EXPECT_EQ(texts(session.findings()), "") << "noise touches its extremes now and then";
  high = {.volts = 1.505, .samples = 300'000, .longest_begin = 0, .longest = 5000};
  EXPECT_EQ(texts(session.findings()), "") << "a lever that rests on its stop all the time";
  session.samples.high = {.volts = 2.5, .samples = 1, .longest = 1};
  session.samples.low = {.volts = 0.5, .samples = 400, .longest_begin = 9000, .longest = 100};
  only(session.findings(), "clipped", "at exactly 0.5 V for 0.4 s in all, the lowest");
}

TEST(Findings, ArePausesInANoteAndMuchMissingInAWarning) {
  Made session;
  session.trace.no_data = {{1000, 1120}, {5000, 7000}};
  const Finding note = only(session.findings(), "without_data",
                            "2 gaps without data, 2.1 s in all; the longest: 2.000 s at 5.000 s, 0.120 s");
  EXPECT_EQ(note.severity, Severity::note);
  EXPECT_DOUBLE_EQ(note.value, 2.12);
  EXPECT_DOUBLE_EQ(note.start_s, 5.0);
  EXPECT_DOUBLE_EQ(note.stop_s, 7.0);
  session.trace.no_data[1].end = 5000 + 3880;  // 4 s of 400
  EXPECT_EQ(only(session.findings(), "much_without_data", "1 % of the recording is missing").severity,
            Severity::warning);
}

TEST(Findings, SayThatNoLeverHasThousandsOfVolts) {
  Made session;
  session.samples.high.volts = 49.0;
  EXPECT_EQ(texts(session.findings()), "");
  session.samples.high.volts = 1500.0;
  EXPECT_EQ(only(session.findings(), "wrong_scale", "the lever reaches 1500 V").severity, Severity::error);
  session.samples.low.volts = -2500.0;
  EXPECT_EQ(only(session.findings(), "wrong_scale", "the lever reaches -2500 V").value, -2500.0);
}

TEST(Findings, PlaceSamplesThatAreNotNumbersAndTrialsBeyondTheRecording) {
  Made session;
  session.samples.not_finite = 4;
  session.samples.not_finite_at = {{1000, 1003}, {20'000, 20'001}};
  const Finding found = only(session.findings(), "not_finite",
                             "4 samples are not a finite number, or not in the file, from sample 1000 (1.000 "
                             "s) for 3 samples, sample 20000");
  EXPECT_DOUBLE_EQ(found.start_s, 1.0);
  session = {};
  session.info.duration_s = 385.0;
  EXPECT_EQ(only(session.findings(), "outside_recording",
                 "1 trial lies outside the recording of 385.000 s, first trial 39")
                .start_s,
            390.0);
}

// --- beside the animal's others

PastSession past(std::int64_t number, double success, double noise_v = 0.002) {
  PastSession session;
  session.identity = {"m07", number, "", ""};
  session.summary = {.n_trials = 40,
                     .n_rewarded = 30,
                     .success_fraction = success,
                     .n_movements = 20,
                     .median_reaction_time_s = 0.5,
                     .moving_fraction = 0.2};
  session.noise_cutoff_v = noise_v;
  session.rate_hz = 1000.0;
  return session;
}

std::vector<Finding> beside(const std::vector<PastSession>& sessions, std::size_t at,
                            const Correlogram* correlogram = nullptr) {
  return compared_findings({.sessions = sessions, .at = at, .correlogram = correlogram});
}

TEST(ComparedFindings, SayThatTheNoiseIsFarFromTheAnimalsUsual) {
  std::vector<PastSession> sessions{past(1, 0.6), past(2, 0.7), past(3, 0.8, 0.0021), past(4, 0.8)};
  for (const double fine : {0.0039, 0.0011}) {
    sessions[3].noise_cutoff_v = fine;
    EXPECT_EQ(texts(beside(sessions, 3)), "") << fine;
  }
  sessions[3].noise_cutoff_v = 0.0061;
  only(beside(sessions, 3), "noise_unusual",
       "noise is 6.1 mV, 3.1 times the 2 mV of other sessions: has the sensor");
  sessions[3].noise_cutoff_v = 0.0006;
  EXPECT_NEAR(only(beside(sessions, 3), "noise_unusual", "noise is 0.6 mV").value, 0.3, 1e-12);
  sessions[3].noise_cutoff_v = nan;
  EXPECT_EQ(texts(beside(sessions, 3)), "");
  sessions = {past(1, 0.6), past(2, 0.6, 0.1)};
  EXPECT_EQ(texts(beside(sessions, 1)), "") << "one other session has no usual noise";
}

TEST(ComparedFindings, SayThatSuccessFellFarBelowTheLastThreeSessions) {
  std::vector<PastSession> sessions{past(1, 0.6), past(2, 0.7), past(3, 0.8), past(4, 0.41)};
  EXPECT_EQ(texts(beside(sessions, 3)), "") << "0.19 below the lowest";
  sessions[3].summary.success_fraction = 0.39;
  only(beside(sessions, 3), "success_fell",
       "success fell to 39 %: it was 60 % or more in the last 3 sessions");
  std::vector<PastSession> longer = sessions;
  longer.insert(longer.begin(), past(0, 0.1));
  EXPECT_EQ(beside(longer, 4).size(), 1U) << "how it began no longer matters";
  longer[3].summary.success_fraction = 0.5;
  EXPECT_EQ(texts(beside(longer, 4)), "");
  sessions[3].summary.n_trials = 19;
  EXPECT_EQ(texts(beside(sessions, 3)), "") << "too few trials to say so";
}

TEST(ComparedFindings, SayOnceThatSuccessDeclinedOverTheSessions) {
  std::vector<PastSession> sessions{past(1, 0.8), past(2, 0.9),  past(3, 0.85), past(4, 0.75),
                                    past(5, 0.7), past(6, 0.65), past(8, 0.61)};
  EXPECT_EQ(texts(beside(sessions, 6)), "") << "85 to 65.3 %";
  sessions[6].summary.success_fraction = 0.55;
  only(beside(sessions, 6), "success_declined",
       "success declined from 85 % (sessions 1 to 3) to 63 % (sessions 5 to 8)");
  for (std::size_t at = 0; at < 6; ++at) EXPECT_EQ(texts(beside(sessions, at)), "");
  sessions.erase(sessions.begin(), sessions.begin() + 2);
  EXPECT_EQ(texts(beside(sessions, 4)), "") << "five sessions are too few";
}

TEST(ComparedFindings, SayThatMovementsAreUnlikeThoseOfBothNeighbours) {
  const std::vector<PastSession> sessions{past(1, 0.8), past(2, 0.8), past(3, 0.8)};
  Correlogram r{.session = {1, 2, 3}, .median_r = {0.6, 0.2, 0.5, 0.2, 0.7, 0.31, 0.5, 0.31, 0.6}};
  EXPECT_EQ(texts(beside(sessions, 1, &r)), "");
  r.median_r[5] = r.median_r[7] = 0.29;
  EXPECT_NEAR(
      only(beside(sessions, 1, &r), "unlike_movements", "r 0.20 and 0.29, while those two have 0.50").value,
      0.21, 1e-12);
  EXPECT_EQ(texts(beside(sessions, 0, &r)) + texts(beside(sessions, 2, &r)), "") << "nobody on one side";
}

TEST(ComparedFindings, SayThatReactionsOrTimeMovingAreUnlikeThoseOfBothNeighbours) {
  std::vector<PastSession> sessions{past(1, 0.8), past(2, 0.8), past(3, 0.8)};
  sessions[1].summary.median_reaction_time_s = 0.99;
  EXPECT_EQ(texts(beside(sessions, 1)), "");
  sessions[1].summary.median_reaction_time_s = 1.2;
  EXPECT_NEAR(only(beside(sessions, 1), "unlike_numbers",
                   "the median reaction time is 1.20 s, in the sessions before and after 0.50 s and 0.50 s")
                  .value,
              2.4, 1e-12);
  sessions[2].summary.median_reaction_time_s = 1.1;
  EXPECT_EQ(texts(beside(sessions, 1)), "") << "it goes with the one after";
  sessions[2].summary.median_reaction_time_s = 0.5;
  sessions[0].summary.n_movements = 9;
  EXPECT_EQ(texts(beside(sessions, 1)), "") << "a median of nine";
  sessions[1].summary.moving_fraction = 0.09;
  only(beside(sessions, 1), "unlike_numbers", "the time moving is 9 %");
}

TEST(ComparedFindings, SayThatTheRateDiffers) {
  std::vector<PastSession> sessions{past(1, 0.8), past(2, 0.8)};
  sessions[1].rate_hz = 1199.0;
  EXPECT_EQ(texts(beside(sessions, 1)), "");
  sessions[1].rate_hz = 10'000.0;
  only(beside(sessions, 1), "rate_differs", "recorded at 10000 Hz, the first session at 1000 Hz");
}

// --- one line per kind

SessionFinding row(const char* subject, std::int64_t session, const char* code, Severity severity,
                   double start_s = nan) {
  return {{.code = code, .severity = severity, .start_s = start_s, .text = "in words"}, subject, session};
}

TEST(GroupedFindings, AreOneLinePerKindWithItsSessionsTheMostSeriousFirst) {
  const std::vector<SessionFinding> rows{
      row("ross", 2, "without_data", Severity::note),     row("ross", 3, "without_data", Severity::note),
      row("ross", 4, "without_data", Severity::note),     row("ross", 9, "without_data", Severity::note),
      row("joey", 8, "without_data", Severity::note),     row("joey", 8, "ringing", Severity::warning, 10.0),
      row("ross", 3, "ringing", Severity::warning, 20.0), row("ross", 3, "ringing", Severity::warning, 30.0),
      row("ross", 1, "no_cues", Severity::error),         row("ross", 5, "of_tomorrow", Severity::warning),
      row("ross", 6, "of_tomorrow", Severity::warning)};
  const auto groups = grouped(rows, 15);
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[0].text, "ross, session 1: in words");
  EXPECT_EQ(groups[1].text,
            "the sensor rings in used movements: 3 times in 2 of 15 sessions (joey 8; ross 3)");
  EXPECT_EQ(groups[1].members, (std::vector<std::size_t>{5, 6, 7}));
  EXPECT_EQ(groups[2].text, "of tomorrow: 2 of 15 sessions (ross 5-6)");
  EXPECT_EQ(groups[3].text, "short gaps without data: 5 of 15 sessions (joey 8; ross 2-4, 9)");
  EXPECT_EQ(groups[3].severity, Severity::note);
}

TEST(GroupedFindings, OfOneSessionSayWhen) {
  std::vector<Finding> found;
  for (const double at : {10.0, 20.0, 30.04, 40.0, 50.0})
    found.push_back(row("", 0, "ringing", Severity::warning, at));
  found.push_back(row("", 0, "without_data", Severity::note));
  const auto groups = grouped(found);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].text,
            "the sensor rings in used movements: 5 times, at 10.0 s, 20.0 s, 30.0 s, 40.0 s and 1 more");
  EXPECT_EQ(groups[1].text, "in words");
}

TEST(FindingTable, HasEveryKindOnceTheMostSeriousFirstAsDocumented) {
  std::ifstream file(std::string(LEVERKIN_SOURCE_DIR) + "/docs/findings.md");
  std::stringstream documented;
  documented << file.rdbuf();
  const auto table = finding_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_GE(table[i > 0 ? i - 1 : 0].severity, table[i].severity) << table[i].code;
    EXPECT_EQ(std::ranges::count(table, table[i].code, &FindingKind::code), 1) << table[i].code;
    const std::string line =
        fmt::format("| `{}` | {} | {} | {} |\n", table[i].code, name(table[i].severity),
                    std::isnan(table[i].threshold) ? "" : fmt::format("{:.3g}", table[i].threshold),
                    table[i].given_where);
    EXPECT_NE(documented.str().find(line), std::string::npos) << "docs/findings.md wants this line:\n"
                                                              << line;
  }
}

// --- out of files

class InspectedFiles : public test::SessionFiles {};

TEST_F(InspectedFiles, TellWhatTheirSamplesSay) {
  SessionHeader header;
  header.identity = {"m07", 1, "", ""};
  header.rate_hz = 1000.0;
  std::vector<double> volts(30'000);
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = std::min(2.0, 1.5 + std::sin(static_cast<double>(i) / 500.0));
  volts[10] = volts[11] = nan;
  test::write(file("cut.h5"), header, volts, {}, nullptr);
  Session session(file("cut.h5"));
  const Inspection found = inspect(session);
  EXPECT_EQ(found.samples.samples, 30'000);
  EXPECT_EQ(found.samples.not_finite, 2);
  ASSERT_EQ(found.samples.not_finite_at.size(), 1U);
  EXPECT_EQ(found.samples.not_finite_at[0].end, 12);
  EXPECT_EQ(found.samples.high.volts, 2.0);
  EXPECT_EQ(found.samples.high.samples, std::ranges::count(volts, 2.0));
  const auto first = std::ranges::find(volts, 2.0);
  const auto last = std::find_if(first, volts.end(), [](double v) { return v != 2.0; });
  EXPECT_EQ(volts[static_cast<std::size_t>(found.samples.high.longest_begin)], 2.0);
  EXPECT_GE(found.samples.high.longest, last - first);
  std::vector<std::string> codes;
  for (const Finding& one : found.findings) codes.push_back(one.code);
  EXPECT_EQ(codes,
            (std::vector<std::string>{"no_bouts", "clipped", "not_finite", "no_trials", "without_data"}));
}

TEST_F(InspectedFiles, SayWhyTheyCannotBeAnalysed) {
  SessionHeader header;
  header.identity = {"m07", 1, "", ""};
  header.rate_hz = 1000.0;
  test::write(file("flat.h5"), header, std::vector<double>(30'000, 1.25), {}, nullptr);
  Session session(file("flat.h5"));
  const Inspection found = inspect(session);
  ASSERT_FALSE(found.findings.empty());
  EXPECT_EQ(found.findings[0].code, "cannot_be_analysed");
  EXPECT_EQ(found.findings[0].severity, Severity::error);
  EXPECT_NE(found.findings[0].text.find("the same value, 1.25 V, in all 30000 samples"), std::string::npos);
}

}  // namespace
}  // namespace leverkin
