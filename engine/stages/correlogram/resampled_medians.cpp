#include "leverkin/resampled_medians.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "kernels/median_select.h"
#include "leverkin/error.h"
#include "support/no_number.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

/// How many draws there are.
std::size_t checked_draws(const PairedRows& rows, std::span<const std::int64_t> draws, std::int64_t last) {
  const std::size_t n = rows.session.size();
  if (rows.r.size() != n * n)
    throw BadArgument("resampling: found " + std::to_string(rows.r.size()) +
                      " values of r; expected those of all pairs of " + std::to_string(n) + " movements");
  if (n == 0 || draws.size() % n != 0)
    throw BadArgument("resampling: found draws of " + std::to_string(draws.size()) + " movements; expected " +
                      std::to_string(n) + " in each");
  const auto wrong = std::ranges::find_if(draws, [&](std::int64_t v) { return v < 0 || v > last; });
  if (wrong != draws.end())
    throw BadArgument("resampling: found " + std::to_string(*wrong) + " among the draws; expected 0 to " +
                      std::to_string(last));
  return draws.size() / n;
}

/// 1 on the diagonal of r, or NaN in all of the row.
bool takes_part(const PairedRows& rows, std::size_t row) {
  return !std::isnan(rows.r[row * rows.session.size() + row]);
}

std::vector<std::size_t> places_of(const PairedRows& rows, std::int64_t session) {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < rows.session.size(); ++place)
    if (rows.session[place] == session) places.push_back(place);
  return places;
}

// --- bootstrap: a pair weighs as much as both of its rows were drawn, so r is sorted once, not per draw

constexpr std::size_t draws_together = 128;  // draws at a time, so that their weights stay in the cache
// Counts, their products and their sums are whole numbers: exact in double, and in float up to
// `exact_in_float`.
template <typename Real>
using LanesOf = std::array<Real, draws_together>;
using Lanes = LanesOf<double>;
template <typename Real>
using Weights = std::vector<LanesOf<Real>>;

constexpr double exact_in_float = 1 << 24;

struct RankedPair {
  double r;
  std::uint32_t first, second;  // places in the lists of weights
};

std::vector<RankedPair> ranked_pairs(const PairedRows& rows, const std::vector<std::size_t>& first,
                                     const std::vector<std::size_t>& second, bool within) {
  std::vector<RankedPair> pairs;
  for (std::size_t i = 0; i < first.size(); ++i)
    for (std::size_t j = within ? i + 1 : 0; j < second.size(); ++j)
      pairs.push_back({rows.r[first[i] * rows.session.size() + second[j]], static_cast<std::uint32_t>(i),
                       static_cast<std::uint32_t>(j)});
  std::ranges::sort(pairs, {}, &RankedPair::r);
  return pairs;
}

/// How often the rows were drawn in the draws from `begin` on.
template <typename Real>
Weights<Real> weights_of(const std::vector<std::size_t>& rows, std::span<const std::int64_t> counts,
                         std::size_t draws, std::size_t begin) {
  Weights<Real> weights(rows.size(), LanesOf<Real>{});
  const std::size_t end = std::min(draws, begin + draws_together);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t d = begin; d < end; ++d)
      weights[i][d - begin] = static_cast<Real>(counts[rows[i] * draws + d]);
  return weights;
}

/// Pairs that were drawn. Copies of one row are no pair.
template <typename Real>
Lanes total_weight(const Weights<Real>& first, const Weights<Real>& second, bool within) {
  Lanes a{}, b{}, squares{};
  for (const LanesOf<Real>& weight : first)
    for (std::size_t d = 0; d < draws_together; ++d) {
      const double drawn = weight[d];
      a[d] += drawn, squares[d] += drawn * drawn;
    }
  for (const LanesOf<Real>& weight : second)
    for (std::size_t d = 0; d < draws_together; ++d) b[d] += weight[d];
  for (std::size_t d = 0; d < draws_together; ++d)
    a[d] = within ? (a[d] * a[d] - squares[d]) / 2 : a[d] * b[d];
  return a;
}

/// For every draw, how many of the ranked pairs come before its middle, and before the value after that.
template <typename Real>
struct Middles {
  LanesOf<Real> lower{}, upper{};
};

template <typename Real>
Middles<Real> count_to_middle(const std::vector<RankedPair>& pairs, const Weights<Real>& first,
                              const Weights<Real>& second, const Lanes& total) {
  constexpr std::size_t between_looks = 64;
  Middles<Real> before;
  LanesOf<Real> below{}, lower, upper;
  for (std::size_t d = 0; d < draws_together; ++d) {
    lower[d] = static_cast<Real>(std::floor((total[d] - 1) / 2));
    upper[d] = static_cast<Real>(std::floor(total[d] / 2));
  }
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const LanesOf<Real>&a = first[pairs[p].first], &b = second[pairs[p].second];
    for (std::size_t d = 0; d < draws_together; ++d) {
      below[d] += a[d] * b[d];
      before.lower[d] += below[d] <= lower[d] ? Real{1} : Real{0};
      before.upper[d] += below[d] <= upper[d] ? Real{1} : Real{0};
    }
    if (p % between_looks == 0 && std::ranges::equal(below, upper, std::ranges::greater{})) break;
  }
  return before;
}

