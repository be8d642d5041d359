// What is measured of a bout, on movements whose measures are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "leverkin/bouts.h"
#include "stages/bouts/kinematics.h"

namespace leverkin {
namespace {

using std::numbers::pi;

// A rise and a fall, each half a cosine of `ramp_ms`, with a pause between them; 500 samples of rest around
// it.
std::vector<double> press(std::int64_t ramp_ms, std::int64_t pause_ms, double size) {
  std::vector<double> volts(500, 1.0);
  for (std::int64_t i = 0; i < ramp_ms; ++i)
    volts.push_back(
        1.0 + size * (1.0 - std::cos(pi * static_cast<double>(i) / static_cast<double>(ramp_ms))) / 2.0);
  for (std::int64_t i = 0; i < pause_ms; ++i) volts.push_back(1.0 + size);
  for (std::int64_t i = 0; i < ramp_ms; ++i)
    volts.push_back(
        1.0 + size * (1.0 + std::cos(pi * static_cast<double>(i) / static_cast<double>(ramp_ms))) / 2.0);
  volts.insert(volts.end(), 500, 1.0);
  return volts;
}

Bout measured(const std::vector<double>& volts, std::int64_t begin, std::int64_t end, int threads = 1) {
  std::vector<Bout> bouts{{.begin = begin, .end = end}};
  measure_bouts(volts, volts, {}, threads, bouts);
  return bouts.front();
}

TEST(Kinematics, OfAPressAreThoseOfItsShape) {
  const auto volts = press(400, 600, 0.5);
  const Bout bout = measured(volts, 500, 500 + 1400);
  EXPECT_DOUBLE_EQ(bout.duration_s(), 1.4);
  EXPECT_DOUBLE_EQ(bout.amplitude_v, 0.5);
  EXPECT_NEAR(bout.path_v, 1.0, 1e-3);
  EXPECT_NEAR(bout.peak_speed_v_per_s, 0.5 * pi / 2 / 0.4, 0.01);
  EXPECT_NEAR(bout.time_to_peak_s, 0.2, 0.002);
  EXPECT_NEAR(bout.hold_s, 1.0, 0.003) << "half of each ramp and the pause";
  EXPECT_EQ(bout.n_submovements, 2);
}

TEST(Kinematics, DoNotDependOnTheSignOrTheLevelOfTheLever) {
  const auto volts = press(300, 200, 0.4);
  auto turned = volts;
  for (double& v : turned) v = 7.0 - v;
  const Bout one = measured(volts, 500, 1300), other = measured(turned, 500, 1300);
  EXPECT_NEAR(one.path_v, other.path_v, 1e-12);
  EXPECT_NEAR(one.smoothness_sal, other.smoothness_sal, 1e-9);
  EXPECT_EQ(one.hold_s, other.hold_s);
  EXPECT_EQ(one.n_submovements, other.n_submovements);
}

TEST(Kinematics, SmoothnessHasNoUnitAndFallsWithMoreSubmovements) {
  const auto one = press(400, 0, 0.5);
  auto larger = one;
  for (double& v : larger) v *= 3.0;
  const double smooth = measured(one, 500, 1300).smoothness_sal;
  EXPECT_LT(smooth, -1.0);
  EXPECT_NEAR(measured(larger, 500, 1300).smoothness_sal, smooth, 1e-9);
  auto shaky = one;
  for (std::size_t i = 500; i < 1300; ++i)
    shaky[i] += 0.03 * std::sin(2.0 * pi * 6.0 * static_cast<double>(i - 500) / 1000.0);
  const Bout bout = measured(shaky, 500, 1300);
  EXPECT_LT(bout.smoothness_sal, smooth - 0.2);
  EXPECT_GT(bout.n_submovements, 2);
}

TEST(Kinematics, OfALeverThatStaysAreNothing) {
  const Bout bout = measured(std::vector<double>(1000, 2.5), 300, 600);
  EXPECT_EQ(bout.path_v, 0.0);
  EXPECT_EQ(bout.hold_s, 0.0);
  EXPECT_EQ(bout.n_submovements, 0);
  EXPECT_TRUE(std::isnan(bout.smoothness_sal));
}

TEST(Kinematics, AreTheSameForAnyNumberOfThreads) {
  std::vector<double> volts(60'000);
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = std::sin(static_cast<double>(i) / 90.0) * std::cos(static_cast<double>(i) / 1700.0);
  std::vector<Bout> alone, together;
  for (std::int64_t begin = 100; begin + 900 < 60'000; begin += 300)
    alone.push_back({.begin = begin, .end = begin + 1 + begin % 877});
  together = alone;
  measure_bouts(volts, volts, {}, 1, alone);
  measure_bouts(volts, volts, {}, 3, together);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].smoothness_sal, together[i].smoothness_sal);
    EXPECT_EQ(alone[i].n_submovements, together[i].n_submovements);
    EXPECT_EQ(alone[i].path_v, together[i].path_v);
  }
}

TEST(CountPeaks, CountsWhatStandsOutOnBothSides) {
  const std::vector<double> speed{0.0, 1.0, 0.8, 0.95, 0.2, 0.6, 0.0};
  EXPECT_EQ(count_peaks(speed, 0.1), 3);
  EXPECT_EQ(count_peaks(speed, 0.2), 2);
  EXPECT_EQ(count_peaks(speed, 0.5), 1);
  EXPECT_EQ(count_peaks(speed, 1.5), 0);
  EXPECT_EQ(count_peaks(std::vector<double>{1.0}, 0.1), 1) << "a single sample between nothing and nothing";
  EXPECT_EQ(count_peaks({}, 0.1), 0);
}

}  // namespace
}  // namespace leverkin
