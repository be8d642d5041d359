#include "leverkin/envelope.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>
#include <complex>
#include <numbers>

#include "leverkin/error.h"

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

}  // namespace
}  // namespace leverkin
