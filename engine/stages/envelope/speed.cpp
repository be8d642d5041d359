#include "stages/envelope/speed.h"

#include <algorithm>

#include "kernels/running_mean.h"

namespace leverkin {

void velocity_at(std::span<const double> smooth_volts, std::int64_t reach, std::int64_t first,
                 std::span<double> out) {
  const auto n = static_cast<std::int64_t>(smooth_volts.size());
  const std::int64_t end = first + static_cast<std::int64_t>(out.size());
  const auto step = [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    return at == 0 ? 0.0 : smooth_volts[at] - smooth_volts[at - 1];
  };
  const auto at_an_end = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      const std::int64_t half = std::min({reach, i, n - 1 - i});
      double sum = 0.0;
      for (std::int64_t j = i - half; j <= i + half; ++j) sum += step(j);
      out[static_cast<std::size_t>(i - first)] = sum / static_cast<double>(2 * half + 1);
    }
  };
  const std::int64_t inner = std::clamp(reach + 1, first, end), outer = std::clamp(n - reach, inner, end);
  at_an_end(first, inner);
  // Summed anew for every sample: a running sum would drift over an hour.
  kernels::mean_steps(smooth_volts.data() + inner, static_cast<std::size_t>(reach),
                      out.data() + (inner - first), static_cast<std::size_t>(outer - inner));
  at_an_end(outer, end);
}

}  // namespace leverkin
