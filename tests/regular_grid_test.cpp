#include "stages/trace/regular_grid.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>
#include <random>

namespace leverkin {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> fill(HoleFiller& filler, const std::vector<double>& volts, std::size_t block) {
  std::vector<double> filled;
  for (std::size_t at = 0; at < volts.size(); at += block)
    filler.push(std::span(volts).subspan(at, std::min(block, volts.size() - at)), filled);
  filler.finish(filled);
  return filled;
}

TEST(HoleFiller, DrawsAStraightLineAcrossMissingSamples) {
  HoleFiller filler(1000);
  EXPECT_EQ(fill(filler, {1, nan, nan, 4, 5}, 100), (std::vector<double>{1, 2, 3, 4, 5}));
  EXPECT_EQ(filler.missing(), 2);
  EXPECT_EQ(filler.no_data(), (std::vector<SampleRange>{{1, 3}}));
}

TEST(HoleFiller, HoldsTheNearestSampleAtTheEnds) {
  HoleFiller filler(1000);
  EXPECT_EQ(fill(filler, {nan, INFINITY, 3, nan}, 2), (std::vector<double>{3, 3, 3, 3}));
  EXPECT_EQ(filler.no_data(), (std::vector<SampleRange>{{0, 2}, {3, 4}}));
}

TEST(HoleFiller, GivesTheSameForAnyBlocks) {
  std::mt19937_64 random(3);
  std::vector<double> volts(500);
  for (double& v : volts) v = random() % 3 == 0 ? nan : static_cast<double>(random() % 100);
  HoleFiller whole(10000);
  const auto expected = fill(whole, volts, volts.size());
  for (const std::size_t block : {1U, 7U, 64U}) {
    HoleFiller filler(10000);
    EXPECT_EQ(fill(filler, volts, block), expected);
    EXPECT_EQ(filler.no_data(), whole.no_data());
  }
}

TEST(HoleFiller, MarksTheLeverSampleNearestToASingleMissingOne) {
  HoleFiller filler(10000);
  std::vector<double> volts(100, 1.0);
  volts[43] = nan;  // 4.3 ms
  EXPECT_EQ(fill(filler, volts, 100).size(), 100U);
  EXPECT_EQ(filler.no_data(), (std::vector<SampleRange>{{4, 5}}));
}

TEST(GridInterpolator, FollowsTheStraightLineBetweenStamps) {
  GridInterpolator grid(1000, 0.1);
  std::vector<double> out;
  grid.push(std::vector<double>{0.0, 0.0025, 0.004}, std::vector<double>{0.0, 2.5, 10.0}, out);
  grid.finish(out);
  ASSERT_EQ(out.size(), 5U);
  EXPECT_NEAR(out[2], 2.0, 1e-12);
  EXPECT_NEAR(out[3], 5.0, 1e-12);
  EXPECT_NEAR(out[4], 10.0, 1e-12);
  EXPECT_TRUE(grid.no_data().empty());
}

TEST(GridInterpolator, MarksPausesLongerThanTheLimit) {
  GridInterpolator grid(1000, 0.1);
  std::vector<double> out;
  grid.push(std::vector<double>{0.0, 0.1, 0.3, 0.35}, std::vector<double>{0, 0, 2, 2}, out);
  grid.finish(out);
  EXPECT_EQ(out.size(), 351U);
  EXPECT_EQ(grid.no_data(), (std::vector<SampleRange>{{101, 300}}));
  EXPECT_NEAR(out[200], 1.0, 1e-12);
}

TEST(GridInterpolator, LeavesOutAllButAMinuteOfAPauseOfMoreThanTenMinutes) {
  constexpr double day_s = 86'400.0;
  for (const double rate_hz : {1000.0, 3000.0}) {
    GridInterpolator grid(rate_hz, 0.1);
    std::vector<double> out;
    grid.push(
        std::vector<double>{0.0, 0.01, 600.0, 600.01, 600.01 + day_s, 600.02 + day_s, 600.03 + 2 * day_s},
        std::vector<double>{0, 1, 1, 2, 2, 3, 4}, out);
    grid.finish(out);
    EXPECT_EQ(grid.left_out(), (std::vector<LeftOut>{{630'010, 86'340'000}, {690'020, 86'340'000}}))
        << rate_hz;
    EXPECT_EQ(grid.no_data(),
              (std::vector<SampleRange>{{11, 600'000}, {600'011, 660'010}, {660'021, 720'030}}));
    ASSERT_EQ(out.size(), static_cast<std::size_t>(720.03 * rate_hz) + 1);
    EXPECT_NEAR(out[static_cast<std::size_t>(660.02 * rate_hz)], 3.0, 1e-6);
    Trace trace{.volts = out, .left_out = grid.left_out()};
    EXPECT_DOUBLE_EQ(trace.seconds(600'010), 600.01);
    EXPECT_DOUBLE_EQ(trace.seconds(660'010), 600.01 + day_s);
    EXPECT_DOUBLE_EQ(trace.seconds(720'030), 600.03 + 2 * day_s);
  }
}

TEST(GridInterpolator, TreatsMissingSamplesAsAHole) {
  GridInterpolator grid(1000, 0.1);
  std::vector<double> out;
  grid.push(std::vector<double>{0.0, 0.002, 0.004, 0.006, 0.008}, std::vector<double>{nan, 1, nan, 3, nan},
            out);
  grid.finish(out);
  EXPECT_EQ(grid.missing(), 3);
  ASSERT_EQ(out.size(), 9U);
  EXPECT_EQ(out[0], 1.0);
  EXPECT_NEAR(out[4], 2.0, 1e-12);
  EXPECT_EQ(out[8], 3.0);
  EXPECT_EQ(grid.no_data(), (std::vector<SampleRange>{{0, 2}, {3, 6}, {7, 9}}));
}

TEST(GridRate, IsTheLeverClockUpToOneKilohertzAndWholeAbove) {
  EXPECT_EQ(grid_rate_hz(257.3), 1000.0);
  EXPECT_EQ(grid_rate_hz(1000.0), 1000.0);
  EXPECT_EQ(grid_rate_hz(9999.6), 10000.0);
}

}  // namespace
}  // namespace leverkin
