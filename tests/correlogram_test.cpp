#include "leverkin/correlogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "leverkin/error.h"
#include "leverkin/summary.h"

namespace leverkin {
namespace {

struct Data {
  std::vector<double> volts;
  std::vector<std::int64_t> session;
  std::int64_t samples;
  [[nodiscard]] MovementRows rows() const { return {volts, samples, session}; }
};

Data random_walks(const std::vector<std::int64_t>& session, std::int64_t samples, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Data data{{}, session, samples};
  for (std::size_t row = 0; row < session.size(); ++row) {
    double v = 1.5;
    for (std::int64_t i = 0; i < samples; ++i) data.volts.push_back(v += 0.01 * normal(random));
  }
  return data;
}

// Two passes, in long double: the definition.
double textbook_r(std::span<const double> x, std::span<const double> y) {
  const auto mean = [](std::span<const double> v) {
    long double sum = 0;
    for (const double value : v) sum += value;
    return sum / static_cast<long double>(v.size());
  };
  const long double mx = mean(x), my = mean(y);
  long double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
  }
  return static_cast<double>(xy / std::sqrt(xx * yy));
}

double textbook_median(const Data& data, std::int64_t a, std::int64_t b) {
  std::vector<double> values;
  const auto row = [&](std::size_t i) {
    return std::span(data.volts)
        .subspan(i * static_cast<std::size_t>(data.samples), static_cast<std::size_t>(data.samples));
  };
  for (std::size_t i = 0; i < data.session.size(); ++i)
    for (std::size_t j = 0; j < data.session.size(); ++j)
      if (data.session[i] == a && data.session[j] == b && (a != b || j < i))
        values.push_back(textbook_r(row(i), row(j)));
  if (values.empty()) return std::nan("");
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

TEST(Correlogram, IsTheMedianOverPairsOfDifferentMovements) {
  const Data data = random_walks({3, 1, 1, 3, 3, 1, 7, 3, 1}, 101);
  const Correlogram found = correlate(data.rows());
  ASSERT_EQ(found.session, (std::vector<std::int64_t>{1, 3, 7}));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const double expected = textbook_median(data, found.session[i], found.session[j]);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(found.median_r[i * 3 + j]));
      } else {
        EXPECT_NEAR(found.median_r[i * 3 + j], expected, found.bound[i * 3 + j]);
      }
    }
  EXPECT_EQ(found.n_pairs, (std::vector<std::int64_t>{6, 16, 4, 16, 6, 4, 4, 4, 0}));
  EXPECT_EQ(found.within_r[1], found.median_r[4]);
  EXPECT_EQ(found.across_r, (std::vector<double>{found.median_r[1], found.median_r[5]}));
}

TEST(Correlogram, LeavesOutRowsThatAreConstantOrNotFinite) {
  Data data = random_walks({1, 1, 1, 1, 1}, 50);
  const Data good{{data.volts.begin(), data.volts.begin() + 150}, {1, 1, 1}, 50};
  std::fill(data.volts.begin() + 150, data.volts.begin() + 200, 2.5);
  data.volts[220] = std::nan("");
  const Correlogram found = correlate(data.rows()), expected = correlate(good.rows());
  EXPECT_EQ(found.n_pairs[0], 3);
  EXPECT_EQ(found.median_r, expected.median_r);
}

TEST(Correlogram, GivesTheSameBitsForAnyNumberOfThreads) {
  std::vector<std::int64_t> session;
  for (std::int64_t i = 0; i < 60; ++i) session.push_back(1 + i % 7);
  const Data data = random_walks(session, 301);
  const Correlogram one = correlate(data.rows(), {.threads = 1});
  for (const int threads : {2, 3, 8}) {
    const Correlogram many = correlate(data.rows(), {.threads = threads});
    EXPECT_EQ(many.median_r, one.median_r);
    EXPECT_EQ(many.n_pairs, one.n_pairs);
  }
}

