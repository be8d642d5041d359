// engine/kernels/centre_row.h: what is a row less its mean?
//
// Every sum over a row is cut into row_partial_sums interleaved ones, added up as a binary tree, on every
// target: the same bits wherever multiply-adds are fused.
#pragma once

#include <cstddef>

namespace leverkin::kernels {

inline constexpr std::size_t row_partial_sums = 32;

/// w[t] = ((x[t] - x[0]) * scale - mean) - mean_left: how a row is centred. `mean_left` is what rounding left
/// of the first mean. Rows that take part in nothing have a scale of 0.
struct RowCentre {
  double scale = 0.0;  // a power of two
  double mean = 0.0;
  double mean_left = 0.0;
  double sum_of_squares = 0.0;  // of w
};

/// max |x[t] - x[0]|; NaN where one of the differences is not finite.
double largest_deviation(const double* x, std::size_t length);

/// Fills w, and everything but `scale` of `centre`. What follows x in memory, usually the next row, is
/// fetched into the cache meanwhile.
void centre_row(const double* x, std::size_t length, RowCentre* centre, double* w);

/// The sum of the products of two centred rows, from the rows themselves.
double centred_product(const double* x, const RowCentre& x_centre, const double* y, const RowCentre& y_centre,
                       std::size_t length);

/// even[t] = w[t] + w[length - 1 - t], odd[t] = w[t] - w[length - 1 - t] for t < length / 2, each times
/// `factor`. In the middle of an odd length even is w there and odd is 0.
void fold_row(const double* w, std::size_t length, double factor, double* even, double* odd);

/// panel[t * width + j] = rows[j * row_stride + t] * factors[j] for j < width, which is a multiple of 8.
void interleave_rows(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                     std::size_t width, double* panel);
void interleave_rows(const double* rows, std::size_t row_stride, std::size_t length, const double* factors,
                     std::size_t width, float* panel);

}  // namespace leverkin::kernels
