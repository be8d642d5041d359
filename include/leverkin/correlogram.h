// leverkin/correlogram.h: how alike are the movements, within a session and across sessions?
//
//   session -> trace -> bouts -> movements -> [correlogram] -> results
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace leverkin {

/// Movements of one animal: a row-major (rows x samples) matrix and the session of every row.
struct MovementRows {
  std::span<const double> volts;
  std::int64_t samples = 0;               ///< per row
  std::span<const std::int64_t> session;  ///< one per row, in any order
};

struct CorrelogramOptions {
  std::span<const std::int64_t> sessions =
      {};  ///< all sessions, also those without rows; empty: those of the rows
  /// Largest allowed error of a median; 0: dense, in double. Above 0: the cheapest path whose proved bound is
  /// within it (docs/certified-correlation.md); where double can prove no less, dense and its bound.
  double tolerance = 0.0;
  int threads = 0;  ///< 0: one per core. Never changes the numbers, only the time
};

/// Session x session: medians of Pearson's r over trial pairs (Peters et al. 2014; Chen et al. 2015, Fig.
/// 1e). Square matrices are row-major, S x S.
struct Correlogram {
  std::vector<std::int64_t> session;  ///< S, sorted
  std::vector<double> median_r;       ///< NaN where no pair entered
  std::vector<std::int64_t> n_pairs;  ///< pairs of different movements that entered
  std::vector<double> bound;          ///< proved largest error of that median, rounding included
  std::vector<double> within_r;       ///< S: the diagonal
  std::vector<double> across_r;       ///< S - 1: neighbours in `session`

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(session.size()); }
};

/// Rows that are constant or not finite take part in no pair; a row is never paired with itself.
/// Bit-identical for any thread count. Throws BadArgument where sizes disagree or a row has no samples.
[[nodiscard]] Correlogram correlate(const MovementRows& rows, const CorrelogramOptions& options = {});

struct PairwiseOptions {
  /// Largest allowed error of r; 0: in double. Above 0: in float where its proved bound is within it
  /// (docs/certified-correlation.md), in half the time.
  double tolerance = 0.0;
  int threads = 0;  ///< 0: one per core. Never changes the numbers, only the time
};

struct Pairwise {
  std::vector<double> r;       ///< of rows a > b at a (a - 1) / 2 + b; NaN for rows in no pair
  std::vector<double> length;  ///< of each row less its mean; 0 for rows in no pair
};

/// r of every pair, each once.
[[nodiscard]] Pairwise correlate_pairwise(const MovementRows& rows, const PairwiseOptions& options = {});

/// The same, in double, as a matrix: rows x rows, row-major; 1 on the diagonal.
[[nodiscard]] std::vector<double> correlate_all_pairs(const MovementRows& rows, int threads = 0);

}  // namespace leverkin
