#include "stages/correlogram/sparse_pairs.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>

#include "kernels/nonzero_bits.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr std::size_t share_of_all = 5, share_of_a_row = 2;  // one over the largest share that is not zero
constexpr std::size_t task_rows = 16;
constexpr std::size_t values_at_once = 32768;  // in neighbouring columns: 0.4 MB

// Where values are not zero; `columns` and `values` have room for all of them.
std::size_t compress(const double* row, std::size_t samples, std::uint32_t* columns, double* values) {
  std::vector<std::uint64_t> bits(samples / 64 + 1, 0);
  kernels::nonzero_bits(row, samples / 64, bits.data());
  for (std::size_t k = samples / 64 * 64; k < samples; ++k)
    if (row[k] != 0.0) bits.back() |= std::uint64_t{1} << k % 64;
  std::size_t count = 0;
  for (std::size_t group = 0; group < bits.size(); ++group)
    for (std::uint64_t left = bits[group]; left != 0; left &= left - 1) {
      const std::size_t k = 64 * group + static_cast<std::size_t>(std::countr_zero(left));
      columns[count] = static_cast<std::uint32_t>(k);
      values[count++] = row[k];
    }
  return count;
}

// The power of two that brings the largest value near 1; 0 where there is none, or one that is not finite.
double scale_of(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) {
    if (!std::isfinite(value)) return 0.0;
    largest = std::max(largest, std::abs(value));
  }
  return largest > 0.0 ? std::ldexp(1.0, std::clamp(-std::ilogb(largest), -1000, 1000)) : 0.0;
}

SparseRow scaled_row(std::size_t input, std::span<const std::uint32_t> columns,
                     std::span<const double> values, std::size_t samples) {
  SparseRow row{.input = input, .scale = scale_of(values)};
  if (row.scale == 0.0) return row;
  row.column.assign(columns.begin(), columns.end());
  row.value.assign(values.begin(), values.end());
  double squares = 0.0;
  for (double& value : row.value) {
    value *= row.scale;
    row.sum += value;
    squares += value * value;
  }
  row.factor = 1.0 / std::sqrt(squares - row.sum * row.sum / static_cast<double>(samples));
  return row;
}

// into[row] += value * the value of that row, for `begin` ... `end` of the columns' values. The rows of a
// column are all different, which a compiler cannot know: some are read before they are written, so that none
// waits.
void add_products(double value, const SparseColumns& columns, std::size_t begin, std::size_t end,
                  double* into) {
  constexpr std::size_t at_once = 4;
  const std::uint32_t* const row = columns.row.data();
  const double* const others = columns.value.data();
  std::size_t j = begin;
  for (; j + at_once <= end; j += at_once) {
    double sums[at_once];
    for (std::size_t k = 0; k < at_once; ++k) sums[k] = into[row[j + k]] + value * others[j + k];
    for (std::size_t k = 0; k < at_once; ++k) into[row[j + k]] = sums[k];
  }
  for (; j < end; ++j) into[row[j]] += value * others[j];
}

}  // namespace

std::optional<SparseRows> SparseRows::of(const RowsBySession& rows, int threads) {
  std::vector<SparseRow> found(rows.size());
  std::atomic<std::size_t> total = 0;
  std::atomic<bool> dense = rows.size() == 0;
  const auto tasks = static_cast<std::int64_t>((rows.size() + task_rows - 1) / task_rows);
  parallel_for(tasks, threads, [&](std::int64_t task) {
    std::vector<std::uint32_t> columns(rows.samples);
    std::vector<double> values(rows.samples);
    const std::size_t begin = static_cast<std::size_t>(task) * task_rows;
    for (std::size_t r = begin; r < std::min(rows.size(), begin + task_rows) && !dense; ++r) {
      const std::size_t count = compress(rows.row(r), rows.samples, columns.data(), values.data());
      total += count;
      if (share_of_a_row * count > rows.samples || share_of_all * total > rows.size() * rows.samples)
        dense = true;
      if (dense) return;
      found[r] = scaled_row(rows.input[r], {columns.data(), count}, {values.data(), count}, rows.samples);
    }
  });
  if (dense) return std::nullopt;
  std::erase_if(found, [](const SparseRow& row) { return row.scale == 0.0; });
  return SparseRows(std::move(found), rows.samples, threads);
}

SparseRows::SparseRows(std::vector<SparseRow> rows, std::size_t samples, int threads)
    : samples_(static_cast<double>(samples)), rows_(std::move(rows)) {
  std::size_t values = 1;
  for (const SparseRow& row : rows_) values += row.value.size();
  const std::size_t width = std::clamp(samples * values_at_once / values, std::size_t{1}, samples);
  for (std::size_t begin = 0; begin < samples; begin += width)
    columns_.push_back({begin, std::min(samples, begin + width), {}, {}, {}});
  for (SparseRow& row : rows_) {
    row.later.resize(row.value.size());
    row.first_value.resize(columns_.size() + 1, static_cast<std::uint32_t>(row.value.size()));
  }
  parallel_for(std::ssize(columns_), threads, [&](std::int64_t at) { gather(static_cast<std::size_t>(at)); });
}

void SparseRows::gather(std::size_t at) {
  SparseColumns& here = columns_[at];
  here.first.resize(here.end - here.begin + 1);
  for (SparseRow& row : rows_) {
    const auto from = std::ranges::lower_bound(row.column, here.begin);
    row.first_value[at] = static_cast<std::uint32_t>(from - row.column.begin());
    for (auto column = from; column != row.column.end() && *column < here.end; ++column)
      ++here.first[*column - here.begin + 1];
  }
  std::partial_sum(here.first.begin(), here.first.end(), here.first.begin());
  here.row.resize(here.first.back());
  here.value.resize(here.first.back());
  std::vector<std::uint32_t> next(here.first.begin(), here.first.end() - 1);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    SparseRow& row = rows_[r];
    for (std::size_t k = row.first_value[at]; k < row.column.size() && row.column[k] < here.end; ++k) {
      const std::uint32_t to = next[row.column[k] - here.begin]++;
      here.row[to] = static_cast<std::uint32_t>(r);
      here.value[to] = row.value[k];
      row.later[k] = to + 1;
    }
  }
}

void SparseRows::multiply(RowRange strip, std::vector<double>& products) const {
  products.assign(strip.size() * size(), 0.0);
  for (std::size_t at = 0; at < columns_.size(); ++at)
    for (std::size_t i = strip.begin; i < strip.end; ++i) {
      const SparseRow& row = rows_[i];
      double* const into = products.data() + (i - strip.begin) * size();
      for (std::size_t k = row.first_value[at]; k < row.first_value[at + 1]; ++k) {
        const std::size_t end = columns_[at].first[row.column[k] - columns_[at].begin + 1];
        add_products(row.value[k], columns_[at], row.later[k], end, into);
      }
    }
}

}  // namespace leverkin
