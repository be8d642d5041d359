// engine/support/median.h: the middle of a list.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace leverkin {

/// Mean of the two middle values where their number is even; NaN of none. Values must not be NaN, and are put
/// into another order.
inline double median_in_place(std::span<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2.0;
}

inline double median(std::vector<double> values) { return median_in_place(values); }

/// The upper of the two middle values where their number is even; 0 of none.
inline double upper_median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace leverkin
