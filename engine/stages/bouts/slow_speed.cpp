#include "stages/bouts/slow_speed.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "leverkin/parameters.h"

namespace leverkin {
namespace {

constexpr std::int64_t long_mean = 100, short_mean = 80, difference = 50;
constexpr std::size_t most = slow_speed_block + 2 * (slow_speed_reach + 2);
static_assert(long_mean / 2 + short_mean / 2 + difference / 2 <= slow_speed_reach + 1);

std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

// sums[i] = x[0] + ... + x[i - 1]
template <typename Values>
void sum_up(const Values& x, std::size_t count, std::array<double, most + 1>& sums) {
  sums[0] = 0.0;
  for (std::size_t i = 0; i < count; ++i) sums[i + 1] = sums[i] + x[i];
}

// Where sample i of an endless row of mirror images of n samples is.
std::int64_t mirrored(std::int64_t i, std::int64_t n) {
  const std::int64_t period = 2 * n;
  i = ((i % period) + period) % period;
  return i < n ? i : period - 1 - i;
}

}  // namespace

void slow_speed(std::span<const double> stretch, std::int64_t first, std::span<double> out) {
  const auto n = static_cast<std::int64_t>(stretch.size());
  const auto count = static_cast<std::int64_t>(out.size());
  const std::int64_t begin = first - slow_speed_reach - 1;  // of the samples that count
  const std::int64_t length = count + 2 * (slow_speed_reach + 1);
  std::array<double, most> x;
  std::array<double, most + 1> sums;
  const double level = stretch[index(std::clamp<std::int64_t>(first, 0, n - 1))];
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t at = begin + i;
    x[index(i)] = stretch[index(at >= 0 && at < n ? at : mirrored(at, n))] - level;
  }
  sum_up(x, index(length), sums);
  // x[i]: mean around i - 1/2, then around i again.
  constexpr std::int64_t half_long = long_mean / 2, half_short = short_mean / 2;
  const std::int64_t long_count = length - long_mean;  // mean j covers samples [j, j + long_mean)
  for (std::int64_t j = 0; j < long_count; ++j) x[index(j)] = sums[index(j + long_mean)] - sums[index(j)];
  sum_up(x, index(long_count), sums);
  // Mean of means k covers [k, k + short_mean) of them: centred on sample k + half_short + half_long - 1/2 -
  // 1/2.
  constexpr double scale = lever_rate_hz / static_cast<double>(long_mean * short_mean * difference);
  constexpr std::int64_t centre = half_short + half_long - 1;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t k = i + slow_speed_reach + 1 - centre;  // of the one around this sample
    const auto mean = [&](std::int64_t at) { return sums[index(at + short_mean)] - sums[index(at)]; };
    out[index(i)] = scale * (mean(k + difference / 2) - mean(k - difference / 2));
  }
}

double RestSpeed::edge(std::size_t bin) {
  const auto i = static_cast<int>(bin);
  return std::ldexp(1.0 + static_cast<double>(i % per_doubling) / per_doubling,
                    first_exponent + i / per_doubling);
}

void RestSpeed::see(double speed) {
  // Exponent and the first five bits of what follows it stand side by side in a double.
  constexpr std::int64_t lowest = (std::int64_t{1023} + first_exponent) * per_doubling;
  const auto bits = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(std::abs(speed)) >> 47);
  ++met_[index(std::clamp<std::int64_t>(bits - lowest, 0, static_cast<std::int64_t>(bins) - 1))];
  ++count_;
}

void RestSpeed::add(const RestSpeed& other) {
  for (std::size_t i = 0; i < bins; ++i) met_[i] += other.met_[i];
  count_ += other.count_;
}

double RestSpeed::below(double speed) const {
  double count = 0.0;
  for (std::size_t i = 0; i < bins && edge(i) < speed; ++i)
    count += static_cast<double>(met_[i]) * std::min(1.0, (speed - edge(i)) / (edge(i + 1) - edge(i)));
  return count;
}

double RestSpeed::quantile(double count) const {
  double passed = 0.0;
  for (std::size_t i = 0; i < bins; ++i) {
    const auto here = static_cast<double>(met_[i]);
    if (here > 0.0 && passed + here >= count)
      return edge(i) + (edge(i + 1) - edge(i)) * (count - passed) / here;
    passed += here;
  }
  return edge(bins);
}

double RestSpeed::sd() const {
  if (count_ == 0) return 0.0;
  constexpr double median_of_all = 0.67449, median_below_3 = 0.67237;
  double sd = quantile(0.5 * static_cast<double>(count_)) / median_of_all;
  for (int i = 0; i < 100; ++i) {
    const double next = quantile(0.5 * below(3.0 * sd)) / median_below_3;
    const bool settled = next > 0.9999 * sd;
    sd = next;
    if (settled) break;
  }
  return sd;
}

}  // namespace leverkin
