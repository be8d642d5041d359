#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "kernels/block_values.h"
#include "kernels/median_select.h"
#include "stages/correlogram/compressed_rows.h"
#include "stages/correlogram/correlate_compressed.h"

namespace leverkin {
namespace {

// Costs of r of one pair, relative to one multiply-add of a full vector; measured, and only ever a matter of
// time.
constexpr double cost_of_coefficient = 0.04;
constexpr double cost_of_median = 1.0;
constexpr double cost_of_exact_r = 4.0;  // per sample
constexpr double cost_of_full_r = 0.07;  // per sample, in double

float rounded_up(double value) {
  const auto near = static_cast<float>(value);
  return static_cast<double>(near) >= value ? near
                                            : std::nextafter(near, std::numeric_limits<float>::infinity());
}

float rounded_down(double value) { return -rounded_up(-value); }

double clamped(double r) { return std::clamp(r, -1.0, 1.0); }

// How many pairs of a block are worth looking at one by one before it is cheaper to take the block in full?
std::size_t most_exact(std::size_t count) {
  constexpr std::size_t always = 4;
  return std::max(always,
                  static_cast<std::size_t>(static_cast<double>(count) * cost_of_full_r / cost_of_exact_r));
}

struct Proved {
  double median, bound;
};

// Room of one strip, kept from block to block.
struct StripRoom {
  std::vector<float> own, other, lower, upper;
  std::vector<std::uint32_t> index;
  std::vector<double> exact;
};

// One block of r from coefficients, and what can be proved about its median.
class ProvedBlock {
 public:
  ProvedBlock(const RowsBySession& rows, const CompressedRows& compressed, RowRange a, RowRange b,
              const BlockProducts<float>& products, double fixed_error, double tolerance, StripRoom& room)
      : rows_(rows),
        compressed_(compressed),
        a_(a),
        b_(b),
        values_(products.values),
        count_(products.count),
        fixed_(fixed_error),
        tolerance_(tolerance),
        room_(room) {}

  // `largest` is the largest error of any of the block's r.
  std::optional<Proved> median(double largest) {
    const auto middle = kernels::middle_values(values_, count_);
    const double lower = middle.lower, upper = middle.upper;
    const double r = (clamped(lower) + clamped(upper)) / 2.0;
    if (largest + 0x1p-52 <= tolerance_) return Proved{r, largest + 0x1p-52};
    if (largest < 0.25) {
      const auto found = look_closer(values_, values_, rounded_down(lower - 2.0 * largest),
                                     rounded_up(upper + 2.0 * largest));
      if (found) return found;
    }
    return median_of_intervals(r);
  }

 private:
  // The median lies between the medians of the intervals' ends.
  std::optional<Proved> median_of_intervals(double r) {
    make_intervals();
    const auto low = kernels::middle_values(room_.lower.data(), count_);
    const auto high = kernels::middle_values(room_.upper.data(), count_);
    const double from = (clamped(low.lower) + clamped(low.upper)) / 2.0;
    const double to = (clamped(high.lower) + clamped(high.upper)) / 2.0;
    const double bound = std::max(r - from, to - r) + 0x1p-50;
    if (bound <= tolerance_) return Proved{r, bound};
    return look_closer(room_.lower.data(), room_.upper.data(), low.lower, high.upper);
  }

  void make_intervals() {
    const float fixed = rounded_up(fixed_ + 0x1p-21);  // 0x1p-21: the ends are rounded to float
    room_.other.resize(b_.size() + kernels::values_padding);
    room_.lower.resize(count_ + kernels::values_padding);
    room_.upper.resize(count_ + kernels::values_padding);
    for (std::size_t j = 0; j < b_.size(); ++j)
      room_.other[j] = rounded_up(compressed_.left_out[b_.begin + j]);
    std::size_t at = 0;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      const std::size_t skip = a_.begin == b_.begin ? i + 1 : 0;
      kernels::interval_ends(values_ + at, b_.size() - skip, rounded_up(compressed_.left_out[a_.begin + i]),
                             room_.other.data() + skip, fixed, room_.lower.data() + at,
                             room_.upper.data() + at);
      at += b_.size() - skip;
    }
  }

  // Both middle values lie in [low, high]: only pairs whose interval meets it can be them, the others are on
  // a known side. r of those few is computed from the rows themselves.
  std::optional<Proved> look_closer(const float* lower, const float* upper, float low, float high) {
    const std::size_t most = most_exact(count_);
    room_.index.resize(most);
    std::size_t below = 0;
    const std::size_t found =
        kernels::meeting(lower, upper, count_, low, high, room_.index.data(), most, &below);
    const std::size_t lower_rank = (count_ - 1) / 2, upper_rank = count_ / 2;
    if (found > most || below > lower_rank || upper_rank - below >= found) return std::nullopt;
    const auto middle = [&] {
      std::ranges::sort(room_.exact);
      return (room_.exact[lower_rank - below] + room_.exact[upper_rank - below]) / 2.0;
    };
    if (const auto error = by_all_coefficients(found)) return Proved{middle(), *error};
    room_.exact.clear();
    for (std::size_t k = 0; k < found; ++k) {
      const auto [i, j] = rows_at(room_.index[k]);
      room_.exact.push_back(exact_r(rows_, i, j));
    }
    return Proved{middle(), exact_r_error(rows_.samples)};
  }

