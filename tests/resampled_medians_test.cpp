#include "leverkin/resampled_medians.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "leverkin/correlogram.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

struct Data {
  std::vector<double> volts;
  std::vector<std::int64_t> session;
  std::int64_t samples;
  [[nodiscard]] MovementRows rows() const { return {volts, samples, session}; }
};

Data random_rows(const std::vector<std::int64_t>& session, std::int64_t samples) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  Data data{{}, session, samples};
  for (std::size_t i = 0; i < session.size() * static_cast<std::size_t>(samples); ++i)
    data.volts.push_back(normal(random) + static_cast<double>(i % 7));
  return data;
}

// What stands at every place in random draws: rows of the place's own session with replacement, or all rows
// in another order.
std::vector<std::int64_t> draw_rows(const std::vector<std::int64_t>& session, int draws, bool permuted) {
  std::mt19937_64 random(4);
  std::vector<std::int64_t> row;
  for (int d = 0; d < draws; ++d) {
    std::vector<std::int64_t> one(session.size());
    std::iota(one.begin(), one.end(), 0);
    if (permuted) std::ranges::shuffle(one, random);
    for (std::size_t place = 0; !permuted && place < session.size(); ++place) {
      std::size_t drawn = 0;
      do drawn = random() % session.size();
      while (session[drawn] != session[place]);
      one[place] = static_cast<std::int64_t>(drawn);
    }
    row.insert(row.end(), one.begin(), one.end());
  }
  return row;
}

std::vector<std::int64_t> counts_of(const std::vector<std::int64_t>& drawn, std::size_t rows) {
  const std::size_t draws = drawn.size() / rows;
  std::vector<std::int64_t> counts(drawn.size());
  for (std::size_t at = 0; at < drawn.size(); ++at)
    ++counts[static_cast<std::size_t>(drawn[at]) * draws + at / rows];
  return counts;
}

double naive_median(const PairedRows& rows, const std::int64_t* row, SessionPair pair) {
  std::vector<double> values;
  const std::size_t n = rows.session.size();
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t q = 0; q < n; ++q) {
      if (rows.session[p] != pair.first || rows.session[q] != pair.second || row[p] == row[q]) continue;
      if (pair.first == pair.second && q <= p) continue;
      values.push_back(rows.r[static_cast<std::size_t>(row[p]) * n + static_cast<std::size_t>(row[q])]);
    }
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return std::nan("");
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

TEST(ResampledMedians, AreThoseOfThePairsThatWereDrawn) {
  const std::vector<std::int64_t> session{3, 1, 1, 3, 3, 1, 7, 3, 1, 1, 3, 3};
  Data data = random_rows(session, 40);
  std::fill(data.volts.begin() + 80, data.volts.begin() + 120, 2.5);  // takes part in no pair
  const auto r = correlate_all_pairs(data.rows());
  const PairedRows rows{r, session};
  const std::vector<SessionPair> pairs{{1, 1}, {1, 3}, {3, 1}, {3, 3}, {3, 7}, {7, 7}, {1, 2}};
  for (const bool permuted : {false, true}) {
    const auto row = draw_rows(session, 300, permuted);
    const auto found = permuted ? permuted_medians(rows, row, pairs)
                                : bootstrap_medians(rows, counts_of(row, session.size()), pairs);
    ASSERT_EQ(found.size(), 300 * pairs.size());
    for (std::size_t at = 0; at < found.size(); ++at) {
      const double expected =
          naive_median(rows, &row[at / pairs.size() * session.size()], pairs[at % pairs.size()]);
      EXPECT_TRUE(found[at] == expected || (std::isnan(found[at]) && std::isnan(expected)))
          << permuted << ' ' << at << ' ' << found[at] << ' ' << expected;
    }
    EXPECT_TRUE(std::isnan(found[5]));  // of a single movement there is no pair
    EXPECT_TRUE(std::isnan(found[6]));  // there is no session 2
  }
}

TEST(ResampledMedians, OfTheRowsThemselvesAreTheCorrelogram) {
  std::vector<std::int64_t> session, row;
  for (std::int64_t i = 0; i < 150; ++i) session.push_back(1 + i % 3), row.push_back(i);
  const Data data = random_rows(session, 64);
  const auto r = correlate_all_pairs(data.rows());
  const std::vector<SessionPair> pairs{{1, 1}, {1, 2}, {1, 3}, {2, 2}, {2, 3}, {3, 3}};
  const auto permuted = permuted_medians({r, session}, row, pairs);
  const auto drawn = bootstrap_medians({r, session}, std::vector<std::int64_t>(150, 1), pairs);
  const Correlogram expected = correlate(data.rows());
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto cell = static_cast<std::size_t>((pairs[p].first - 1) * 3 + pairs[p].second - 1);
    EXPECT_NEAR(permuted[p], expected.median_r[cell], 2 * expected.bound[cell]);
    EXPECT_EQ(drawn[p], permuted[p]);
  }
}

TEST(ResampledMedians, AreTheSameBitsForAnyNumberOfThreads) {
  std::vector<std::int64_t> session;
  for (std::int64_t i = 0; i < 120; ++i) session.push_back(1 + i % 4);
  const Data data = random_rows(session, 50);
  const auto r = correlate_all_pairs(data.rows());
  const auto orders = draw_rows(session, 25, true), counts = counts_of(draw_rows(session, 25, false), 120);
  const std::vector<SessionPair> pairs{{1, 1}, {1, 2}, {3, 4}};
  const auto permuted = permuted_medians({r, session}, orders, pairs, 1);
  const auto drawn = bootstrap_medians({r, session}, counts, pairs, 1);
  for (const int threads : {2, 3, 8}) {
    EXPECT_EQ(permuted_medians({r, session}, orders, pairs, threads), permuted);
    EXPECT_EQ(bootstrap_medians({r, session}, counts, pairs, threads), drawn);
  }
}

TEST(ResampledMedians, RefuseWhatDoesNotFit) {
  const std::vector<double> r{1, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 1};
  const std::vector<std::int64_t> session{1, 1, 2}, row{0, 1, 2}, beyond{0, 1, 3}, below{0, -1, 2},
      part{0, 1};
  const std::vector<SessionPair> pairs{{1, 1}};
  const PairedRows rows{r, session}, small{std::span(r).first(4), session}, none{{}, {}};
  EXPECT_EQ(permuted_medians(rows, row, pairs), (std::vector<double>{0.5}));
  EXPECT_THROW((void)permuted_medians(rows, beyond, pairs), BadArgument);
  EXPECT_THROW((void)permuted_medians(rows, below, pairs), BadArgument);
  EXPECT_THROW((void)bootstrap_medians(rows, below, pairs), BadArgument);
  for (const PairedRows& wrong : {small, none}) {
    EXPECT_THROW((void)permuted_medians(wrong, row, pairs), BadArgument);
    EXPECT_THROW((void)bootstrap_medians(wrong, row, pairs), BadArgument);
  }
  EXPECT_THROW((void)permuted_medians(rows, part, pairs), BadArgument);
  EXPECT_THROW((void)bootstrap_medians(rows, part, pairs), BadArgument);
}

}  // namespace
}  // namespace leverkin
