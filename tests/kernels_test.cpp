// Every kernel against its scalar definition, on every SIMD target that this CPU can run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "kernels/biquad_lanes.h"
#include "kernels/dispatch.h"
#include "kernels/fir_decimate.h"
#include "kernels/fir_dot.h"
#include "kernels/running_mean.h"
#include "kernels/unshuffle.h"
#include "kernels/upsample.h"
#include "kernels/volts.h"
#include "leverkin/bouts.h"
#include "leverkin/engine.h"
#include "leverkin/error.h"
#include "leverkin/simulate.h"
#include "leverkin/version.h"

namespace leverkin {
namespace {

class Kernels : public ::testing::TestWithParam<std::string> {
 protected:
  Kernels() : before_(kernels::target_name()) {}
  void SetUp() override { ASSERT_TRUE(kernels::force_target(GetParam())); }
  void TearDown() override { kernels::force_target(before_); }

 private:
  std::string before_;
};

std::vector<double> random_values(std::size_t count) {
  std::mt19937_64 random(count);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  std::generate(values.begin(), values.end(), [&] { return normal(random); });
  return values;
}

TEST_P(Kernels, AreReallyTheOnesAskedFor) { EXPECT_EQ(kernels::target_name(), GetParam()); }

TEST_P(Kernels, FilterAsTheirDefinitionDoes) {
  for (const std::size_t length : {8U, 16U, 24U, 208U, 608U})
    for (const std::size_t count : {0U, 1U, 2U, 3U, 4U, 5U, 9U, 33U}) {
      const auto x = random_values(count * 7 + length), taps = random_values(length + count);
      std::vector<kernels::FirRow> rows;
      for (std::size_t i = 0; i < count; ++i) rows.push_back({x.data() + 7 * i, taps.data() + i});
      std::vector<double> found(count), expected(count);
      kernels::fir_dot(rows.data(), length, found.data(), count);
      kernels::fir_dot_scalar(rows.data(), length, expected.data(), count);
      // Worst case of a sum of `length` products, whatever its order: length * u * sum |x| |h|, here with
      // |x|, |h| < 6.
      const double bound = static_cast<double>(length * length) * 0x1p-53 * 36;
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_NEAR(found[i], expected[i], bound) << length << ' ' << count;
        double alone = 0;
        kernels::fir_dot(&rows[i], length, &alone, 1);
        ASSERT_EQ(alone, found[i]) << "an output among others has other bits than alone";
      }
    }
}

// Doubles on a cache line's border.
struct Aligned {
  explicit Aligned(const std::vector<double>& values) : memory(values.size() + 2 * kernels::fir_alignment) {
    void* begin = memory.data();
    std::size_t room = memory.size() * sizeof(double);
    data = static_cast<double*>(std::align(64, values.size() * sizeof(double), begin, room));
    std::ranges::copy(values, data);
  }
  std::vector<double> memory;
  double* data;
};

TEST_P(Kernels, DecimateAsTheirDefinitionDoes) {
  for (const std::size_t taps : {1U, 8U, 201U})
    for (const std::size_t stride : {1U, 2U, 7U, 8U, 10U, 20U, 29U})
      for (const std::size_t first : {0U, 3U, 12U})
        for (const std::size_t count : {1U, 7U, 8U, 33U, 100U}) {
          const std::size_t length = (taps + 2 * kernels::fir_alignment - 2) / 8 * 8;
          const auto one = random_values(taps);
          std::vector<double> table(kernels::fir_alignment * length, 0.0);
          for (std::size_t s = 0; s < kernels::fir_alignment; ++s)
            std::ranges::copy(one, table.begin() + static_cast<std::ptrdiff_t>(s * length + s));
          const Aligned x(random_values(first + (count - 1) * stride + length)), tables(table);
          const kernels::DecimatingFilter filter{tables.data, length, stride};
          std::vector<double> found(count), expected(count);
          kernels::fir_decimate(x.data, first, filter, found.data(), count);
          kernels::fir_decimate_scalar(x.data, first, filter, expected.data(), count);
          const double bound = static_cast<double>(length * length) * 0x1p-53 * 36;
          for (std::size_t i = 0; i < count; ++i) {
            ASSERT_NEAR(found[i], expected[i], bound) << taps << ' ' << stride << ' ' << i;
            double alone = 0;
            kernels::fir_decimate(x.data, first + i * stride, filter, &alone, 1);
            ASSERT_EQ(alone, found[i]) << "an output among others has other bits than alone";
          }
        }
}

TEST_P(Kernels, RunSectionsAsTheirDefinitionDoes) {
  // 5 Hz at 1 kHz, order 4, and one section more.
  const kernels::Biquad cascade[3] = {{2.4e-4, 4.8e-4, 2.4e-4, -1.94, 0.941},
                                      {2.4e-4, 4.8e-4, 2.4e-4, -1.976, 0.977},
                                      {0.2, 0.1, 0.3, -0.5, 0.1}};
  for (const std::size_t sections : {1U, 2U, 3U})
    for (const std::size_t count : {1U, 2U, 5U, 700U})
      for (const bool backward : {false, true}) {
        auto found = random_values(count * kernels::biquad_lanes);
        auto expected = found;
        kernels::run_biquads(cascade, sections, found.data(), count, backward);
        kernels::run_biquads_scalar(cascade, sections, expected.data(), count, backward);
        for (std::size_t i = 0; i < found.size(); ++i)
          ASSERT_NEAR(found[i], expected[i], 1e-11) << sections << ' ' << i;
      }
}

TEST_P(Kernels, RunSectionsOverSignalsWhereTheyAre) {
  const kernels::Biquad cascade[3] = {{2.4e-4, 4.8e-4, 2.4e-4, -1.94, 0.941},
                                      {2.4e-4, 4.8e-4, 2.4e-4, -1.976, 0.977},
                                      {0.2, 0.1, 0.3, -0.5, 0.1}};
  constexpr std::size_t lanes = kernels::biquad_lanes, apart = 901;
  for (const std::size_t sections : {1U, 2U, 3U})
    for (const auto& [count, kept] :
         {std::pair{1000U, 900U}, std::pair{63U, 63U}, std::pair{65U, 1U}, std::pair{7U, 3U}}) {
      const auto x = random_values((lanes - 1) * apart + count);
      std::vector<double> expected(lanes * count), frames(lanes * count), out(lanes * apart, -7.0);
      for (std::size_t t = 0; t < count; ++t)
        for (std::size_t l = 0; l < lanes; ++l) expected[t * lanes + l] = x[l * apart + t];
      kernels::run_biquads(cascade, sections, expected.data(), count, false);
      kernels::run_biquads_from(cascade, sections, x.data(), apart, frames.data(), count);
      ASSERT_EQ(frames, expected) << sections << ' ' << count;
      kernels::run_biquads(cascade, sections, expected.data(), count, true);
      kernels::run_biquads_back_to(cascade, sections, frames.data(), count, out.data(), apart, kept);
      for (std::size_t l = 0; l < lanes; ++l)
        for (std::size_t t = 0; t < apart; ++t)
          ASSERT_NEAR(out[l * apart + t], t < kept ? expected[t * lanes + l] : -7.0,
                      sections == 3 ? 1e-12 : 0.0)
              << sections << ' ' << count;
    }
}

TEST_P(Kernels, LeaveAConstantAlone) {
  const kernels::Biquad section{2.4e-4, 4.8e-4, 2.4e-4, -1.94, 0.94096};
  std::vector<double> frames(400 * kernels::biquad_lanes, 1.5);
  kernels::run_biquads(&section, 1, frames.data(), 400, false);
  for (const double v : frames) ASSERT_NEAR(v, 1.5, 1e-11);
}

TEST_P(Kernels, AverageStepsAsTheirDefinitionDoes) {
  for (const std::size_t reach : {0U, 1U, 2U, 7U})
    for (const std::size_t count : {0U, 1U, 3U, 8U, 100U}) {
      const auto x = random_values(count + 2 * reach + 1);
      std::vector<double> found(count), expected(count);
      kernels::mean_steps(x.data() + reach + 1, reach, found.data(), count);
      kernels::mean_steps_scalar(x.data() + reach + 1, reach, expected.data(), count);
      EXPECT_EQ(found, expected);
    }
}

TEST_P(Kernels, FindTheLargestDifference) {
  auto a = random_values(103);
  auto b = a;
  EXPECT_EQ(kernels::largest_difference(a.data(), b.data(), a.size()), 0.0);
  for (const std::size_t at : {0U, 50U, 102U}) {
    b = a;
    b[at] -= 0.25;
    EXPECT_NEAR(kernels::largest_difference(a.data(), b.data(), a.size()), 0.25, 1e-15);
    b[at] = std::nan("");
    EXPECT_TRUE(std::isnan(kernels::largest_difference(a.data(), b.data(), a.size()))) << at;
  }
}

TEST_P(Kernels, InterpolateAsTheirDefinitionDoes) {
  for (const std::size_t reach : {1U, 3U, 16U})
    for (const std::size_t count : {1U, 4U, 7U, 16U, 61U}) {
      const auto coarse = random_values(count + 2 * reach), table = random_values(3 * 2 * reach);
      const kernels::UpsampleWeights weights{table.data(), reach};
      std::vector<double> found(4 * count), expected(4 * count);
      kernels::upsample(coarse.data() + reach, weights, found.data(), count);
      kernels::upsample_scalar(coarse.data() + reach, weights, expected.data(), count);
      for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-12);
      for (std::size_t k = 0; k < count; ++k) ASSERT_EQ(found[4 * k], coarse[reach + k]);
    }
}