  // r of the few from all coefficients, where that is close enough: without another look at the rows.
  std::optional<double> by_all_coefficients(std::size_t found) {
    double largest = 0.0;
    room_.exact.clear();
    for (std::size_t k = 0; k < found; ++k) {
      const auto [i, j] = rows_at(room_.index[k]);
      const CloseProduct close = close_product(compressed_, i, j);
      largest = std::max(largest, close.error + 0x1p-52);
      room_.exact.push_back(clamped(close.r));
    }
    if (largest > tolerance_) return std::nullopt;
    return largest;
  }

  // The pair of rows whose r is the k-th value.
  [[nodiscard]] std::pair<std::size_t, std::size_t> rows_at(std::size_t k) const {
    if (a_.begin != b_.begin) return {a_.begin + k / b_.size(), b_.begin + k % b_.size()};
    std::size_t i = 0;
    for (; k >= a_.size() - 1 - i; ++i) k -= a_.size() - 1 - i;
    return {a_.begin + i, a_.begin + i + 1 + k};
  }

  const RowsBySession& rows_;
  const CompressedRows& compressed_;
  RowRange a_, b_;
  float* values_;
  std::size_t count_;
  double fixed_, tolerance_;
  StripRoom& room_;
};

struct Plan {
  std::size_t panels = 0;  // 0: the rows do not compress
  std::size_t size = 0;
};

// Rows all over the input.
std::vector<std::size_t> sample_of(const RowsBySession& rows) {
  constexpr std::size_t most = 48;
  const std::size_t count = std::min(most, rows.size());
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < count; ++i) which.push_back(i * rows.size() / count);
  return which;
}

// What r of one pair costs with so many coefficients, as far as a sample tells.
double cost(const RowsBySession& rows, const CompressedRows& sample, double tolerance,
            double pairs_per_block) {
  const ChainNorms norms = chain_norms(sample, 0, sample.left_out.size());
  const double fixed = product_error(norms, norms, sample);
  const double direct = cost_of_coefficient * static_cast<double>(sample.size) + cost_of_median;
  constexpr double room = 1.5;  // rows outside the sample may be worse
  if (room * norms.left_out * norms.left_out + fixed <= tolerance) return direct;
  double mean = 0.0;
  for (const double b : sample.left_out) mean += b / static_cast<double>(sample.left_out.size());
  const double looked_at = std::min(1.0, 4.0 * (mean * mean + fixed) + 2.0 / pairs_per_block);
  return direct + 3.0 * cost_of_median + looked_at * cost_of_exact_r * static_cast<double>(rows.samples);
}

Plan plan(RowsBySession& rows, double tolerance, int threads) {
  constexpr std::size_t most_panels = 3;
  const auto sessions = static_cast<double>(rows.first.size() - 1), count = static_cast<double>(rows.size());
  const double pairs_per_block = std::max(1.0, count * count / (sessions * sessions));
  const bool in_float = dense_r_error<float>(rows.samples) <= tolerance;
  const double full = cost_of_full_r * (in_float ? 0.5 : 1.0) * static_cast<double>(rows.samples);
  const std::vector<std::size_t> which = sample_of(rows);
  Plan best;
  double least = full;
  for (std::size_t panels = 1; panels <= most_panels; ++panels) {
    const std::size_t functions = 2 * panels * LowRankBasis::panel;
    if (rows.samples < 4 * functions) break;
    const auto basis = low_rank_basis(rows.samples, panels);
    const double projection = 0.04 * static_cast<double>(rows.samples * functions) * 2.0 / count;
    const double before = least;
    CompressedRows all = compress(rows, which, *basis, functions, threads);
    for (std::size_t size = functions - 2 * LowRankBasis::panel + 4; size <= functions; size += 4) {
      const double expected = projection + cost(rows, first_functions(all, size), tolerance, pairs_per_block);
      if (expected >= least) continue;
      least = expected;
      best = {panels, size};
    }
    const bool worth_more = panels == 1 ? least > 8.0 : least < 0.8 * before;
    if (!worth_more) break;
  }
  return best;
}

}  // namespace

SessionPairs correlate_compressed(RowsBySession& rows, double tolerance, int threads, BlockMedians& medians) {
  const Plan chosen = plan(rows, tolerance, threads);
  if (chosen.panels == 0) {
    scale_all(rows, threads);
    leave_out_excluded(rows);
    return all_session_pairs(rows);
  }
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  CompressedRows compressed =
      compress(rows, all, *low_rank_basis(rows.samples, chosen.panels), chosen.size, threads);
  keep_rows(compressed, leave_out_excluded(rows));
  const SessionPairs pairs = all_session_pairs(rows);
  std::vector<ChainNorms> norms;
  for (std::size_t s = 0; s < pairs.size(); ++s)
    norms.push_back(chain_norms(compressed, rows.first[s], rows.first[s + 1]));
  const Panels<float> panels = in_panels(compressed);
  SessionPairs left(pairs.size());
  for_each_strip(rows, pairs, threads, [&](std::size_t i) {
    StripRoom room;
    const RowRange strip{rows.first[i], rows.first[i + 1]};
    std::vector<RowRange> blocks;
    for (const std::size_t j : pairs[i]) blocks.push_back({rows.first[j], rows.first[j + 1]});
    multiply_strip<float>(panels, strip, blocks, compressed.size, [&](const BlockProducts<float>& products) {
      const std::size_t j = pairs[i][products.block];
      const double fixed = product_error(norms[i], norms[j], compressed);
      ProvedBlock block(rows, compressed, strip, blocks[products.block], products, fixed, tolerance, room);
      const auto found = block.median((norms[i].left_out * norms[j].left_out + fixed) * (1.0 + 0x1p-40));
      if (found) {
        medians.set(i, j, found->median, found->bound);
      } else {
        left[i].push_back(j);
      }
    });
  });
  return left;
}

}  // namespace leverkin
