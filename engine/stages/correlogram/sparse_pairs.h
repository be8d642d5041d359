// engine/stages/correlogram/sparse_pairs.h: r of rows that are zero nearly everywhere, as events of cells
// are?
//
// A product of two rows has terms only where neither is zero: with a share d of values that are not, d * d of
// the work of the dense path. Means are taken off afterwards, which loses next to nothing here: a row's
// squares after that are at least 1 - d of those before (Cauchy-Schwarz over its values that are not zero),
// so that the error of r is that of the plain sums, at most 1 / (1 - d) times larger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "stages/correlogram/unit_rows.h"

namespace leverkin {

/// The values of a row that are not zero, scaled by a power of two.
struct SparseRow {
  std::size_t input = 0;  // its row in the input
  std::vector<std::uint32_t> column;
  std::vector<double> value;
  std::vector<std::uint32_t> later;        // where, in SparseColumns, its column goes on after this row
  std::vector<std::uint32_t> first_value;  // one more than there are SparseColumns: where each begins
  double scale = 0.0;                      // 0: takes part in no pair
  double sum = 0.0;                        // of the scaled values
  double factor = 0.0;                     // 1 / the length of the scaled row less its mean
};

/// Some neighbouring columns, as many as fit the second cache: their values that are not zero, column by
/// column in order of row.
struct SparseColumns {
  std::size_t begin, end;
  std::vector<std::uint32_t> first;  // one more than there are columns: where each begins
  std::vector<std::uint32_t> row;
  std::vector<double> value;
};

/// Without rows that take part in no pair.
class SparseRows {
 public:
  /// Nothing where the dense path is the faster one (more than a fifth of all values are not zero) or the
  /// more exact one (more than half of some row).
  static std::optional<SparseRows> of(const RowsBySession& rows, int threads);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t input(std::size_t i) const { return rows_[i].input; }

  /// Products of the rows of `strip` with all later ones: products[(i - strip.begin) * size() + j], for j >
  /// i. Sums run over columns in order.
  void multiply(RowRange strip, std::vector<double>& products) const;

  /// Of row i of the input, less its mean.
  [[nodiscard]] double length(std::size_t i) const { return 1.0 / (rows_[i].factor * rows_[i].scale); }

  /// Pearson's r of rows i and j, from their product.
  [[nodiscard]] double r(std::size_t i, std::size_t j, double product) const {
    return (product - rows_[i].sum * rows_[j].sum / samples_) * rows_[i].factor * rows_[j].factor;
  }

 private:
  SparseRows(std::vector<SparseRow> rows, std::size_t samples, int threads);
  void gather(std::size_t at);

  double samples_;
  std::vector<SparseRow> rows_;
  std::vector<SparseColumns> columns_;
};

}  // namespace leverkin