/// Writes the median of every draw, `stride` apart; false, and nothing of use, where its numbers are too
/// large for this type.
template <typename Real>
bool write_medians(const std::vector<RankedPair>& pairs, const Weights<Real>& first,
                   const Weights<Real>& second, bool within, std::span<double> medians, std::size_t stride) {
  const Lanes total = total_weight(first, second, within);
  const double most = std::max(static_cast<double>(pairs.size()), *std::ranges::max_element(total));
  if (std::is_same_v<Real, float> && most >= exact_in_float) return false;
  const Middles<Real> middles = count_to_middle(pairs, first, second, total);
  const auto at = [&](Real place) { return pairs[static_cast<std::size_t>(place)].r; };
  for (std::size_t d = 0; d * stride < medians.size(); ++d)
    medians[d * stride] = total[d] > 0 ? (at(middles.lower[d]) + at(middles.upper[d])) / 2.0 : no_number;
  return true;
}

void bootstrap_block(const PairedRows& rows, std::span<const std::int64_t> counts, std::size_t draws,
                     SessionPair sessions, std::span<double> medians, std::size_t stride) {
  const bool within = sessions.first == sessions.second;
  std::vector<std::size_t> first = places_of(rows, sessions.first), second = places_of(rows, sessions.second);
  for (auto* places : {&first, &second})
    std::erase_if(*places, [&](std::size_t row) { return !takes_part(rows, row); });
  const std::vector<RankedPair> pairs = ranked_pairs(rows, first, second, within);
  for (std::size_t begin = 0; begin < draws; begin += draws_together) {
    const std::size_t end = std::min(draws, begin + draws_together);
    const auto into =
        medians.subspan(begin * stride, std::min((end - begin) * stride, medians.size() - begin * stride));
    const auto done_in = [&]<typename Real>(Real) {
      return write_medians<Real>(pairs, weights_of<Real>(first, counts, draws, begin),
                                 weights_of<Real>(second, counts, draws, begin), within, into, stride);
    };
    if (!done_in(float{})) done_in(double{});
  }
}

// --- permutation: every draw has other pairs in a block

using RowList = std::vector<std::uint32_t>;

RowList rows_at(const PairedRows& rows, const std::vector<std::size_t>& places, const std::int64_t* order) {
  RowList found;
  for (const std::size_t place : places)
    if (takes_part(rows, static_cast<std::size_t>(order[place])))
      found.push_back(static_cast<std::uint32_t>(order[place]));
  return found;
}

double median_of_block(const PairedRows& rows, const RowList& first, const RowList& second, bool within,
                       std::vector<double>& values) {
  values.resize(first.size() * second.size() + kernels::values_padding);
  std::size_t count = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double* r = rows.r.data() + first[i] * rows.session.size();
    for (std::size_t j = within ? i + 1 : 0; j < second.size(); ++j) values[count++] = r[second[j]];
  }
  if (count == 0) return no_number;
  const auto middle = kernels::middle_values(values.data(), count);
  return (middle.lower + middle.upper) / 2.0;
}

}  // namespace

std::vector<double> bootstrap_medians(const PairedRows& rows, std::span<const std::int64_t> counts,
                                      std::span<const SessionPair> pairs, int threads) {
  const std::size_t draws = checked_draws(rows, counts, std::numeric_limits<std::int32_t>::max());
  std::vector<double> medians(draws * pairs.size());
  parallel_for(static_cast<std::int64_t>(pairs.size()), threads, [&](std::int64_t at) {
    const auto p = static_cast<std::size_t>(at);
    bootstrap_block(rows, counts, draws, pairs[p], std::span(medians).subspan(p), pairs.size());
  });
  return medians;
}

std::vector<double> permuted_medians(const PairedRows& rows, std::span<const std::int64_t> orders,
                                     std::span<const SessionPair> pairs, int threads) {
  const std::size_t n = rows.session.size();
  const std::size_t draws = checked_draws(rows, orders, static_cast<std::int64_t>(n) - 1);
  std::vector<std::vector<std::size_t>> first, second;
  for (const SessionPair& pair : pairs) {
    first.push_back(places_of(rows, pair.first));
    second.push_back(places_of(rows, pair.second));
  }
  std::vector<double> medians(draws * pairs.size());
  parallel_for(static_cast<std::int64_t>(draws), threads, [&](std::int64_t draw) {
    const auto d = static_cast<std::size_t>(draw);
    const std::int64_t* order = orders.data() + d * n;
    std::vector<double> values;
    for (std::size_t p = 0; p < pairs.size(); ++p)
      medians[d * pairs.size() + p] =
          median_of_block(rows, rows_at(rows, first[p], order), rows_at(rows, second[p], order),
                          pairs[p].first == pairs[p].second, values);
  });
  return medians;
}

}  // namespace leverkin
