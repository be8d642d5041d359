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
constexpr std::size_t rows_per_task = 16;

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
double scale_of(const std::vector<double>& values) {
  double largest = 0.0;
  for (const double value : values) {
    if (!std::isfinite(value)) return 0.0;
    largest = std::max(largest, std::abs(value));
  }
  return largest > 0.0 ? std::ldexp(1.0, std::clamp(-std::ilogb(largest), -1000, 1000)) : 0.0;
}

}  // namespace

std::optional<SparseRows> SparseRows::of(const RowsBySession& rows, int threads) {
  std::vector<Row> found(rows.size());
  std::atomic<std::size_t> total = 0;
  std::atomic<bool> dense = rows.size() == 0;
  const auto tasks = static_cast<std::int64_t>((rows.size() + rows_per_task - 1) / rows_per_task);
  parallel_for(tasks, threads, [&](std::int64_t task) {
    std::vector<std::uint32_t> columns(rows.samples);
    std::vector<double> values(rows.samples);
    const std::size_t begin = static_cast<std::size_t>(task) * rows_per_task;
    for (std::size_t r = begin; r < std::min(rows.size(), begin + rows_per_task) && !dense; ++r) {
      const std::size_t count = compress(rows.row(r), rows.samples, columns.data(), values.data());
      total += count;
      if (share_of_a_row * count > rows.samples || share_of_all * total > rows.size() * rows.samples)
        dense = true;
      if (dense) return;
      found[r].column.assign(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(count));
      found[r].value.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
    }
  });
  if (dense) return std::nullopt;
  return SparseRows(rows, found);
}

SparseRows::SparseRows(const RowsBySession& rows, const std::vector<Row>& found)
    : samples_(static_cast<double>(rows.samples)), first_(rows.samples + 1, 0) {
  for (std::size_t r = 0; r < found.size(); ++r) add_row(rows.input[r], found[r]);
  gather_columns(found);
}

void SparseRows::add_row(std::size_t input, const Row& row) {
  scale_.push_back(scale_of(row.value));
  if (scale_.back() == 0.0) return;
  double sum = 0.0, squares = 0.0;
  for (const double value : row.value) {
    const double scaled = value * scale_.back();
    sum += scaled;
    squares += scaled * scaled;
  }
  input_.push_back(input);
  kept_scale_.push_back(scale_.back());
  sum_.push_back(sum);
  factor_.push_back(1.0 / std::sqrt(squares - sum * sum / samples_));
}

void SparseRows::gather_columns(const std::vector<Row>& found) {
  for (std::size_t r = 0; r < found.size(); ++r)
    if (scale_[r] != 0.0)
      for (const std::uint32_t k : found[r].column) ++first_[k + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  row_.resize(first_.back());
  value_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  std::uint32_t kept = 0;
  for (std::size_t r = 0; r < found.size(); ++r) {
    if (scale_[r] == 0.0) continue;
    for (std::size_t i = 0; i < found[r].column.size(); ++i) {
      const std::size_t to = next[found[r].column[i]]++;
      row_[to] = kept;
      value_[to] = found[r].value[i] * scale_[r];
    }
    ++kept;
  }
}

void SparseRows::multiply(RowRange strip, std::vector<double>& products) const {
  products.assign(strip.size() * size(), 0.0);
  for (std::size_t k = 0; k + 1 < first_.size(); ++k) {
    const std::uint32_t *const begin = row_.data() + first_[k], *const end = row_.data() + first_[k + 1];
    const double* const values = value_.data() + first_[k];
    for (const std::uint32_t* i = std::lower_bound(begin, end, strip.begin); i < end && *i < strip.end; ++i) {
      double* const into = products.data() + (*i - strip.begin) * size();
      const double value = values[i - begin];
      for (const std::uint32_t* j = i; j < end; ++j) into[*j] += value * values[j - begin];
    }
  }
}

}  // namespace leverkin
