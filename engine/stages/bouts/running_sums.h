// engine/stages/bouts/running_sums.h: what do samples add up to, from the first one on?
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace leverkin {

/// sums[i] = x[0] + ... + x[i - 1]; one more than samples. Four parts grow side by side, so that no addition
/// waits for the one before.
inline void running_sums(std::span<const double> x, std::span<double> sums) {
  constexpr std::size_t parts = 4;
  const std::size_t part = x.size() / parts;
  std::array<double, parts> sum{};
  sums[0] = 0.0;
  for (std::size_t i = 0; i < part; ++i)
    for (std::size_t p = 0; p < parts; ++p) sums[p * part + i + 1] = sum[p] += x[p * part + i];
  double before = part > 0 ? sum[0] : 0.0;
  for (std::size_t p = 1; p < parts; ++p) {
    for (std::size_t i = 1; i <= part; ++i) sums[p * part + i] += before;
    before = sums[(p + 1) * part];
  }
  for (std::size_t i = parts * part; i < x.size(); ++i) sums[i + 1] = sums[i] + x[i];
}

}  // namespace leverkin
