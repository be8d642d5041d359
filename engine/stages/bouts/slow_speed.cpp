#include "stages/bouts/slow_speed.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

#include "leverkin/parameters.h"
#include "stages/bouts/running_sums.h"
#include "support/index.h"
#include "support/median.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr std::int64_t long_mean = 100, short_mean = 80, difference = 50;
constexpr std::size_t most = slow_speed_block + 2 * (slow_speed_reach + 2);
static_assert(long_mean / 2 + short_mean / 2 + difference / 2 <= slow_speed_reach + 1);

constexpr std::int64_t level_samples = 64;  // of which a level is the mean
constexpr std::size_t apart = 3,
                      stride = 2;      // levels between which the lever drifts; from one speed to the next
constexpr double least_drift = 0.012;  // V/s: less does no harm, and movement looks like it
constexpr double alike = 0.008;        // V/s: where rests differ by no more, the drift is steady
constexpr std::array growths{-0.024, -0.016, -0.008, 0.008, 0.016, 0.024};  // of the drift, V/s each second
constexpr double still_time_share = 0.2;  // of the time: a lever that stands still for so long does not drift
constexpr std::size_t most_levels = 2 * Drift::reach / level_samples, least_levels = 16;

double level_of(std::span<const double> volts, std::size_t level) {
  std::array<double, 8> sums{};
  const double* from = &volts[level * level_samples];
  for (std::size_t j = 0; j < level_samples; j += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += from[j + lane];
  return std::accumulate(sums.begin(), sums.end(), 0.0) / level_samples;
}

// The narrowest range that a third of the values are in, if they grow by so much from one to the next.
struct Densest {
  double growth = 0.0, low = 0.0, high = 0.0;

  [[nodiscard]] double width() const { return high - low; }
};

using Values = std::array<double, most_levels>;

Values without_growth(std::span<const double> values, double growth) {
  Values level{};
  const double middle = 0.5 * static_cast<double>(values.size() - 1);
  for (std::size_t i = 0; i < values.size(); ++i)
    level[i] = values[i] - growth * (static_cast<double>(i) - middle);
  return level;
}

Densest densest_of(std::span<const double> values, double growth) {
  Values level = without_growth(values, growth);
  const auto sorted = std::span(level).first(values.size());
  std::ranges::sort(sorted);
  const std::size_t third = values.size() / 3;
  Densest found{growth, sorted[0], sorted[third]};
  for (std::size_t i = 1; i + third < sorted.size(); ++i)
    if (sorted[i + third] - sorted[i] < found.width()) found = {growth, sorted[i], sorted[i + third]};
  return found;
}

// Median of the values, without their growth, that lie within twice the range's width of its middle.
double median_near(std::span<const double> values, const Densest& densest) {
  Values level = without_growth(values, densest.growth);
  const double middle = 0.5 * (densest.low + densest.high), near = 2.0 * densest.width();
  const auto all = std::span(level).first(values.size());
  const auto far =  // std::ranges' gives a range, which clang 14 cannot read
      std::remove_if(all.begin(), all.end(), [&](double v) { return std::abs(v - middle) > near; });
  return median_in_place(all.first(static_cast<std::size_t>(far - all.begin())));
}

// All that a lever does while it rests, or is held, is to drift: of its speeds, those that are alike are that
// of the drift, which may change steadily, whatever the movements in between.
// In the middle of the levels, or a part of their number later.
double drift_of(std::span<const double> levels, double later) {
  if (levels.size() < least_levels) return 0.0;
  constexpr double level_s = static_cast<double>(level_samples) / lever_rate_hz;
  Values room{};
  const std::span speeds(room.data(), (levels.size() - apart) / stride);
  for (std::size_t i = 0; i < speeds.size(); ++i) {
    const double* at = &levels[i * stride];
    speeds[i] = 0.5 * (at[apart + 1] + at[apart] - at[1] - at[0]) / (static_cast<double>(apart) * level_s);
  }
  const auto still = std::ranges::count_if(speeds, [](double v) { return std::abs(v) < 0.5 * least_drift; });
  if (static_cast<double>(still) >= still_time_share * static_cast<double>(speeds.size())) return 0.0;
  Densest best = densest_of(speeds, 0.0);
  if (double least = best.width(); least > alike)
    for (const double growth : growths) {
      const Densest here = densest_of(speeds, growth * stride * level_s);
      const double width = here.width() * (1.0 + std::abs(growth) / growths.back());
      if (width < least) least = width, best = here;
    }
  const double drift = median_near(speeds, best) + best.growth * later * static_cast<double>(speeds.size());
  return std::abs(drift) < least_drift ? 0.0 : drift;
}

// Where sample i of an endless row of mirror images of n samples is.
std::int64_t mirrored(std::int64_t i, std::int64_t n) {
  const std::int64_t period = 2 * n;
  assert(period > 0);  // a stretch has samples
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
  running_sums(std::span(x).first(index(length)), sums);
  // x[i]: mean around i - 1/2, then around i again.
  constexpr std::int64_t half_long = long_mean / 2, half_short = short_mean / 2;
  const std::int64_t long_count = length - long_mean;  // mean j covers samples [j, j + long_mean)
  for (std::int64_t j = 0; j < long_count; ++j) x[index(j)] = sums[index(j + long_mean)] - sums[index(j)];
  running_sums(std::span(x).first(index(long_count)), sums);
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

double drift_speed(std::span<const double> volts) {
  std::array<double, most_levels> levels{};
  const std::size_t count = std::min(volts.size() / level_samples, most_levels);
  for (std::size_t i = 0; i < count; ++i) levels[i] = level_of(volts, i);
  return drift_of(std::span(levels).first(count), 0.5);
}

Drift::Drift(std::span<const double> stretch, int threads) : at_knots_(stretch.size() / knot + 1) {
  std::vector<double> levels(stretch.size() / level_samples);
  constexpr std::int64_t together = 64, knot_levels = knot / level_samples;
  const auto knots = static_cast<std::int64_t>(at_knots_.size()),
             count = static_cast<std::int64_t>(levels.size());
  const auto for_each_knot = [&](auto visit) {
    parallel_for((knots + together - 1) / together, threads, [&](std::int64_t task) {
      for (std::int64_t i = task * together; i < std::min(knots, (task + 1) * together); ++i) visit(i);
    });
  };
  for_each_knot([&](std::int64_t i) {
    for (std::int64_t j = i * knot_levels; j < std::min(count, (i + 1) * knot_levels); ++j)
      levels[index(j)] = level_of(stretch, index(j));
  });
  for_each_knot([&](std::int64_t i) {
    const std::int64_t begin = std::max<std::int64_t>(0, i * knot_levels - reach / level_samples),
                       end = std::min(count, i * knot_levels + reach / level_samples);
    at_knots_[index(i)] = drift_of(std::span(levels).subspan(index(begin), index(end - begin)), 0.0);
  });
}

double Drift::at(std::int64_t sample) const {
  double speed = 0.0;
  take_from(sample, std::span(&speed, 1));
  return -speed;
}

// Straight from knot to knot.
void Drift::take_from(std::int64_t first, std::span<double> speed) const {
  const auto count = static_cast<std::int64_t>(speed.size());
  for (std::int64_t i = 0; i < count;) {
    const std::int64_t before = std::min((first + i) / knot, static_cast<std::int64_t>(at_knots_.size()) - 1);
    const double from = at_knots_[index(before)];
    const double slope = (at_knots_[std::min(index(before) + 1, at_knots_.size() - 1)] - from) / knot;
    const std::int64_t passed = first - before * knot, end = std::min(count, knot - passed);
    for (; i < end; ++i) speed[index(i)] -= from + slope * static_cast<double>(passed + i);
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
