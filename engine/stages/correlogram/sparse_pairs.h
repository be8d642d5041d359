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
#include <vector>

#include "stages/correlogram/unit_rows.h"

namespace leverkin {

/// Few enough values other than zero for this path to be the faster one (at most a fifth), and in every row
/// few enough for its error (at most half).
[[nodiscard]] bool are_sparse(const RowsBySession& rows, int threads);

/// The values that are not zero, column by column, in order of row; scaled as the rows' centres say.
class SparseRows {
 public:
  SparseRows(const RowsBySession& rows, int threads);

  /// Products of the rows of `strip` with themselves and all later ones: products[(i - strip.begin) * rows +
  /// j], for j >= i. Sums run over columns in order.
  void multiply(RowRange strip, std::vector<double>& products) const;

  /// Pearson's r of rows i and j, from their product.
  [[nodiscard]] double r(std::size_t i, std::size_t j, double product) const;

 private:
  struct Columns {
    std::vector<std::size_t> first;  // one more than columns: where each begins
    std::vector<std::uint32_t> row;
    std::vector<double> value;
  };

  static Columns gather(const RowsBySession& rows, std::size_t begin, std::size_t end);
  void sum_up(const RowsBySession& rows, int threads);

  std::size_t rows_, samples_;
  std::vector<Columns> blocks_;
  std::vector<double> sum_, factor_;  // of each row; 1 / the length of the centred row
};

}  // namespace leverkin
