#include "stages/bouts/rest_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stages/envelope/butterworth.h"
#include "support/index.h"
#include "support/large_pages.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double come_down = 8.0;  // the low-pass has come down to e^-8 of what the line differs by: 0.03 %

// What lies outside of all these ranges, which may overlap.
std::vector<SampleRange> outside(std::int64_t samples, std::vector<SampleRange> ranges) {
  std::ranges::sort(ranges, {}, &SampleRange::begin);
  std::vector<SampleRange> rest;
  std::int64_t begin = 0;
  for (const SampleRange& range : ranges) {
    if (range.begin > begin) rest.push_back({begin, range.begin});
    begin = std::max(begin, range.end);
  }
  if (begin < samples) rest.push_back({begin, samples});
  return rest;
}

// Number, sum and sum of squares. Eight sums side by side: as exact as one, and not held up by the one
// before.
struct Sums {
  double count = 0.0, sum = 0.0, squares = 0.0;

  void add(std::span<const double> volts, std::span<const double> smooth, SampleRange range) {
    std::array<double, 8> sums{}, square_sums{};
    std::int64_t i = range.begin;
    for (; i + 8 <= range.end; i += 8)
      for (std::size_t lane = 0; lane < 8; ++lane) {
        const double residual = volts[index(i) + lane] - smooth[index(i) + lane];
        sums[lane] += residual;
        square_sums[lane] += residual * residual;
      }
    for (std::size_t lane = 0; lane < 8; ++lane) sum += sums[lane], squares += square_sums[lane];
    for (; i < range.end; ++i) {
      const double residual = volts[index(i)] - smooth[index(i)];
      sum += residual;
      squares += residual * residual;
    }
    count += static_cast<double>(range.end - range.begin);
  }
};

// The low-pass leaves the mean alone: that of the residual is all but 0, and one pass loses nothing.
double standard_deviation(std::span<const double> volts, std::span<const double> smooth,
                          std::span<const SampleRange> rests, int threads) {
  constexpr std::int64_t longest = 1 << 16;  // stretches are cut, so that threads can share them
  std::vector<SampleRange> stretches;
  for (SampleRange rest : rests)
    for (; rest.begin < rest.end; rest.begin += longest)
      stretches.push_back({rest.begin, std::min(rest.end, rest.begin + longest)});
  std::vector<Sums> parts(stretches.size());
  parallel_for(static_cast<std::int64_t>(parts.size()), threads,
               [&](std::int64_t i) { parts[index(i)].add(volts, smooth, stretches[index(i)]); });
  Sums all;
  for (const Sums& part : parts) all.count += part.count, all.sum += part.sum, all.squares += part.squares;
  if (all.count == 0.0) return std::numeric_limits<double>::quiet_NaN();
  if (all.count == 1.0) return 0.0;
  return std::sqrt(std::max(0.0, all.squares - all.sum * all.sum / all.count) / (all.count - 1.0));
}

// Linear between order statistics, the j-th of n standing for (j + 0.5) / n, clamped (C.1).
double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double last = static_cast<double>(values.size()) - 1.0;
  const double position = std::clamp(percent / 100.0 * static_cast<double>(values.size()) - 0.5, 0.0, last);
  const double below = std::floor(position);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  if (below == last) return *at;
  const double next = *std::min_element(at + 1, values.end());
  return *at + (position - below) * (next - *at);
}

}  // namespace

std::vector<SampleRange> samples_at_rest(std::int64_t samples, std::span<const SampleRange> bouts,
                                         std::span<const SampleRange> no_data, const Parameters& parameters) {
  const std::int64_t carried = settling_samples(
      butterworth_sections(parameters.lowpass_order, parameters.lowpass_cutoff_hz), come_down);
  for (const std::int64_t margin : {carried, std::int64_t{0}}) {
    std::vector<SampleRange> left_out(bouts.begin(), bouts.end());
    for (const SampleRange& gap : no_data)
      left_out.push_back({std::max<std::int64_t>(0, gap.begin - margin), gap.end + margin});
    auto rest = outside(samples, std::move(left_out));
    if (!rest.empty() || no_data.empty()) return rest;
  }
  return {};
}

double rest_noise(std::span<const double> volts, std::span<const double> smooth,
                  std::span<const SampleRange> rest, const Parameters& parameters, int threads) {
  if (parameters.noise_measure == NoiseMeasure::standard_deviation)
    return standard_deviation(volts, smooth, rest, threads);
  std::vector<double> residual;
  reserve_large(residual, volts.size());
  for (const SampleRange& range : rest)
    for (std::int64_t i = range.begin; i < range.end; ++i)
      residual.push_back(volts[index(i)] - smooth[index(i)]);
  return percentile(std::move(residual), parameters.noise_percentile);
}

}  // namespace leverkin
