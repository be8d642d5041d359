#include "leverkin/simulate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>

#include "session_files.h"
#include "simulate/press.h"

namespace leverkin {
namespace {

SimulateOptions small() {
  SimulateOptions options;
  options.animals = 2;
  options.sessions = 3;
  options.minutes = 3;
  options.rate_hz = 1000;
  options.seed = 11;
  return options;
}

using test::SessionFiles;

std::string bytes(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class SimulatedFiles : public SessionFiles {};

TEST_F(SimulatedFiles, AreTheSameBytesForTheSameSeedAndAnyNumberOfThreads) {
  for (const std::string format : {"nwb", "hdf5"}) {
    SimulateOptions options = small();
    options.format = format;
    options.storage = Storage::int16;
    options.compressed = true;
    options.threads = 1;
    const auto one = simulate(file("one-" + format), options);
    options.threads = 3;
    const auto many = simulate(file("many-" + format), options);
    ASSERT_EQ(one.size(), 6U);
    ASSERT_EQ(many.size(), one.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(bytes(one[i]) == bytes(many[i])) << one[i];
  }
}

TEST_F(SimulatedFiles, HoldWhatWasSimulated) {
  const auto paths = simulate(file("study"), small());
  Session session(paths.at(4));
  const SimulatedSession truth = simulate_session(small(), 1, 2);
  EXPECT_EQ(session.info().identity.subject, truth.identity.subject);
  EXPECT_EQ(session.info().identity.session, 2);
  EXPECT_EQ(session.trials().cue_s, truth.trials.cue_s);
  std::vector<double> volts(static_cast<std::size_t>(session.info().samples));
  session.read_volts(0, volts);
  EXPECT_EQ(volts, truth.volts);
}

TEST(SimulatedMice, DifferBySeedAnimalAndSession) {
  const auto volts = simulate_session(small(), 0, 1).volts;
  SimulateOptions other = small();
  other.seed = 12;
  EXPECT_NE(simulate_session(other, 0, 1).volts, volts);
  EXPECT_NE(simulate_session(small(), 1, 1).volts, volts);
  EXPECT_NE(simulate_session(small(), 0, 2).volts, volts);
  EXPECT_EQ(simulate_session(small(), 0, 1).volts, volts);
}

TEST(SimulatedMice, SucceedMoreOftenAndSoonerWithTraining) {
  SimulateOptions options = small();
  options.sessions = 11;
  options.minutes = 15;
  double first_success = 0, last_success = 0, first_latency = 0, last_latency = 0;
  for (std::int64_t animal = 0; animal < 3; ++animal)
    for (const std::int64_t number : {1, 11}) {
      const SimulatedSession session = simulate_session(options, animal, number);
      double rewarded = 0, latency = 0;
      for (std::size_t i = 0; i < session.trials.cue_s.size(); ++i) {
        if (std::isnan(session.trials.reward_s[i])) continue;
        ++rewarded;
        latency += session.trials.reward_s[i] - session.trials.cue_s[i];
      }
      (number == 1 ? first_success : last_success) +=
          rewarded / static_cast<double>(session.trials.size()) / 3;
      (number == 1 ? first_latency : last_latency) += latency / rewarded / 3;
    }
  EXPECT_LT(first_success, 0.7);
  EXPECT_GT(last_success, 0.85);
  EXPECT_GT(first_latency, 2 * last_latency);
}

TEST(SimulatedMice, BeginBeforeTheyShowAndEndAfter) {
  for (std::size_t course = 0; course < press_course_names().size(); ++course) {
    SCOPED_TRACE(press_course_names()[course]);
    SimulateOptions options = small();
    options.course = static_cast<PressCourse>(course);
    const SimulatedSession session = simulate_session(options, 0, 2);
    const SessionTruth& truth = session.truth;
    ASSERT_GT(truth.onset_s.size(), 5U);
    for (std::size_t i = 0; i < truth.onset_s.size(); ++i) {
      EXPECT_LT(truth.start_s[i], truth.onset_s[i]);
      EXPECT_LT(truth.onset_s[i] - truth.start_s[i], 0.1) << "1 % of a rise of at most 0.25 s";
      EXPECT_GT(truth.end_s[i], truth.offset_s[i]);
      EXPECT_GT(session.first_speed_v_per_s[i], 0.0);
      EXPECT_LT(session.still_s[i], truth.end_s[i] - truth.start_s[i]);
    }
  }
}

TEST(SimulatedMice, LeaveRestAsTheirCourseSays) {
  // Without noise: displacement after a tenth of a rise, as a part of that after two tenths.
  SimulateOptions options = small();
  options.faults.noise = 0.0;
  const auto early = [&](PressCourse course) {
    options.course = course;
    const SimulatedSession session = simulate_session(options, 0, 2);
    double sum = 0.0, count = 0.0;
    for (std::size_t i = 0; i < session.truth.start_s.size(); ++i) {
      const auto at = [&](double seconds) {
        return session
            .volts[static_cast<std::size_t>(std::lround(1000.0 * (session.truth.start_s[i] + seconds)))];
      };
      if (session.first_speed_v_per_s[i] < 3.0) continue;
      sum += (at(0.02) - at(-0.02)) / (at(0.04) - at(-0.02));
      count += 1.0;
    }
    return sum / count;
  };
  const double straight = early(PressCourse::ramp), square = early(PressCourse::half_cosine),
               cube = early(PressCourse::minimum_jerk), slow = early(PressCourse::slow_start);
  EXPECT_NEAR(straight, 0.5, 0.1);
  EXPECT_GT(straight, square);
  EXPECT_GT(square, cube);
  EXPECT_GT(cube, slow);
}

TEST(SimulatedFaults, AreWhatWasAskedForAndLeaveTheBehaviourAlone) {
  const SimulatedSession usual = simulate_session(small(), 0, 1);
  const auto largest = [&](const RecordingFaults& faults) {
    SimulateOptions options = small();
    options.faults = faults;
    const SimulatedSession faulty = simulate_session(options, 0, 1);
    EXPECT_EQ(faulty.truth.start_s, usual.truth.start_s);
    EXPECT_EQ(faulty.trials.cue_s, usual.trials.cue_s);
    double most = 0.0;
    for (std::size_t i = 0; i < usual.volts.size(); ++i)
      most = std::max(most, std::abs(faulty.volts[i] - usual.volts[i]));
    return most;
  };
  EXPECT_EQ(largest({}), 0.0);
  EXPECT_NEAR(largest({.mains_v = 0.01}), 0.01, 0.004);
  EXPECT_NEAR(largest({.tremor_v = 0.02}), 0.02, 1e-6);
  EXPECT_NEAR(largest({.drift_v_per_s = 0.05}), 0.05 * 20.0 / (2.0 * M_PI), 1e-3);
  EXPECT_NEAR(largest({.spikes_per_minute = 10.0}), 0.2, 1e-12);
  EXPECT_LT(largest({.ringing_v = 0.03}), 0.03);
  EXPECT_GT(largest({.ringing_v = 0.03}), 0.02);
  EXPECT_GT(largest({.noise = 3.0}), 0.005);
  SimulateOptions options = small();
  options.faults.saturation_v = 0.15;
  for (const double v : simulate_session(options, 0, 1).volts) ASSERT_LE(std::abs(v - 1.5), 0.15);
}

TEST(SimulatedMice, KeepTrialsInOrderAndTruthInAgreement) {
  const SimulatedSession session = simulate_session(small(), 0, 3);
  const TrialTable& trials = session.trials;
  const SessionTruth& truth = session.truth;
  const double end_s = static_cast<double>(session.volts.size()) / 1000.0;
  ASSERT_GT(trials.size(), 3);
  for (std::size_t i = 0; i < trials.start_s.size(); ++i) {
    EXPECT_LE(trials.start_s[i], trials.cue_s[i]);
    EXPECT_LE(trials.stop_s[i], i + 1 < trials.start_s.size() ? trials.start_s[i + 1] : end_s);
    EXPECT_EQ(truth.rewarded[i] == 1, !std::isnan(trials.reward_s[i]));
    if (truth.rewarded[i] == 0) continue;
    EXPECT_GE(trials.reward_s[i], trials.cue_s[i]);
    ASSERT_GE(truth.bout[i], 0);
    const auto press = static_cast<std::size_t>(truth.bout[i]);
    EXPECT_LT(truth.onset_s[press], trials.reward_s[i]);
    EXPECT_GT(truth.offset_s[press], trials.reward_s[i]);
  }
  for (std::size_t i = 0; i < truth.onset_s.size(); ++i) EXPECT_LT(truth.onset_s[i], truth.offset_s[i]);
}

TEST(SimulatedMice, RestAtThePiezosRestLevel) {
  const SimulatedSession session = simulate_session(small(), 0, 1);
  std::vector<double> volts = session.volts;
  const auto middle = volts.begin() + static_cast<std::ptrdiff_t>(volts.size() / 2);
  std::nth_element(volts.begin(), middle, volts.end());
  EXPECT_NEAR(*middle, 1.5, 0.05);
}

TEST_F(SimulatedFiles, RefuseOptionsThatMakeNoSense) {
  for (const auto& change : std::vector<std::function<void(SimulateOptions&)>>{
           [](SimulateOptions& o) { o.animals = 0; }, [](SimulateOptions& o) { o.minutes = -1; },
           [](SimulateOptions& o) { o.format = "csv"; }, [](SimulateOptions& o) { o.rate_hz = 0; }}) {
    SimulateOptions options = small();
    change(options);
    EXPECT_THROW(simulate(file("study"), options), BadArgument);
  }
}

TEST(SimulatedPress, IsStillForTheLongestTimeWithinARangeFromWhereverThatBegins) {
  constexpr double range_mm = 0.15;
  Random random(5, 0, 1, Stream::behaviour);
  for (int press_number = 0; press_number < 20; ++press_number) {
    const Press press(PressShape::random(random), 0.0, 2.0);
    double longest_s = 0.0;
    for (double begin_s = 0.0; begin_s < press.end_s(); begin_s += 0.01) {
      double low = press.position_mm(begin_s), high = low, at_s = begin_s;
      for (; at_s < press.end_s() && high - low <= range_mm; at_s += 0.001)
        low = std::min(low, press.position_mm(at_s)), high = std::max(high, press.position_mm(at_s));
      longest_s = std::max(longest_s, at_s - begin_s);
    }
    EXPECT_NEAR(longest_still_s(press, range_mm), longest_s, 0.012);
  }
}

}  // namespace
}  // namespace leverkin
