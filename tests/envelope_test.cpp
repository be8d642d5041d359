#include "leverkin/envelope.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include "leverkin/error.h"
#include "stages/envelope/speed.h"
#include "support/fftw_plan.h"

namespace leverkin {
namespace {

std::vector<double> wave(std::size_t count, double hertz) {
  std::vector<double> volts(count);
  for (std::size_t i = 0; i < count; ++i)
    volts[i] = std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / lever_rate_hz);
  return volts;
}

// The definition, bin by bin (A.9).
std::vector<double> textbook_envelope(const std::vector<double>& v) {
  const std::size_t n = v.size();
  std::vector<double> modulus(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::complex<double> analytic = 0;
    for (std::size_t bin = 0; bin <= n / 2; ++bin) {
      std::complex<double> spectrum = 0;
      for (std::size_t j = 0; j < n; ++j)
        spectrum += v[j] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(bin * j % n) /
                                               static_cast<double>(n));
      const bool single = bin == 0 || (n % 2 == 0 && bin == n / 2);
      analytic +=
          (single ? 1.0 : 2.0) * spectrum *
          std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(bin * i % n) / static_cast<double>(n));
    }
    modulus[i] = std::abs(analytic) / static_cast<double>(n);
  }
  return modulus;
}

TEST(Smooth, KeepsAConstantAndAStraightLine) {
  const std::vector<double> constant(500, 1.5);
  const auto still = smooth(constant);
  for (const double v : still) ASSERT_NEAR(v, 1.5, 1e-11);
  // The filters start as if the lever had always rested, so a line needs its ends to settle.
  std::vector<double> line(8000);
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = 0.001 * static_cast<double>(i) - 3;
  const auto moving = smooth(line);
  for (std::size_t i = 3000; i < 5000; ++i) ASSERT_NEAR(moving[i], line[i], 1e-10);
}

TEST(Smooth, HalvesAWaveAtItsCutoffAndDelaysNothing) {
  const auto smoothed = smooth(wave(20000, 5.0));
  const auto original = wave(20000, 5.0);
  for (std::size_t i = 5000; i < 15000; ++i) ASSERT_NEAR(smoothed[i], 0.5 * original[i], 1e-6);
}

TEST(Smooth, IsTheSameForwardAndBackward) {
  auto volts = wave(8000, 1.0);
  volts[4000] += 1.0;
  const auto forward = smooth(volts);
  auto reversed = volts;
  std::ranges::reverse(reversed);
  auto backward = smooth(reversed);
  std::ranges::reverse(backward);
  for (std::size_t i = 3500; i < 4500; ++i) ASSERT_NEAR(forward[i], backward[i], 1e-9);
}

TEST(Smooth, RefusesATraceShorterThanItsEdges) {
  EXPECT_THROW((void)smooth(std::vector<double>(12, 1.0)), BadArgument);
  EXPECT_EQ(smooth(std::vector<double>(13, 1.0)).size(), 13U);
}

TEST(Velocity, AveragesFiveStepsAndFewerAtTheEnds) {
  const std::vector<double> volts{0, 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66, 78};  // steps 0, 1, 2, ... 12
  const auto v = velocity(volts);
  EXPECT_DOUBLE_EQ(v[0], 0.0);
  EXPECT_DOUBLE_EQ(v[1], 1.0);
  EXPECT_DOUBLE_EQ(v[5], 5.0);
  EXPECT_DOUBLE_EQ(v[11], 11.0);
  EXPECT_DOUBLE_EQ(v[12], 12.0);
}

TEST(Envelope, IsTheTextbookAnalyticSignalForEvenOddAndPrimeLengths) {
  for (const std::size_t n : {1U, 2U, 3U, 64U, 90U, 97U, 105U}) {
    std::vector<double> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = std::cos(static_cast<double>(i * i % 37)) + 0.2;
    const auto found = envelope(v), expected = textbook_envelope(v);
    for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(found[i], expected[i], 1e-11) << n << " " << i;
  }
}

TEST(Envelope, OfAWholeNumberOfWavesIsItsAmplitude) {
  for (const double e : envelope(wave(1000, 20.0))) ASSERT_NEAR(e, 1.0, 1e-12);
}

TEST(Envelope, ScalesWithTheSignal) {
  const auto v = wave(997, 3.3);
  auto louder = v;
  for (double& x : louder) x *= 8.0;  // a power of two: exact
  const auto quiet = envelope(v), loud = envelope(louder);
  for (std::size_t i = 0; i < v.size(); ++i) ASSERT_DOUBLE_EQ(loud[i], 8.0 * quiet[i]);
}

