#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "leverkin/correlogram.h"
#include "leverkin/error.h"
#include "stages/correlogram/correlate_compressed.h"
#include "stages/correlogram/correlate_full.h"
#include "stages/correlogram/sparse_pairs.h"
#include "support/large_pages.h"
#include "support/no_number.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

void check_shape(const MovementRows& rows) {
  if (rows.samples < 1)
    throw BadArgument("correlogram: found rows of " + std::to_string(rows.samples) +
                      " samples; expected at least 1");
  if (rows.volts.size() != rows.session.size() * static_cast<std::size_t>(rows.samples))
    throw BadArgument("correlogram: found " + std::to_string(rows.volts.size()) + " values; expected " +
                      std::to_string(rows.session.size()) + " rows of " + std::to_string(rows.samples));
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

std::int64_t pairs_of(const RowsBySession& rows, std::size_t i, std::size_t j) {
  const auto a = static_cast<std::int64_t>(rows.rows_of(i)), b = static_cast<std::int64_t>(rows.rows_of(j));
  return i == j ? a * (a - 1) / 2 : a * b;
}

BlockMedians block_medians(RowsBySession& rows, const CorrelogramOptions& options) {
  BlockMedians medians(rows.first.size() - 1);
  SessionPairs in_full;
  if (options.tolerance >= exact_r_error(rows.samples)) {
    in_full = correlate_compressed(rows, options.tolerance, options.threads, medians);
  } else {
    scale_all(rows, options.threads);
    leave_out_excluded(rows);
    in_full = all_session_pairs(rows);
  }
  correlate_in_full(rows, in_full, options.tolerance, options.threads, medians);
  return medians;
}

enum class Layout : std::uint8_t { square, below_diagonal };

// r of all pairs of input rows. Strips write to places of their own.
class AllPairs {
 public:
  AllPairs(std::size_t n, Layout layout) : n_(n), layout_(layout) {
    const std::size_t places = layout == Layout::square ? n * n : n * (n - 1) / 2;
    reserve_large(found_.r, places);
    found_.r.assign(places, no_number);
    found_.length.assign(n, 0.0);
  }

  // Of an input row that takes part.
  void set_length(std::size_t a, double length) {
    if (layout_ == Layout::square) found_.r[a * n_ + a] = 1.0;
    found_.length[a] = length;
  }

  void set(std::size_t a, std::size_t b, double value) {
    const double r = std::clamp(value, -1.0, 1.0);
    if (layout_ == Layout::square) {
      found_.r[a * n_ + b] = found_.r[b * n_ + a] = r;
    } else {
      const auto [low, high] = std::minmax(a, b);
      found_.r[high * (high - 1) / 2 + low] = r;
    }
  }

  Pairwise found() && { return std::move(found_); }

 private:
  std::size_t n_;
  Layout layout_;
  Pairwise found_;
};

std::vector<RowRange> strips_of(std::size_t rows, std::size_t strip_rows) {
  std::vector<RowRange> strips;
  for (std::size_t begin = 0; begin < rows; begin += strip_rows)
    strips.push_back({begin, std::min(rows, begin + strip_rows)});
  return strips;
}

// `rows` are without excluded ones.
template <typename T>
AllPairs all_pairs_of_dense(const RowsBySession& rows, AllPairs r, int threads) {
  std::vector<double> factors(rows.size());
  const Panels<T> panels = pack_unit_rows<T>(rows, threads, factors);
  for (std::size_t i = 0; i < rows.size(); ++i)
    r.set_length(rows.input[i], 1.0 / (factors[i] * rows.centre[i].scale));
  const std::vector<RowRange> strips = strips_of(rows.size(), 96);
  parallel_for(std::ssize(strips), threads, [&](std::int64_t at) {
    const RowRange strip = strips[static_cast<std::size_t>(at)];
    const std::span<const RowRange> later(strips.begin() + at, strips.end());
    multiply_strip<T>(panels, strip, later, gram_chunk, [&](const BlockProducts<T>& block) {
      const RowRange columns = later[block.block];
      const T* value = block.values;
      for (std::size_t i = strip.begin; i < strip.end; ++i)
        for (std::size_t j = block.block == 0 ? i + 1 : columns.begin; j < columns.end; ++j)
          r.set(rows.input[i], rows.input[j], static_cast<double>(*value++));
    });
  });
  return r;
}

AllPairs all_pairs_of_sparse(const SparseRows& rows, AllPairs r, int threads) {
  for (std::size_t i = 0; i < rows.size(); ++i) r.set_length(rows.input(i), rows.length(i));
  const std::vector<RowRange> strips = strips_of(rows.size(), 64);
  parallel_for(std::ssize(strips), threads, [&](std::int64_t at) {
    const RowRange strip = strips[static_cast<std::size_t>(at)];
    std::vector<double> products;
    rows.multiply(strip, products);
    for (std::size_t j = strip.begin; j < rows.size(); ++j)
      for (std::size_t i = strip.begin; i < std::min(j, strip.end); ++i)
        r.set(rows.input(i), rows.input(j), rows.r(i, j, products[(i - strip.begin) * rows.size() + j]));
  });
  return r;
}

AllPairs all_pairs(const MovementRows& rows, const PairwiseOptions& options, Layout layout) {
  check_shape(rows);
  AllPairs r(rows.session.size(), layout);
  RowsBySession sorted = by_session(rows, session_axis(rows, {}));
  if (const std::optional<SparseRows> sparse = SparseRows::of(sorted, options.threads))
    return all_pairs_of_sparse(*sparse, std::move(r), options.threads);
  scale_all(sorted, options.threads);
  leave_out_excluded(sorted);
  return dense_r_error<float>(sorted.samples) <= options.tolerance
             ? all_pairs_of_dense<float>(sorted, std::move(r), options.threads)
             : all_pairs_of_dense<double>(sorted, std::move(r), options.threads);
}

}  // namespace

Correlogram correlate(const MovementRows& rows, const CorrelogramOptions& options) {
  check_shape(rows);
  Correlogram result;
  result.session = session_axis(rows, options);
  RowsBySession sorted = by_session(rows, result.session);
  BlockMedians medians = block_medians(sorted, options);
  const std::size_t size = result.session.size();
  result.n_pairs.assign(size * size, 0);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = i; j < size; ++j) {
      const std::size_t here = i * size + j, mirrored = j * size + i;
      medians.median_r[mirrored] = medians.median_r[here];
      medians.bound[mirrored] = medians.bound[here];
      result.n_pairs[here] = result.n_pairs[mirrored] = pairs_of(sorted, i, j);
    }
  result.median_r = std::move(medians.median_r);
  result.bound = std::move(medians.bound);
  for (std::size_t i = 0; i < size; ++i) {
    result.within_r.push_back(result.median_r[i * size + i]);
    if (i + 1 < size) result.across_r.push_back(result.median_r[i * size + i + 1]);
  }
  return result;
}

Pairwise correlate_pairwise(const MovementRows& rows, const PairwiseOptions& options) {
  return all_pairs(rows, options, Layout::below_diagonal).found();
}

std::vector<double> correlate_all_pairs(const MovementRows& rows, int threads) {
  return all_pairs(rows, {.threads = threads}, Layout::square).found().r;
}

}  // namespace leverkin