TEST(Correlogram, DoesNotDependOnTheOrderOfMovements) {
  const Data data = random_walks({1, 2, 1, 2, 1, 2, 2}, 64);
  Data shuffled{{}, {}, 64};
  for (const std::size_t row : {6U, 2U, 0U, 5U, 3U, 1U, 4U}) {
    shuffled.session.push_back(data.session[row]);
    shuffled.volts.insert(shuffled.volts.end(), data.volts.begin() + row * 64,
                          data.volts.begin() + (row + 1) * 64);
  }
  const Correlogram a = correlate(data.rows()), b = correlate(shuffled.rows());
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(a.median_r[i], b.median_r[i], 1e-14);
}

TEST(Correlogram, DoesNotDependOnOffsetAndScale) {
  const Data data = random_walks({1, 1, 2, 2}, 200);
  Data moved = data;
  for (double& v : moved.volts) v = 1024.0 * v;
  const Correlogram a = correlate(data.rows()), b = correlate(moved.rows());
  EXPECT_EQ(a.median_r, b.median_r);
  for (double& v : moved.volts) v += 1e6;
  const Correlogram c = correlate(moved.rows());
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(a.median_r[i], c.median_r[i], 1e-9);
}

TEST(Correlogram, KeepsSessionsWithoutMovementsAsEmptyRows) {
  const Data data = random_walks({1, 1, 4, 4}, 30);
  const std::vector<std::int64_t> sessions{1, 2, 4};
  const Correlogram found = correlate(data.rows(), {.sessions = sessions});
  EXPECT_EQ(found.session, sessions);
  EXPECT_TRUE(std::isnan(found.median_r[1]));
  EXPECT_TRUE(std::isnan(found.across_r[0]));
  EXPECT_FALSE(std::isnan(found.median_r[2]));
  EXPECT_EQ(found.n_pairs[1], 0);
}

TEST(Correlogram, GivesEveryPairWithOneOnTheDiagonal) {
  Data data = random_walks({2, 1, 2}, 40);
  const auto r = correlate_all_pairs(data.rows());
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const double expected = i == j ? 1.0
                                     : textbook_r(std::span(data.volts).subspan(i * 40, 40),
                                                  std::span(data.volts).subspan(j * 40, 40));
      EXPECT_NEAR(r[i * 3 + j], expected, 1e-13);
    }
}

// Events of cells: zero nearly everywhere, positive elsewhere.
Data events(std::size_t rows, std::int64_t samples, double share) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform;
  Data data{std::vector<double>(rows * static_cast<std::size_t>(samples)), std::vector<std::int64_t>(rows, 1),
            samples};
  for (double& value : data.volts)
    if (uniform(random) < share) value = 0.2 + uniform(random);
  return data;
}

TEST(Correlogram, GivesTheSamePairsOfRowsThatAreZeroNearlyEverywhere) {
  constexpr std::size_t rows = 70, samples = 2500, silent = 5, faint = 9;
  for (const double share : {0.02, 0.15, 0.6}) {  // the last one takes the dense path
    Data data = events(rows, samples, share);
    const auto row = [&](std::size_t i) { return std::span(data.volts).subspan(i * samples, samples); };
    std::ranges::fill(row(silent), 0.0);
    for (double& value : row(faint)) value *= 1e-200;
    const auto r = correlate_all_pairs(data.rows(), 2);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < rows; ++j) {
        const double found = r[i * rows + j];
        if (i == silent || j == silent)
          EXPECT_TRUE(std::isnan(found));
        else
          EXPECT_NEAR(found, i == j ? 1.0 : textbook_r(row(i), row(j)), 2e-15) << share;
      }
  }
}

TEST(Correlogram, GivesTheSameBitsOfSparseRowsOnAnyNumberOfThreads) {
  const Data data = events(150, 3000, 0.05);
  const auto one = correlate_all_pairs(data.rows(), 1), two = correlate_all_pairs(data.rows(), 2);
  EXPECT_TRUE(std::ranges::equal(one, two));
}

double length_less_mean(std::span<const double> row) {
  const double mean = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
  double squares = 0.0;
  for (const double value : row) squares += (value - mean) * (value - mean);
  return std::sqrt(squares);
}

