// engine/stages/correlogram/compressed_rows.h: what is a movement, in a few coefficients, and how much do
// these leave out?
#pragma once

#include <cstddef>
#include <vector>

#include "stages/correlogram/low_rank_basis.h"
#include "stages/correlogram/unit_rows.h"

namespace leverkin {

/// Coefficients of unit rows in the first `size` functions of a basis, rounded to float; those of the last
/// function come first, because sums of products that begin with small terms are rounded less.
struct CompressedRows {
  std::size_t size = 0;              // coefficients per row
  std::vector<float> coefficients;   // row-major
  std::vector<double> left_out;      // length of what the coefficients leave out of the unit row, at most
  std::vector<double> rounded_away;  // length of what rounding to float changed, at most
  /// Coefficients in all functions of the basis, in double and in any order, and what these leave out.
  std::size_t all_size = 0;
  std::vector<double> all;
  std::vector<double> left_out_of_all;
  double projection_error = 0.0;  // length of the difference of computed and true coefficients, at most
  double not_orthonormal = 0.0;   // of the basis

  [[nodiscard]] const float* row(std::size_t r) const { return coefficients.data() + r * size; }
};

/// `which` rows in the first `size` functions. Centres these rows; those that are excluded have zeros.
CompressedRows compress(RowsBySession& rows, const std::vector<std::size_t>& which, const LowRankBasis& basis,
                        std::size_t size, int threads);

/// Product of two rows by all their coefficients, and its largest error.
struct CloseProduct {
  double r, error;
};
CloseProduct close_product(const CompressedRows& rows, std::size_t i, std::size_t j);

/// The same with fewer functions of the basis.
CompressedRows first_functions(const CompressedRows& rows, std::size_t size);

/// Leaves the rows `kept`, in their order.
void keep_rows(CompressedRows& rows, const std::vector<std::size_t>& kept);

/// The coefficients side by side.
Panels<float> in_panels(const CompressedRows& rows);

/// Largest norms, over some rows, of what a chain of multiply-adds has added up: term by term.
struct ChainNorms {
  std::vector<double> up_to;  // `size` values: length of coefficients 0 ... p
  double left_out = 0.0;
  double rounded_away = 0.0;
};
ChainNorms chain_norms(const CompressedRows& rows, std::size_t begin, std::size_t end);

/// Proved bound of the error of the product of coefficients against the true product of what they stand for:
/// everything but left_out * left_out. docs/certified-correlation.md, section 2.
double product_error(const ChainNorms& a, const ChainNorms& b, const CompressedRows& rows);

}  // namespace leverkin
