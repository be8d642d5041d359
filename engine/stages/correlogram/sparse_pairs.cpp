#include "stages/correlogram/sparse_pairs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/thread_pool.h"

namespace leverkin {
namespace {

// A row's part of a block of columns fills a few pages: columns are gathered without leaping through memory.
constexpr std::size_t columns_per_block = 1024;

std::size_t count_nonzero(const double* values, std::size_t count) {
  return count - static_cast<std::size_t>(std::count(values, values + count, 0.0));
}

}  // namespace

bool are_sparse(const RowsBySession& rows, int threads) {
  constexpr std::size_t of_all = 5, of_a_row = 2;
  std::vector<std::size_t> of_row(rows.size());
  parallel_for(std::ssize(of_row), threads, [&](std::int64_t at) {
    const auto r = static_cast<std::size_t>(at);
    of_row[r] = count_nonzero(rows.row(r), rows.samples);
  });
  const std::size_t total = std::accumulate(of_row.begin(), of_row.end(), std::size_t{0});
  const std::size_t most = of_row.empty() ? 0 : *std::ranges::max_element(of_row);
  return of_all * total <= rows.size() * rows.samples && of_a_row * most <= rows.samples;
}

SparseRows::SparseRows(const RowsBySession& rows, int threads)
    : rows_(rows.size()),
      samples_(rows.samples),
      blocks_((rows.samples + columns_per_block - 1) / columns_per_block),
      sum_(rows.size()),
      factor_(rows.size()) {
  parallel_for(std::ssize(blocks_), threads, [&](std::int64_t at) {
    const std::size_t begin = static_cast<std::size_t>(at) * columns_per_block;
    blocks_[static_cast<std::size_t>(at)] =
        gather(rows, begin, std::min(samples_, begin + columns_per_block));
  });
  sum_up(rows, threads);
}

SparseRows::Columns SparseRows::gather(const RowsBySession& rows, std::size_t begin, std::size_t end) {
  Columns columns;
  columns.first.assign(end - begin + 1, 0);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t k = begin; k < end; ++k)
      columns.first[k - begin + 1] += static_cast<std::size_t>(rows.row(r)[k] != 0.0);
  std::partial_sum(columns.first.begin(), columns.first.end(), columns.first.begin());
  columns.row.resize(columns.first.back());
  columns.value.resize(columns.first.back());
  std::vector<std::size_t> next(columns.first.begin(), columns.first.end() - 1);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t k = begin; k < end; ++k) {
      const double value = rows.row(r)[k];
      if (value == 0.0) continue;
      const std::size_t to = next[k - begin]++;
      columns.row[to] = static_cast<std::uint32_t>(r);
      columns.value[to] = value * rows.centre[r].scale;
    }
  return columns;
}

void SparseRows::sum_up(const RowsBySession& rows, int threads) {
  parallel_for(static_cast<std::int64_t>(rows_), threads, [&](std::int64_t at) {
    const auto r = static_cast<std::size_t>(at);
    double sum = 0.0, squares = 0.0;
    for (std::size_t k = 0; k < samples_; ++k) {
      const double value = rows.row(r)[k] * rows.centre[r].scale;
      sum += value;
      squares += value * value;
    }
    sum_[r] = sum;
    factor_[r] = 1.0 / std::sqrt(squares - sum * sum / static_cast<double>(samples_));
  });
}

void SparseRows::multiply(RowRange strip, std::vector<double>& products) const {
  products.assign(strip.size() * rows_, 0.0);
  for (const Columns& block : blocks_)
    for (std::size_t k = 0; k + 1 < block.first.size(); ++k) {
      const std::size_t end = block.first[k + 1];
      const auto from = std::lower_bound(block.row.begin() + static_cast<std::ptrdiff_t>(block.first[k]),
                                         block.row.begin() + static_cast<std::ptrdiff_t>(end), strip.begin);
      for (auto i = static_cast<std::size_t>(from - block.row.begin()); i < end && block.row[i] < strip.end;
           ++i) {
        double* const into = products.data() + (block.row[i] - strip.begin) * rows_;
        const double value = block.value[i];
        for (std::size_t j = i; j < end; ++j) into[block.row[j]] += value * block.value[j];
      }
    }
}

double SparseRows::r(std::size_t i, std::size_t j, double product) const {
  return (product - sum_[i] * sum_[j] / static_cast<double>(samples_)) * factor_[i] * factor_[j];
}

}  // namespace leverkin
