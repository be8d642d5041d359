#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "leverkin/correlogram.h"
#include "leverkin/error.h"
#include "support/median.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void check_shape(const MovementRows& rows) {
  if (rows.samples < 1)
    throw BadArgument("correlogram: found rows of " + std::to_string(rows.samples) +
                      " samples; expected at least 1");
  if (rows.volts.size() != rows.session.size() * static_cast<std::size_t>(rows.samples))
    throw BadArgument("correlogram: found " + std::to_string(rows.volts.size()) + " values; expected " +
                      std::to_string(rows.session.size()) + " rows of " + std::to_string(rows.samples));
}

// A row less its mean, scaled to length 1, so that Pearson's r of two rows is their dot product. False for
// rows that are constant or not finite. Values are first taken relative to the row's own first one and to its
// largest deviation: exact zeros for a constant row, and no loss on a large offset.
bool normalise(std::span<const double> row, double* unit) {
  Eigen::Map<const Eigen::ArrayXd> x(row.data(), static_cast<Eigen::Index>(row.size()));
  Eigen::Map<Eigen::ArrayXd> y(unit, x.size());
  if (!x.isFinite().all()) return false;
  y = x - x[0];
  const double largest = y.abs().maxCoeff();
  if (!(largest > 0.0) || !std::isfinite(largest)) return false;
  y /= largest;
  y -= y.mean();
  y -= y.mean();  // what rounding left of the first mean
  y /= std::sqrt(y.square().sum());
  return true;
}

struct Block {
  std::int64_t session;
  std::vector<std::size_t> input_rows;  // those that take part
  Matrix unit;                          // one normalised row each
};

// Worst-case rounding of one r in double. Per row, centring moves it by at most (n + 3 sqrt(n) + 4) u of its
// length and normalising by (n / 2 + 4) u; the dot product adds n u (Higham, Accuracy and Stability,
// section 3.1; u = 2^-53).
double rounding_bound(std::int64_t samples) {
  const auto n = static_cast<double>(samples);
  return (4.0 * n + 6.0 * std::sqrt(n) + 32.0) * 0x1p-53;
}

std::vector<Block> make_blocks(const MovementRows& rows, const std::vector<std::int64_t>& sessions,
                               int threads) {
  std::map<std::int64_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < rows.session.size(); ++i) members[rows.session[i]].push_back(i);
  std::vector<Block> blocks(sessions.size());
  const auto samples = static_cast<std::size_t>(rows.samples);
  parallel_for(static_cast<std::int64_t>(blocks.size()), threads, [&](std::int64_t at) {
    Block& block = blocks[static_cast<std::size_t>(at)];
    block.session = sessions[static_cast<std::size_t>(at)];
    const auto found = members.find(block.session);
    if (found == members.end()) return;
    block.unit.resize(static_cast<Eigen::Index>(found->second.size()), rows.samples);
    for (const std::size_t row : found->second) {
      double* unit = block.unit.data() + block.input_rows.size() * samples;
      if (normalise(rows.volts.subspan(row * samples, samples), unit)) block.input_rows.push_back(row);
    }
    block.unit.conservativeResize(static_cast<Eigen::Index>(block.input_rows.size()), Eigen::NoChange);
  });
  return blocks;
}

Matrix correlate_blocks(const Block& a, const Block& b) {
  return (a.unit * b.unit.transpose()).cwiseMax(-1.0).cwiseMin(1.0);
}

// Unordered pairs of different movements of one session, or all pairs of two sessions.
std::vector<double> pair_values(const Block& a, const Block& b) {
  if (a.input_rows.empty() || b.input_rows.empty()) return {};
  const Matrix r = correlate_blocks(a, b);
  if (&a != &b) return {r.data(), r.data() + r.size()};
  std::vector<double> values;
  for (Eigen::Index i = 1; i < r.rows(); ++i)
    values.insert(values.end(), r.row(i).data(), r.row(i).data() + i);
  return values;
}

std::vector<std::int64_t> session_axis(const MovementRows& rows, const CorrelogramOptions& options) {
  std::set<std::int64_t> axis(options.sessions.begin(), options.sessions.end());
  const bool given = !axis.empty();
  for (const std::int64_t session : rows.session)
    if (axis.insert(session).second && given)
      throw BadArgument("correlogram: found a row of session " + std::to_string(session) +
                        "; expected one of the sessions given");
  return {axis.begin(), axis.end()};
}

// The upper triangle of an S x S matrix, as (row, column) of the i-th task.
std::vector<std::pair<std::size_t, std::size_t>> upper_triangle(std::size_t size) {
  std::vector<std::pair<std::size_t, std::size_t>> cells;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = i; j < size; ++j) cells.emplace_back(i, j);
  return cells;
}

}  // namespace

Correlogram correlate(const MovementRows& rows, const CorrelogramOptions& options) {
  check_shape(rows);
  Correlogram result;
  result.session = session_axis(rows, options);
  const std::size_t size = result.session.size();
  const std::vector<Block> blocks = make_blocks(rows, result.session, options.threads);
  result.median_r.assign(size * size, missing);
  result.bound.assign(size * size, missing);
  result.n_pairs.assign(size * size, 0);
  const auto cells = upper_triangle(size);
  parallel_for(static_cast<std::int64_t>(cells.size()), options.threads, [&](std::int64_t at) {
    const auto [i, j] = cells[static_cast<std::size_t>(at)];
    std::vector<double> values = pair_values(blocks[i], blocks[j]);
    const auto count = static_cast<std::int64_t>(values.size());
    const double r = median(std::move(values));
    for (const std::size_t cell : {i * size + j, j * size + i}) {
      result.median_r[cell] = r;
      result.n_pairs[cell] = count;
      if (count > 0) result.bound[cell] = rounding_bound(rows.samples);
    }
  });
  for (std::size_t i = 0; i < size; ++i) {
    result.within_r.push_back(result.median_r[i * size + i]);
    if (i + 1 < size) result.across_r.push_back(result.median_r[i * size + i + 1]);
  }
  return result;
}

std::vector<double> correlate_all_pairs(const MovementRows& rows, int threads) {
  check_shape(rows);
  const std::size_t n = rows.session.size();
  const std::vector<Block> blocks = make_blocks(rows, session_axis(rows, {}), threads);
  std::vector<double> r(n * n, missing);
  const auto cells = upper_triangle(blocks.size());
  parallel_for(static_cast<std::int64_t>(cells.size()), threads, [&](std::int64_t at) {
    const Block& a = blocks[cells[static_cast<std::size_t>(at)].first];
    const Block& b = blocks[cells[static_cast<std::size_t>(at)].second];
    if (a.input_rows.empty() || b.input_rows.empty()) return;
    const Matrix block = correlate_blocks(a, b);
    for (std::size_t i = 0; i < a.input_rows.size(); ++i)
      for (std::size_t j = 0; j < b.input_rows.size(); ++j)
        r[a.input_rows[i] * n + b.input_rows[j]] = r[b.input_rows[j] * n + a.input_rows[i]] =
            block(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
    if (&a == &b)
      for (const std::size_t row : a.input_rows) r[row * n + row] = 1.0;
  });
  return r;
}

}  // namespace leverkin
