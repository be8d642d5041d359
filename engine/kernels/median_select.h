// engine/kernels/median_select.h: which values are in the middle of a block of r?
//
// Exact, by counting: how many values lie at or below a pivot is a compare and a population count per vector,
// and a few pivots close in on the middle. No value is moved.
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Values are followed by room for this many more, which are overwritten.
inline constexpr std::size_t values_padding = 64;

/// The order statistics (count - 1) / 2 and count / 2, counted from 0: the median is their mean. `values` are
/// finite; `count` is at least 1.
template <typename T>
struct Middle {
  T lower, upper;
};
Middle<float> middle_values(float* values, std::size_t count);
Middle<double> middle_values(double* values, std::size_t count);

}  // namespace leverkin::kernels