TEST_P(Kernels, CountAndBoundFiniteValues) {
  for (const std::size_t count : {0U, 1U, 7U, 16U, 77U}) {
    auto x = random_values(count);
    const auto same = [&] {
      const kernels::ValueRange a = kernels::value_range(x.data(), count),
                                b = kernels::value_range_scalar(x.data(), count);
      return a.low == b.low && a.high == b.high && a.finite == b.finite;
    };
    EXPECT_TRUE(same());
    for (const double odd : {std::nan(""), static_cast<double>(INFINITY), -static_cast<double>(INFINITY)}) {
      if (count == 0) continue;
      x[count / 2] = odd;
      EXPECT_TRUE(same());
      EXPECT_EQ(kernels::value_range(x.data(), count).finite, count - 1);
    }
  }
}

TEST_P(Kernels, ApplyACubicAsItsDefinitionDoes) {
  std::mt19937_64 random(4);
  for (const std::size_t count : {0U, 1U, 5U, 16U, 1003U})
    for (const double divisor : {1.0, 0.25, -0.3})
      for (const auto& [c2, c3] : {std::pair{0.0, 0.0}, std::pair{1e-9, -3e-13}, std::pair{0.0, 1e-13}}) {
        const kernels::Cubic cubic{.c = {-0.01, 10.0 / 65536, c2, c3}, .divisor = divisor};
        std::vector<std::int16_t> counts(count);
        for (std::int16_t& x : counts) x = static_cast<std::int16_t>(random());
        std::vector<double> found(counts.begin(), counts.end()), expected(count), of_counts(count);
        kernels::apply_scalar(cubic, found.data(), count, expected.data());
        kernels::apply(cubic, found.data(), count, found.data());
        EXPECT_EQ(found, expected);
        kernels::apply(cubic, counts.data(), count, of_counts.data());
        EXPECT_EQ(of_counts, expected);
        kernels::apply_scalar(cubic, counts.data(), count, of_counts.data());
        EXPECT_EQ(of_counts, expected);
        if (count > 0) {
          const double x = counts.front();
          EXPECT_EQ(found.front(), (-0.01 + x * (10.0 / 65536 + x * (c2 + x * c3))) / divisor);
        }
      }
}