TEST(Correlogram, TellsTheLengthOfEveryRowBesideItsPairs) {
  constexpr std::size_t rows = 40, samples = 2500, silent = 5;
  for (const double share : {0.05, 0.9}) {  // sparse, dense
    Data data = events(rows, samples, share);
    const auto row = [&](std::size_t i) { return std::span(data.volts).subspan(i * samples, samples); };
    std::ranges::fill(row(silent), 0.0);
    for (double& value : row(7)) value *= 1e-5;
    const Pairwise found = correlate_pairwise(data.rows());
    const auto square = correlate_all_pairs(data.rows());
    for (std::size_t a = 0, place = 0; a < rows; ++a)
      for (std::size_t b = 0; b < a; ++b, ++place)
        EXPECT_TRUE(found.r[place] == square[a * rows + b] || a == silent || b == silent) << a << ' ' << b;
    EXPECT_TRUE(std::isnan(found.r[silent * (silent - 1) / 2]));
    EXPECT_EQ(found.length[silent], 0.0);
    for (std::size_t i = 0; i < rows; ++i)
      EXPECT_NEAR(found.length[i], length_less_mean(row(i)), 1e-13 * length_less_mean(row(i)));
  }
}

TEST(Correlogram, PairsStayWithinTheirToleranceAndAreInDoubleWhereFloatCannotProveIt) {
  const Data data = events(60, 5000, 1.0);
  const auto exact = correlate_pairwise(data.rows()).r;
  EXPECT_EQ(correlate_pairwise(data.rows(), {.tolerance = 1e-6}).r, exact);
  const auto coarse = correlate_pairwise(data.rows(), {.tolerance = 2e-5, .threads = 1}).r;
  EXPECT_EQ(correlate_pairwise(data.rows(), {.tolerance = 2e-5, .threads = 2}).r, coarse);
  EXPECT_NE(coarse, exact);
  for (std::size_t k = 0; k < exact.size(); ++k) EXPECT_NEAR(coarse[k], exact[k], 2e-5);
}

TEST(Correlogram, RefusesRowsThatDoNotFit) {
  const Data data = random_walks({1, 1}, 10);
  EXPECT_THROW((void)correlate({data.volts, 11, data.session}), BadArgument);
  EXPECT_THROW((void)correlate({data.volts, 0, data.session}), BadArgument);
  const std::vector<std::int64_t> other{5};
  EXPECT_THROW((void)correlate(data.rows(), {.sessions = other}), BadArgument);
}

SubjectCurves subject(const std::vector<std::int64_t>& sessions, double success) {
  SubjectCurves curves;
  curves.session = sessions;
  for (std::size_t i = 0; i < sessions.size(); ++i)
    curves.summary.push_back({.n_trials = 10, .success_fraction = success});
  curves.correlogram.session = sessions;
  curves.correlogram.median_r.assign(sessions.size() * sessions.size(), success / 2);
  curves.correlogram.within_r.assign(sessions.size(), success / 2);
  return curves;
}

TEST(Groups, AverageOverTheAnimalsThatHaveANumber) {
  const SubjectCurves a = subject({1, 2}, 0.4), b = subject({2, 5}, 0.8);
  const GroupSummary group = summarise_group("control", std::vector<const SubjectCurves*>{&a, &b});
  EXPECT_EQ(group.session, (std::vector<std::int64_t>{1, 2, 5}));
  EXPECT_EQ(group.success_fraction.n, (std::vector<std::int64_t>{1, 2, 1}));
  EXPECT_DOUBLE_EQ(group.success_fraction.mean[1], 0.6);
  EXPECT_NEAR(group.success_fraction.sem[1], 0.2, 1e-12);  // s.d. 0.2828 / sqrt(2)
  EXPECT_TRUE(std::isnan(group.success_fraction.sem[0]));
  EXPECT_EQ(group.r.n[2], 0);
  EXPECT_TRUE(std::isnan(group.r.mean[2]));
  EXPECT_DOUBLE_EQ(group.r.mean[4], 0.3);
}

}  // namespace
}  // namespace leverkin
