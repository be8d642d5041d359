#include "leverkin/held_trace.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {
namespace {

std::vector<double> rising(std::size_t samples) {
  std::vector<double> volts(samples);
  for (std::size_t i = 0; i < samples; ++i) volts[i] = 1.0 + 0.001 * static_cast<double>(i);
  return volts;
}

TEST(HeldTrace, OfSamplesWithoutHolesIsTheDownsampledTrace) {
  const std::vector<double> volts = rising(5000);
  for (const double rate_hz : {1000.0, 10000.0}) {
    const Trace found = held_trace(volts, rate_hz);
    EXPECT_EQ(found.volts, downsample(volts, rate_hz));
    EXPECT_TRUE(found.no_data.empty());
  }
}

TEST(HeldTrace, DrawsAStraightLineAcrossSamplesThatAreNotFinite) {
  const std::vector<double> whole = rising(3000);
  std::vector<double> volts = whole;
  for (std::size_t i = 1000; i < 1200; ++i) volts[i] = std::nan("");
  volts[2000] = std::numeric_limits<double>::infinity();
  const Trace found = held_trace(volts, 1000.0);
  ASSERT_EQ(found.volts.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(found.volts[i], whole[i], 1e-9) << i;
  ASSERT_EQ(found.no_data.size(), 2U);
  EXPECT_LE(found.no_data[0].begin, 1000);
  EXPECT_GE(found.no_data[0].end, 1200);
  EXPECT_LT(found.no_data[0].end - found.no_data[0].begin, 210);
}

TEST(HeldTrace, RefusesARateThatCannotBe) {
  EXPECT_THROW((void)held_trace(rising(100), 0.0), BadArgument);
  EXPECT_THROW((void)held_trace(rising(100), std::nan("")), BadArgument);
}

}  // namespace
}  // namespace leverkin