TEST_P(Kernels, ConvertStoredValuesAsTheirDefinitionDoes) {
  std::mt19937_64 random(3);
  for (const std::size_t count : {0U, 1U, 5U, 16U, 1003U})
    for (const auto& [scale, offset] : {std::pair{1.0, 0.0}, std::pair{10.0 / 65536, -0.37}}) {
      std::vector<std::int16_t> counts(count);
      std::vector<float> floats(count);
      for (std::size_t i = 0; i < count; ++i) counts[i] = static_cast<std::int16_t>(random());
      for (std::size_t i = 0; i < count; ++i) floats[i] = i == 3 ? -0.0F : static_cast<float>(counts[i]) / 7;
      std::vector<double> found(count), expected(count);
      kernels::to_volts(counts.data(), count, scale, offset, found.data());
      kernels::to_volts_scalar(counts.data(), count, scale, offset, expected.data());
      EXPECT_EQ(found, expected);
      kernels::to_volts(floats.data(), count, scale, offset, found.data());
      kernels::to_volts_scalar(floats.data(), count, scale, offset, expected.data());
      EXPECT_EQ(found, expected);
      if (scale == 1.0 && count > 3) {
        EXPECT_TRUE(std::signbit(found[3]));
      }
    }
}

TEST_P(Kernels, UndoTheShuffleFilter) {
  std::mt19937_64 random(5);
  for (const std::size_t size : {1U, 2U, 3U, 4U, 8U})
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 1000U}) {
      std::vector<std::uint8_t> planes(size * count), found(size * count), expected(size * count);
      for (auto& byte : planes) byte = static_cast<std::uint8_t>(random());
      kernels::unshuffle(planes.data(), size, count, found.data());
      kernels::unshuffle_scalar(planes.data(), size, count, expected.data());
      EXPECT_EQ(found, expected) << size << ' ' << count;
    }
}

TEST_P(Kernels, GiveTheSameBoutsOnEveryTarget) {
  SimulateOptions options;
  options.minutes = 2;
  const auto volts = simulate_session(options, 0, 4).volts;
  Trace here, best;
  here.volts = downsample(volts, 10000);
  ASSERT_TRUE(kernels::force_target(kernels::runnable_targets().front()));
  best.volts = downsample(volts, 10000);
  for (std::size_t i = 0; i < here.volts.size(); ++i) ASSERT_NEAR(here.volts[i], best.volts[i], 1e-12);
  const Segmentation b = segment(best);
  ASSERT_TRUE(kernels::force_target(GetParam()));
  const Segmentation a = segment(here);
  EXPECT_EQ(a.active, b.active);
  for (std::size_t i = 0; i < a.smooth.size(); ++i) {
    ASSERT_NEAR(a.smooth[i], b.smooth[i], 1e-12);
    ASSERT_NEAR(a.envelope[i], b.envelope[i], 1e-12);
  }
  EXPECT_FALSE(a.bouts.empty());
}

