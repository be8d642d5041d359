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

/// Values that are not zero, column by column, in order of row; each row scaled by a power of two. Without
/// rows that take part in no pair.
class SparseRows {
 public:
  /// Nothing where the dense path is the faster one (more than a fifth of all values are not zero) or the
  /// more exact one (more than half of some row).
  static std::optional<SparseRows> of(const RowsBySession& rows, int threads);

  [[nodiscard]] std::size_t size() const { return input_.size(); }
  [[nodiscard]] const std::vector<std::size_t>& input() const { return input_; }  ///< input row of each

  /// Products of the rows of `strip` with themselves and all later ones: products[(i - strip.begin) * size()
  /// + j], for j >= i. Sums run over columns in order.
  void multiply(RowRange strip, std::vector<double>& products) const;

  /// Of row i of the input's units, less its mean.
  [[nodiscard]] double length(std::size_t i) const { return 1.0 / (factor_[i] * kept_scale_[i]); }

  /// Pearson's r of rows i and j, from their product.
  [[nodiscard]] double r(std::size_t i, std::size_t j, double product) const {
    return (product - sum_[i] * sum_[j] / samples_) * factor_[i] * factor_[j];
  }

 private:
  struct Row {
    std::vector<std::uint32_t> column;
    std::vector<double> value;
  };

  SparseRows(const RowsBySession& rows, const std::vector<Row>& found);
  void add_row(std::size_t input, const Row& row);
  void gather_columns(const std::vector<Row>& found);

  double samples_;
  std::vector<std::size_t> input_;
  std::vector<double> scale_;                      // of all rows; 0: takes part in no pair
  std::vector<double> kept_scale_, sum_, factor_;  // factor: 1 / the length of the scaled and centred row
  std::vector<std::size_t> first_;                 // one more than columns: where each begins
  std::vector<std::uint32_t> row_;
  std::vector<double> value_;
};

}  // namespace leverkin
