#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "leverkin/error.h"
#include "leverkin/trace.h"

namespace leverkin {
namespace {

std::vector<double> noise(std::size_t count, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(1.5, 0.1);
  std::vector<double> volts(count);
  std::ranges::generate(volts, [&] { return normal(random); });
  return volts;
}

TEST(RateRatio, IsExactForWholeRates) {
  EXPECT_EQ(lever_rate_ratio(10000), (RateRatio{1, 10}));
  EXPECT_EQ(lever_rate_ratio(5888), (RateRatio{125, 736}));
  EXPECT_EQ(lever_rate_ratio(20000), (RateRatio{1, 20}));
  EXPECT_EQ(lever_rate_ratio(29997), (RateRatio{1000, 29997}));
  EXPECT_EQ(lever_rate_ratio(1000), (RateRatio{1, 1}));
  EXPECT_EQ(lever_rate_ratio(250), (RateRatio{4, 1}));
}

TEST(RateRatio, ApproximatesOtherRatesWithinABillionth) {
  for (const double rate : {9999.6, 333.25, 10000.0000001, 5888.0}) {
    const RateRatio ratio = lever_rate_ratio(rate);
    EXPECT_NEAR(static_cast<double>(ratio.up) / static_cast<double>(ratio.down) * rate, 1000.0, 1e-6) << rate;
    EXPECT_LE(ratio.down, 100'000);
    EXPECT_EQ(relative_error(ratio, rate), 0.0) << rate;
  }
}

// Measured rates: no short filter is exact, and a millionth is 3.6 ms in an hour.
TEST(RateRatio, TakesTheSimplestWithinAMillionthWhereNoneIsExact) {
  EXPECT_EQ(lever_rate_ratio(9999.9989), (RateRatio{1, 10}));
  EXPECT_NEAR(relative_error({1, 10}, 9999.9989), -1.1e-7, 1e-12);
  EXPECT_EQ(lever_rate_ratio(29999.9989), (RateRatio{1, 30}));
  EXPECT_EQ(lever_rate_ratio(999.9999), (RateRatio{1, 1}));
  EXPECT_EQ(lever_rate_ratio(static_cast<double>(static_cast<float>(1000.0 / 3.0))), (RateRatio{3, 1}));
  EXPECT_EQ(relative_error({3, 1}, 1000.0 / 3.0), 0.0);
}

TEST(RateRatio, NeverAsksForAFilterThatIsLong) {
  EXPECT_EQ(lever_rate_ratio(20000.02), (RateRatio{1, 20}));
  for (const double rate : {29996.1234, 9999.97, 30000.3, 12345.678, 987.654321}) {
    const RateRatio ratio = lever_rate_ratio(rate);
    EXPECT_LE(std::max(ratio.up, ratio.down), 500'000) << rate;
    EXPECT_LE(std::abs(relative_error(ratio, rate)), 1e-6) << rate;
  }
}

TEST(RateRatio, RefusesRatesThatAreNone) {
  for (const double rate : {0.0, -1.0, std::nan(""), static_cast<double>(INFINITY), 1e13})
    EXPECT_THROW((void)lever_rate_ratio(rate), BadArgument) << rate;
}

TEST(Downsampler, GivesOneSamplePerMillisecondRoundedUp) {
  for (const std::size_t count : {1U, 9U, 10U, 11U, 2001U}) {
    EXPECT_EQ(downsample(noise(count), 10000).size(), (count + 9) / 10);
    EXPECT_EQ(downsample(noise(count), 5888).size(), (count * 125 + 735) / 736);
    EXPECT_EQ(downsample(noise(count), 250).size(), count * 4);
  }
  EXPECT_TRUE(downsample({}, 10000).empty());
}

TEST(Downsampler, LeavesALeverThatIsAtOneKilohertzAlone) {
  const auto volts = noise(500);
  EXPECT_EQ(downsample(volts, 1000), volts);
}

TEST(Downsampler, GivesTheSameBitsHoweverTheTraceIsCut) {
  std::mt19937_64 random(7);
  for (const double rate : {10000.0, 5888.0, 29997.0, 250.0, 1000.0}) {
    const auto volts = noise(20011);
    const auto whole = downsample(volts, rate);
    for (int trial = 0; trial < 20; ++trial) {
      Downsampler downsampler(rate);
      std::vector<double> pieces;
      for (std::size_t at = 0; at < volts.size();) {
        const std::size_t count =
            std::min<std::size_t>(random() % (trial < 10 ? 40 : 9000), volts.size() - at);
        downsampler.push(std::span(volts).subspan(at, count), pieces);
        at += count;
      }
      downsampler.finish(pieces);
      EXPECT_EQ(pieces, whole) << rate;
    }
  }
}

// Long blocks on a cache line's border are read where they lie, others are copied first.
TEST(Downsampler, GivesTheSameBitsFromBlocksThatItReadsInPlace) {
  std::mt19937_64 random(8);
  for (const double rate : {10000.0, 20000.0, 2000.0, 7000.0}) {
    const auto volts = noise(50021);
    const auto whole = downsample(volts, rate);
    std::vector<double> memory(volts.size() + 16);
    void* begin = memory.data();
    std::size_t room = memory.size() * sizeof(double);
    double* block = static_cast<double*>(std::align(64, 64, begin, room));
    for (int trial = 0; trial < 10; ++trial) {
      Downsampler downsampler(rate);
      std::vector<double> pieces;
      for (std::size_t at = 0; at < volts.size();) {
        const std::size_t length = trial < 5 ? 8 * (1 + random() % 2000) : 1 + random() % 16000;
        const std::size_t count = std::min(length, volts.size() - at);
        std::copy_n(volts.begin() + static_cast<std::ptrdiff_t>(at), count, block);
        downsampler.push({block, count}, pieces);
        at += count;
      }
      downsampler.finish(pieces);
      EXPECT_EQ(pieces, whole) << rate;
    }
  }
}

TEST(Downsampler, CanTakeTheNextTraceAfterFinish) {
  const auto volts = noise(3000);
  Downsampler downsampler(10000);
  std::vector<double> first, second;
  for (std::vector<double>* out : {&first, &second}) {
    downsampler.push(volts, *out);
    downsampler.finish(*out);
  }
  EXPECT_EQ(first, second);
}

TEST(Downsampler, KeepsASlowSineInPlaceAtAnyRate) {
  for (const double rate : {10000.0, 5888.0, 20000.0, 29997.0, 2000.0}) {
    std::vector<double> volts(static_cast<std::size_t>(3 * rate));
    for (std::size_t i = 0; i < volts.size(); ++i)
      volts[i] = std::sin(2 * M_PI * 7.0 * static_cast<double>(i) / rate);
    const auto lever = downsample(volts, rate);
    for (std::size_t i = 200; i + 200 < lever.size(); ++i)
      ASSERT_NEAR(lever[i], std::sin(2 * M_PI * 7.0 * static_cast<double>(i) / 1000), 2e-3)
          << rate << " " << i;
  }
}

TEST(Downsample, WithRescaledEndsKeepsAConstantToTheLastSample) {
  Parameters parameters;
  parameters.resample_ends = FilterEnds::rescaled;
  for (const double rate : {10000.0, 20000.0, 2000.0, 500.0, 5888.0})
    for (const std::size_t count : {7UL, 150UL, 12345UL}) {
      const std::vector<double> lever = downsample(std::vector<double>(count, 1.5), rate, parameters);
      const double ripple = rate == 500.0 || rate == 5888.0 ? 2e-3 : 1e-12;  // between phases of the filter
      for (const double v : lever) ASSERT_NEAR(v, 1.5, ripple) << rate << " Hz, " << count;
    }
}

TEST(Downsample, WithRescaledEndsIsTheSameInsideAndForAnyBlocks) {
  Parameters rescaled;
  rescaled.resample_ends = FilterEnds::rescaled;
  std::vector<double> volts(12'345);
  for (std::size_t i = 0; i < volts.size(); ++i) volts[i] = 1.5 + std::sin(0.001 * static_cast<double>(i));
  for (const double rate : {10000.0, 5888.0}) {
    const std::vector<double> plain = downsample(volts, rate), lever = downsample(volts, rate, rescaled);
    ASSERT_EQ(plain.size(), lever.size());
    for (std::size_t m = 12; m + 12 < lever.size(); ++m) ASSERT_EQ(plain[m], lever[m]) << m;
    EXPECT_GT(std::abs(plain.front() - lever.front()), 0.5);
    for (const std::size_t block : {1UL, 77UL, 5000UL}) {
      Downsampler downsampler(rate, rescaled);
      std::vector<double> pieces;
      for (std::size_t at = 0; at < volts.size(); at += block)
        downsampler.push(std::span(volts).subspan(at, std::min(block, volts.size() - at)), pieces);
      downsampler.finish(pieces);
      EXPECT_EQ(pieces, lever);
    }
  }
}

}  // namespace
}  // namespace leverkin
