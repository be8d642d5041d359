// Does every median of the correlogram keep the bound that is stated with it? Rows that try to break it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "kernels/dispatch.h"
#include "leverkin/correlogram.h"
#include "movement_rows.h"

namespace leverkin {
namespace {

constexpr std::size_t per_session = 24;

// Two passes in long double: its own error, some 1e-17, is far below every bound here.
std::vector<long double> reference_unit(std::span<const double> x) {
  std::vector<long double> unit(x.begin(), x.end());
  for (int pass = 0; pass < 2; ++pass) {
    long double sum = 0;
    for (const long double v : unit) sum += v;
    for (long double& v : unit) v -= sum / static_cast<long double>(unit.size());
  }
  long double squares = 0;
  for (const long double v : unit) squares += v * v;
  for (long double& v : unit) v /= std::sqrt(squares);
  return unit;
}

// S x S medians, and 0 where there are none.
std::vector<long double> reference(const SimulatedRows& data, const std::vector<std::int64_t>& sessions) {
  const auto samples = static_cast<std::size_t>(data.samples);
  std::vector<std::vector<long double>> unit;
  for (std::size_t i = 0; i < data.session.size(); ++i)
    unit.push_back(reference_unit(std::span(data.volts).subspan(i * samples, samples)));
  const std::size_t size = sessions.size();
  std::vector<std::vector<long double>> values(size * size);
  const auto place = [&](std::int64_t s) {
    return static_cast<std::size_t>(std::ranges::lower_bound(sessions, s) - sessions.begin());
  };
  for (std::size_t i = 0; i < unit.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      long double r = 0;
      for (std::size_t t = 0; t < samples; ++t) r += unit[i][t] * unit[j][t];
      const std::size_t a = place(data.session[i]), b = place(data.session[j]);
      values[std::min(a, b) * size + std::max(a, b)].push_back(r);
    }
  std::vector<long double> medians(size * size, 0);
  for (std::size_t a = 0; a < size; ++a)
    for (std::size_t b = a; b < size; ++b) {
      auto& v = values[a * size + b];
      if (v.empty()) continue;
      std::ranges::sort(v);
      medians[a * size + b] = medians[b * size + a] = (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2;
    }
  return medians;
}

void expect_bounds_hold(const SimulatedRows& data, const std::string& what) {
  const Correlogram full = correlate(data.rows());
  const auto expected = reference(data, full.session);
  for (const double tolerance : {0.0, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-13, 1e-15}) {
    const Correlogram found = correlate(data.rows(), {.tolerance = tolerance});
    ASSERT_EQ(found.n_pairs, full.n_pairs);
    for (std::size_t cell = 0; cell < expected.size(); ++cell) {
      if (found.n_pairs[cell] == 0) {
        ASSERT_TRUE(std::isnan(found.median_r[cell]) && std::isnan(found.bound[cell]));
        continue;
      }
      const auto error = static_cast<double>(std::abs(found.median_r[cell] - expected[cell]));
      ASSERT_LE(error, found.bound[cell] + 1e-17)
          << what << " at tolerance " << tolerance << ", cell " << cell;
      ASSERT_LE(found.bound[cell], std::max(tolerance, full.bound[cell])) << what << " at " << tolerance;
    }
  }
}

SimulatedRows rows_by(std::size_t rows, std::size_t samples,
                      const std::function<double(std::size_t row, std::size_t t)>& value) {
  SimulatedRows data;
  data.samples = static_cast<std::int64_t>(samples);
  for (std::size_t i = 0; i < rows; ++i) {
    data.session.push_back(1 + static_cast<std::int64_t>(i / per_session));
    for (std::size_t t = 0; t < samples; ++t) data.volts.push_back(value(i, t));
  }
  return data;
}

SimulatedRows simulated(std::int64_t rows, double noise = 0.0, double lowpass = 5.0) {
  return simulated_rows({.rows = rows,
                         .per_session = static_cast<std::int64_t>(per_session),
                         .lowpass_hz = lowpass,
                         .added_noise_v = noise});
}

double cosine(std::size_t m, std::size_t t, std::size_t samples) {
  return std::cos(std::numbers::pi * static_cast<double>(m) * (static_cast<double>(t) + 0.5) /
                  static_cast<double>(samples));
}

TEST(CertifiedCorrelogram, KeepsItsBoundsOnMovements) {
  expect_bounds_hold(simulated(72), "movements");
  expect_bounds_hold(simulated(72, 0.0, 10.0), "10 Hz");
  expect_bounds_hold(simulated(48, 0.001), "1 mV of noise");
}

TEST(CertifiedCorrelogram, IsReallyTakenFromCoefficientsWhereRowsCompress) {
  const SimulatedRows data = simulated_rows({.rows = 400, .per_session = 100});
  const double in_float = correlate(data.rows(), {.tolerance = 2e-5}).bound[1];
  const Correlogram full = correlate(data.rows());
  const Correlogram closely = correlate(data.rows(), {.tolerance = 1e-9});
  EXPECT_NE(in_float, full.bound[1]);
  EXPECT_NE(closely.bound[1], full.bound[1]);
  for (std::size_t cell = 0; cell < full.bound.size(); ++cell)
    EXPECT_NEAR(closely.median_r[cell], full.median_r[cell], closely.bound[cell] + full.bound[cell]);
}

// Two rows whose parts outside the basis are parallel, or opposite, reach b_i b_j.
TEST(CertifiedCorrelogram, KeepsItsBoundsWhereWhatIsLeftOutIsAligned) {
  constexpr std::size_t samples = 501;
  for (const double hidden : {1e-6, 1e-4, 1e-3, 1e-2, 0.1}) {
    for (const int period : {1, 2, 3}) {
      const auto data = rows_by(3 * per_session, samples, [&](std::size_t i, std::size_t t) {
        const double sign = static_cast<int>(i) % (2 * period) < period ? 1.0 : -1.0;
        double v = sign * hidden * cosine(301, t, samples);
        for (std::size_t m = 1; m < 6; ++m)
          v += cosine(m, t, samples) * std::sin(static_cast<double>((i + 1) * m * m + m));
        return v;
      });
      expect_bounds_hold(data, "aligned " + std::to_string(hidden));
    }
  }
}

TEST(CertifiedCorrelogram, KeepsItsBoundsOnOneFunctionOfTheBasisAndAHiddenOne) {
  constexpr std::size_t samples = 400;
  for (const double hidden : {1e-7, 1e-3, 0.05}) {
    const auto data = rows_by(2 * per_session, samples, [&](std::size_t i, std::size_t t) {
      const double x = static_cast<double>(t) / samples;
      return (i % 3 == 0   ? x
              : i % 3 == 1 ? x * x
                           : cosine(4, t, samples)) +
             hidden * cosine(200 + i % 5, t, samples);
    });
    expect_bounds_hold(data, "hidden");
  }
}

TEST(CertifiedCorrelogram, KeepsItsBoundsOnHighFrequenciesAndNoise) {
  constexpr std::size_t samples = 600;
  expect_bounds_hold(rows_by(2 * per_session, samples,
                             [&](std::size_t i, std::size_t t) { return cosine(400 + i, t, samples); }),
                     "high frequencies");
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  expect_bounds_hold(
      rows_by(2 * per_session, samples, [&](std::size_t, std::size_t) { return normal(random); }), "noise");
  expect_bounds_hold(rows_by(3 * per_session, samples,
                             [&](std::size_t i, std::size_t t) {
                               const double smooth = cosine(1 + i % 4, t, samples) + cosine(2, t, samples);
                               return i % 10 == 3 ? normal(random) : smooth + 1e-5 * normal(random);
                             }),
                     "noisy and clean");
}

TEST(CertifiedCorrelogram, KeepsItsBoundsOnRowsThatAreNearlyConstant) {
  constexpr std::size_t samples = 501;
  expect_bounds_hold(
      rows_by(2 * per_session, samples,
              [&](std::size_t i, std::size_t t) { return 1.0 + 1e-12 * cosine(1 + i % 3, t, samples); }),
      "ripple");
  expect_bounds_hold(
      rows_by(2 * per_session, samples, [&](std::size_t i, std::size_t t) { return t == i ? 1.0 : 0.0; }),
      "one sample differs");
  expect_bounds_hold(rows_by(2 * per_session, samples,
                             [&](std::size_t i, std::size_t t) {
                               return (t == 0 ? 5.0 : 0.0) + 1e-9 * cosine(1 + i % 5, t, samples);
                             }),
                     "the first sample is an outlier");
}

TEST(CertifiedCorrelogram, KeepsItsBoundsForAnyOffsetAndScale) {
  const SimulatedRows plain = simulated(48);
  for (const auto& [offset, scale] :
       {std::pair{1e6, 1.0}, {1e9, 1.0}, {-3e7, 1e-3}, {0.0, 1e-300}, {0.0, 1e300}, {1e-290, 1e-295}}) {
    SimulatedRows moved = plain;
    for (double& v : moved.volts) v = v * scale + offset;
    expect_bounds_hold(moved, "offset " + std::to_string(offset));
  }
}

TEST(CertifiedCorrelogram, KeepsItsBoundsOnEqualRows) {
  expect_bounds_hold(
      rows_by(2 * per_session, 501,
              [](std::size_t i, std::size_t t) { return (i % 2 == 0 ? 1.0 : -1.0) * cosine(2, t, 501); }),
      "equal and opposite");
}

TEST(CertifiedCorrelogram, KeepsItsBoundsOnFewSamples) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (const std::size_t samples : {1U, 2U, 3U, 7U, 33U, 191U, 192U, 193U, 257U})
    expect_bounds_hold(
        rows_by(30, samples,
                [&](std::size_t, std::size_t t) { return static_cast<double>(t * t) + normal(random); }),
        "samples");
}

TEST(CertifiedCorrelogram, KeepsItsBoundsForSessionsOfAnySize) {
  SimulatedRows data = simulated(90);
  std::ranges::fill(data.session, 4);
  expect_bounds_hold(data, "one session");
  for (std::size_t i = 0; i < data.session.size(); ++i) data.session[i] = static_cast<std::int64_t>(i) - 7;
  expect_bounds_hold(data, "sessions of one");
  for (std::size_t i = 0; i < data.session.size(); ++i)
    data.session[i] = static_cast<std::int64_t>(std::sqrt(static_cast<double>(i * 7919 % 90)));
  expect_bounds_hold(data, "mixed");
}

TEST(CertifiedCorrelogram, LeavesOutRowsThatAreConstantOrNotFinite) {
  SimulatedRows data = simulated(72);
  std::fill_n(data.volts.begin() + 5 * 2001, 2001, 0.25);
  data.volts[30 * 2001 + 7] = std::nan("");
  data.volts[31 * 2001 + 2000] = INFINITY;
  SimulatedRows without = data;
  for (const std::ptrdiff_t row : {31, 30, 5}) {
    without.volts.erase(without.volts.begin() + row * 2001, without.volts.begin() + (row + 1) * 2001);
    without.session.erase(without.session.begin() + row);
  }
  for (const double tolerance : {0.0, 1e-3, 1e-6, 1e-9}) {
    const Correlogram a = correlate(data.rows(), {.tolerance = tolerance});
    const Correlogram b = correlate(without.rows(), {.tolerance = tolerance});
    EXPECT_EQ(a.n_pairs, b.n_pairs);
    for (std::size_t cell = 0; cell < a.median_r.size(); ++cell)
      EXPECT_NEAR(a.median_r[cell], b.median_r[cell], a.bound[cell] + b.bound[cell]);
  }
}

TEST(CertifiedCorrelogram, GivesTheSameBitsForAnyNumberOfThreads) {
  const SimulatedRows data = simulated(150, 1e-4);
  for (const double tolerance : {0.0, 1e-2, 1e-4, 1e-6, 1e-8}) {
    const Correlogram one = correlate(data.rows(), {.tolerance = tolerance, .threads = 1});
    for (const int threads : {2, 3, 8}) {
      const Correlogram many = correlate(data.rows(), {.tolerance = tolerance, .threads = threads});
      EXPECT_EQ(many.median_r, one.median_r);
      EXPECT_EQ(many.bound, one.bound);
    }
  }
}

TEST(CertifiedCorrelogram, DoesNotDependOnTheOrderOfMovementsBeyondItsBounds) {
  const SimulatedRows data = simulated(96);
  SimulatedRows shuffled{{}, {}, data.samples};
  for (std::size_t i = 0; i < 96; ++i) {
    const std::size_t row = i * 37 % 96;
    shuffled.session.push_back(data.session[row]);
    shuffled.volts.insert(shuffled.volts.end(), data.volts.begin() + static_cast<std::ptrdiff_t>(row * 2001),
                          data.volts.begin() + static_cast<std::ptrdiff_t>((row + 1) * 2001));
  }
  for (const double tolerance : {0.0, 1e-4, 1e-6, 1e-8}) {
    const Correlogram a = correlate(data.rows(), {.tolerance = tolerance});
    const Correlogram b = correlate(shuffled.rows(), {.tolerance = tolerance});
    for (std::size_t cell = 0; cell < a.median_r.size(); ++cell)
      EXPECT_NEAR(a.median_r[cell], b.median_r[cell], a.bound[cell] + b.bound[cell]);
  }
}

// Fused multiply-adds give the same bits on every target that has them; the others keep the bounds.
TEST(CertifiedCorrelogram, AgreesAcrossTargets) {
  const SimulatedRows data = simulated(120);
  const std::string before = kernels::target_name();
  for (const double tolerance : {0.0, 1e-4, 1e-6, 1e-8}) {
    kernels::force_target(kernels::runnable_targets().front());
    const Correlogram best = correlate(data.rows(), {.tolerance = tolerance});
    for (const std::string& target : kernels::runnable_targets()) {
      ASSERT_TRUE(kernels::force_target(target));
      const Correlogram here = correlate(data.rows(), {.tolerance = tolerance});
      const bool fused = target != "SSE4" && target != "SCALAR";
      if (fused) {
        EXPECT_EQ(here.median_r, best.median_r) << target;
        EXPECT_EQ(here.bound, best.bound) << target;
      }
      for (std::size_t cell = 0; cell < best.median_r.size(); ++cell)
        EXPECT_NEAR(here.median_r[cell], best.median_r[cell], here.bound[cell] + best.bound[cell]) << target;
    }
  }
  kernels::force_target(before);
}

}  // namespace
}  // namespace leverkin
