#include "leverkin/sweep.h"

#include <gtest/gtest.h>

#include <cmath>

#include "leverkin/error.h"
#include "leverkin/simulate.h"
#include "leverkin/validate.h"
#include "session_files.h"

namespace leverkin {
namespace {

class Sweeps : public test::SessionFiles {
 protected:
  std::vector<SessionSource> sessions() {
    SimulateOptions options;
    options.animals = 2;
    options.sessions = 2;
    options.minutes = 3;
    options.rate_hz = 1000;
    options.format = "hdf5";
    simulate(file("mice"), options);
    return find_sessions({file("mice")});
  }
};

TEST_F(Sweeps, GiveOfEverySettingWhatItsAnalysisGives) {
  const auto sources = sessions();
  std::vector<Parameters> settings{profile("chen2015"), profile("leverkin"), profile("chen2015"),
                                   profile("leverkin"), profile("leverkin"), profile("leverkin")};
  settings[2].gap_ms = 300;
  settings[3].min_amplitude_v = 0.1;
  settings[4].speed_threshold_v_per_s = 1.6;
  settings[5].hold_ms = 0;
  const SweepResult result = sweep(sources, settings, 2);
  ASSERT_EQ(result.of.size(), settings.size());
  ASSERT_EQ(result.sessions.size(), 4U);
  EXPECT_TRUE(result.failed.empty());
  for (std::size_t s = 0; s < settings.size(); ++s)
    for (std::size_t i = 0; i < sources.size(); ++i) {
      Session session(sources[i].path);
      const SessionResult alone = analyze_session(session, settings[s]);
      const SweepSession& swept = result.of[s][i];
      EXPECT_EQ(swept.n_bouts, std::ssize(alone.segmentation.bouts));
      EXPECT_EQ(swept.n_movements, alone.summary.n_movements);
      EXPECT_EQ(swept.moving_fraction, alone.summary.moving_fraction);
      EXPECT_EQ(std::isnan(swept.across_r), i % 2 == 1) << "an animal's last session has no next one";
      if (s == 0) {
        EXPECT_EQ(swept.onset_shift_s, 0.0);
      }
    }
  EXPECT_NE(result.of[0][0].n_bouts, result.of[2][0].n_bouts);
  for (const std::size_t other : {3U, 4U, 5U})
    EXPECT_NE(result.of[1][0].n_bouts, result.of[other][0].n_bouts) << other;
}

TEST_F(Sweeps, AreTheSameForAnyNumberOfThreads) {
  const auto sources = sessions();
  std::vector<Parameters> settings(4, profile("leverkin"));
  for (std::size_t s = 0; s < settings.size(); ++s)
    settings[s].gap_ms = 300 + 100 * static_cast<std::int64_t>(s);
  const SweepResult one = sweep(sources, settings, 1), many = sweep(sources, settings, 3);
  for (std::size_t s = 0; s < settings.size(); ++s)
    for (std::size_t i = 0; i < one.sessions.size(); ++i) {
      EXPECT_EQ(one.of[s][i].n_bouts, many.of[s][i].n_bouts);
      EXPECT_EQ(one.of[s][i].onset_shift_s, many.of[s][i].onset_shift_s);
      EXPECT_TRUE(one.of[s][i].within_r == many.of[s][i].within_r || std::isnan(one.of[s][i].within_r));
    }
}

TEST_F(Sweeps, WithoutASettingAreRefused) { EXPECT_THROW((void)sweep(sessions(), {}), BadArgument); }

const ValidationRow& row(const std::vector<ValidationRow>& rows, const std::string& profile,
                         const std::string& recording) {
  for (const ValidationRow& one : rows)
    if (one.profile == profile && one.recording == recording && one.movements == "all") return one;
  throw std::out_of_range(recording);
}

TEST(Validate, FindsTheProfileLeverkinRightAndThePublishedOneLate) {
  ValidateOptions options;
  options.minutes = 2.0;
  options.threads = 2;
  const auto rows = validate({profile("chen2015"), profile("leverkin")}, options);
  const ValidationRow &ours = row(rows, "leverkin", "as usual"), &theirs = row(rows, "chen2015", "as usual");
  ASSERT_GT(ours.n, 10);
  EXPECT_EQ(ours.n, theirs.n);
  EXPECT_EQ(ours.recall, 1.0);
  EXPECT_EQ(ours.false_per_minute, 0.0);
  EXPECT_NEAR(ours.onset.median_s, 0.0, 0.003);
  EXPECT_LT(ours.onset.p95_s, 0.012);
  EXPECT_GE(ours.onset.within_2sd, 0.88);
  EXPECT_GT(std::abs(theirs.onset.median_s), 0.01);
  EXPECT_TRUE(std::isnan(theirs.onset.within_2sd)) << "it states no uncertainty";
  EXPECT_NEAR(row(rows, "leverkin", "six times as long").onset.median_s, ours.onset.median_s, 0.002);
  EXPECT_LT(row(rows, "leverkin", "gaps").n, ours.n) << "movements that a gap cuts have no true edge";
  EXPECT_EQ(row(rows, "leverkin", "gaps").recall, 1.0);
  const ValidationRow& shapes = row(rows, "leverkin", "every shape and noise");
  EXPECT_GT(shapes.n, 10 * ours.n);
  EXPECT_GE(shapes.onset.within_2sd, 0.88);
  EXPECT_GE(shapes.offset.within_2sd, 0.88);
}

TEST(Validate, CountsWhatIsMissed) {
  ValidateOptions options;
  options.minutes = 2.0;
  Parameters blind = profile("leverkin");
  blind.min_amplitude_v = 10.0;
  const auto rows = validate({blind}, options);
  for (const ValidationRow& one : rows) {
    if (one.n > 0) {
      EXPECT_EQ(one.recall, 0.0);
    }
    EXPECT_EQ(one.onset.n, 0);
  }
}

}  // namespace
}  // namespace leverkin