// Numbers of every size, with as many digits as there are or with few, whose sums cancel and tie.
std::vector<double> awkward_values(std::size_t count) {
  std::mt19937_64 random(count);
  std::vector<double> values(count);
  for (double& v : values) {
    v = std::ldexp(std::normal_distribution<double>()(random), static_cast<int>(random() % 60) - 30);
    if (random() % 3 == 0) v = static_cast<double>(static_cast<float>(v));
    if (random() % 3 == 0) v = std::ldexp(std::round(std::ldexp(v, 8)), -8);
  }
  return values;
}

#ifndef _WIN32  // mingw's std::fma goes through an 80-bit product, and rounds twice
TEST_P(Kernels, RoundAProductAndItsSumOnce) {
  const auto values = awkward_values(30'000);
  for (std::size_t i = 0; i + 3 <= values.size(); ++i) {
    const double a = values[i], b = values[i + 1];
    for (const double c : {values[i + 2], -a * b, std::nextafter(-a * b, 0.0), a * b * 0x1p53}) {
      double taps[16] = {c}, x[16] = {1.0};
      taps[8] = a, x[8] = b;
      const kernels::FirRow row{x, taps};
      double found = 0;
      kernels::fir_dot(&row, 16, &found, 1);
      ASSERT_EQ(found, std::fma(a, b, c)) << a << " * " << b << " + " << c;
    }
  }
}
#endif

TEST_P(Kernels, GiveTheSameBitsOnEveryTarget) {
  constexpr std::size_t count = 203, stride = 10, length = 208, lanes = kernels::biquad_lanes;
  const Aligned x(awkward_values(count * stride + length)),
      taps(awkward_values(kernels::fir_alignment * length));
  const kernels::Biquad cascade[3] = {{2.4e-4, 4.8e-4, 2.4e-4, -1.94, 0.941},
                                      {2.4e-4, 4.8e-4, 2.4e-4, -1.976, 0.977},
                                      {0.2, 0.1, 0.3, -0.5, 0.1}};
  const auto weights = awkward_values(3 * 12);
  std::vector<kernels::FirRow> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back({x.data + i * stride + 1, taps.data + i % 7});
  const auto outputs = [&] {
    std::vector<double> all(2 * count), filtered(x.data, x.data + count * lanes);
    kernels::fir_decimate(x.data, 3, {taps.data, length, stride}, all.data(), count);
    kernels::fir_dot(rows.data(), length, all.data() + count, count);
    for (const bool backward : {false, true})
      kernels::run_biquads(cascade, 3, filtered.data(), count, backward);
    std::vector<double> finer(kernels::upsample_factor * count);
    kernels::upsample(x.data + 6, {weights.data(), 6}, finer.data(), count);
    all.insert(all.end(), filtered.begin(), filtered.end());
    all.insert(all.end(), finer.begin(), finer.end());
    return all;
  };
  const std::vector<double> here = outputs();
  ASSERT_TRUE(kernels::force_target(kernels::runnable_targets().front()));
  EXPECT_EQ(here, outputs());
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, Kernels, ::testing::ValuesIn(kernels::runnable_targets()),
                         [](const auto& target) { return target.param; });

TEST(KernelTargets, ThatDoNotExistCannotBeForced) {
  const std::string before = kernels::target_name();
  EXPECT_FALSE(kernels::force_target("AVX9"));
  EXPECT_EQ(kernels::target_name(), before);
}

#ifndef _WIN32  // where such tests stand still under wine; tests/windows asks the tool
// In a process of its own: the environment is read once.
TEST(KernelTargets, ThatTheEnvironmentAsksForInVainAreAnErrorAtFirstUseAndAtEveryLater) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto asked_twice = [] {
    ::setenv("LEVERKIN_KERNELS", "AVX9", 1);
    for (const bool first : {true, false}) {
      try {
        if (first)
          (void)simd_target();
        else
          (void)Engine(EngineOptions{.session = {.rate_hz = 1000.0}});
        std::_Exit(1);  // nothing was thrown
      } catch (const BadArgument& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
    }
    std::_Exit(7);
  };
  const std::string refused =
      "LEVERKIN_KERNELS: found \"AVX9\"; this CPU has .*" + kernels::runnable_targets().back();
  EXPECT_EXIT(asked_twice(), ::testing::ExitedWithCode(7), refused + "\n" + refused);
}
#endif

}  // namespace
}  // namespace leverkin
