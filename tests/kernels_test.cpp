// Every kernel against its scalar definition, on every SIMD target that this CPU can run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "kernels/dispatch.h"
#include "kernels/fir_dot.h"
#include "leverkin/bouts.h"
#include "leverkin/simulate.h"

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
    for (const std::size_t stride : {1U, 7U, 10U, 29U})
      for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 15U, 17U, 33U}) {
        const auto x = random_values((count - 1) * stride + length), taps = random_values(length);
        std::vector<double> found(count), expected(count);
        kernels::fir_dot(x.data(), stride, taps.data(), length, found.data(), count);
        kernels::fir_dot_scalar(x.data(), stride, taps.data(), length, expected.data(), count);
        // Worst case of a sum of `length` products, whatever its order: length * u * sum |x| |h|, here with
        // |x|, |h| < 6.
        const double bound = static_cast<double>(length * length) * 0x1p-53 * 36;
        for (std::size_t i = 0; i < count; ++i)
          ASSERT_NEAR(found[i], expected[i], bound) << length << ' ' << count;
      }
}

TEST_P(Kernels, FilterEachOutputAlikeAloneAndAmongOthers) {
  const auto x = random_values(40 * 10 + 208), taps = random_values(208);
  std::vector<double> together(40);
  kernels::fir_dot(x.data(), 10, taps.data(), 208, together.data(), 40);
  for (std::size_t i = 0; i < 40; ++i) {
    double alone = 0;
    kernels::fir_dot(x.data() + 10 * i, 10, taps.data(), 208, &alone, 1);
    EXPECT_EQ(alone, together[i]);
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
  const Segmentation a = segment(here), b = segment(best);
  EXPECT_EQ(a.active, b.active);
  EXPECT_FALSE(a.bouts.empty());
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, Kernels, ::testing::ValuesIn(kernels::runnable_targets()),
                         [](const auto& target) { return target.param; });

TEST(KernelTargets, ThatDoNotExistCannotBeForced) {
  const std::string before = kernels::target_name();
  EXPECT_FALSE(kernels::force_target("AVX9"));
  EXPECT_EQ(kernels::target_name(), before);
}

}  // namespace
}  // namespace leverkin