// A lever that rests, presses and hums, smoothed: long enough for the envelope of every fourth sample.
std::vector<double> recorded_speed(std::size_t n) {
  std::mt19937_64 random(n);
  std::normal_distribution<double> normal;
  std::vector<double> volts(n);
  double drift = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / lever_rate_hz, press = std::fmod(t, 3.1);
    drift += 1e-4 * normal(random);
    volts[i] = 1.5 + drift + 2e-3 * normal(random) + 0.02 * std::sin(2 * std::numbers::pi * 60 * t) +
               (press < 0.15 ? 0.3 * std::sin(std::numbers::pi * press / 0.15) : 0.0);
  }
  const double ends[] = {0.55, 1.09, 0.96,
                         1.03};  // what resampling makes of a lever that does not rest at 0 V (A.3)
  for (std::size_t i = 0; i < 4; ++i) volts[i] *= ends[i], volts[n - 1 - i] *= ends[i];
  return velocity(smooth(volts));
}

// One transform over all samples (A.9).
std::vector<double> exact_envelope(const std::vector<double>& v) {
  const std::size_t n = v.size();
  std::vector<double> bins(2 * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) bins[2 * i] = v[i];
  ComplexTransform transform(bins);
  transform.forward();
  for (std::size_t k = 0; k < n; ++k) {
    const double factor = k == 0 || 2 * k == n ? 1.0 : 2 * k < n ? 2.0 : 0.0;
    bins[2 * k] *= factor / static_cast<double>(n);
    bins[2 * k + 1] *= factor / static_cast<double>(n);
  }
  transform.inverse();
  std::vector<double> modulus(n);
  for (std::size_t i = 0; i < n; ++i) modulus[i] = std::hypot(bins[2 * i], bins[2 * i + 1]);
  return modulus;
}

double largest_miss(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Envelope, OfALongRecordingIsThatOfOneTransformWhateverTheLength) {
  // 8 * 7 * 10^4; even with a large factor; odd; prime; one more than blocks of 4096.
  for (const std::size_t n :
       {560'000U, 2U * 100'003U, 99'999U, 100'003U, 25U * 4096U + 1U, 60'000U, 49'152U}) {
    const auto v = recorded_speed(n);
    EXPECT_LT(largest_miss(envelope(v), exact_envelope(v)), 1e-12) << n;
  }
}

TEST(Envelope, OfAnythingElseIsExactToo) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (const std::size_t n : {60'000U, 60'001U, 59'999U}) {
    std::vector<double> noise(n), alternating(n, 0.0), step(n, 0.0), one_wild_sample = recorded_speed(n);
    std::ranges::generate(noise, [&] { return normal(random); });
    for (std::size_t i = 0; i < n; ++i) alternating[i] = i % 2 == 0 ? 1.0 : -1.0;
    std::fill(step.begin() + 100, step.begin() + 30'000, 1.0);
    one_wild_sample[n / 2 + 1] += 1e-3;
    for (const auto& v : {noise, alternating, step, one_wild_sample})
      EXPECT_LT(largest_miss(envelope(v), exact_envelope(v)), 1e-10);
  }
}

TEST(Envelope, DependsNeitherOnThreadsNorOnTheUnit) {
  const auto v = recorded_speed(120'007);
  const auto one = envelope(v, 1);
  for (const int threads : {2, 3, 7}) EXPECT_EQ(envelope(v, threads), one);
  auto millivolts = v;
  for (double& x : millivolts) x *= 1024.0;
  auto expected = one;
  for (double& x : expected) x *= 1024.0;
  EXPECT_EQ(envelope(millivolts), expected);
}

TEST(Smooth, DoesNotDependOnThreads) {
  const auto volts = wave(700'000, 2.3);
  const auto one = smooth(volts);
  for (const int threads : {2, 3, 7}) EXPECT_EQ(smooth(volts, {}, threads), one);
}

// Eight segments side by side give what one run over the whole trace gives.
TEST(Smooth, HasNoSeamsWithinATrace) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal(1.5, 0.3);
  for (const double cutoff_hz : {0.8, 5.0, 40.0})
    for (const std::int64_t order : {2, 4, 6}) {
      Parameters parameters;
      parameters.lowpass_cutoff_hz = cutoff_hz;
      parameters.lowpass_order = order;
      std::vector<double> volts(200'000);
      std::ranges::generate(volts, [&] { return normal(random); });
      const auto all = smooth(volts, parameters);
      // Every part that is far from its own ends agrees with the whole.
      for (const std::size_t first : {0U, 31'111U, 100'000U}) {
        const std::size_t length = 100'000;
        const auto part = smooth(std::span(volts).subspan(first, length), parameters);
        const std::size_t from = first == 0 ? 0 : 40'000;
        for (std::size_t i = from; i < length - 40'000; ++i)
          ASSERT_NEAR(part[i], all[first + i], 1e-11) << cutoff_hz << ' ' << order << ' ' << i;
      }
    }
}

TEST(Velocity, IsTheSameAnywhereInARecording) {
  const auto volts = wave(500, 7.0);
  const auto whole = velocity(volts);
  for (const std::size_t first : {0U, 1U, 2U, 3U, 200U, 490U})
    for (const std::size_t count : {1U, 3U, 10U}) {
      std::vector<double> part(count);
      velocity_at(volts, Parameters{}.velocity_smooth_ms / 2, static_cast<std::int64_t>(first), part);
      for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(part[i], whole[first + i]) << first << ' ' << i;
    }
}

}  // namespace
}  // namespace leverkin
