#include "stages/bouts/kinematics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "stages/envelope/speed.h"
#include "support/aligned_buffer.h"
#include "support/fftw_plan.h"
#include "support/index.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

// A peak of speed is a submovement where it stands out by a tenth of the bout's peak speed.
constexpr double submovement_rise = 0.1;
// Half of the largest displacement is "held".
constexpr double held_fraction = 0.5;
// Spectral arc length as in Balasubramanian, Melendez-Calderon, Roby-Brami and Burdet (2015): up to 10 Hz, as
// far as the spectrum reaches a twentieth of its value at 0, from a transform of 16 times the length.
constexpr double arc_cutoff_hz = 10.0;
constexpr double arc_threshold = 0.05;
constexpr std::size_t arc_padding = 16;
// Low-passed at 5 Hz, a speed has nothing left to lose in bins of 10 ms.
constexpr std::size_t arc_bin = 10;
constexpr double arc_rate_hz = 1000.0 / arc_bin;

std::size_t transform_size(const Bout& bout) {
  const auto bins = (index(bout.end - bout.begin) + arc_bin - 1) / arc_bin;
  return std::bit_ceil(bins) * arc_padding;
}

// Peak speed, when it was, path and submovements.
void measure_speed(std::span<const double> speed, Bout& bout) {
  const auto peak = std::ranges::max_element(speed);
  bout.peak_speed_v_per_s = *peak * lever_rate_hz;
  bout.time_to_peak_s = static_cast<double>(peak - speed.begin()) / lever_rate_hz;
  bout.path_v = std::accumulate(speed.begin(), speed.end(), 0.0);
  bout.n_submovements = *peak > 0.0 ? count_peaks(speed, submovement_rise * *peak) : 0;
}

// The longest stretch at half or more of the largest displacement.
double hold_s(std::span<const double> smooth) {
  const double rest = smooth.front();
  const auto away = [&](double v) { return std::abs(v - rest); };
  double furthest = 0.0;
  for (const double v : smooth) furthest = std::max(furthest, away(v));
  if (furthest == 0.0) return 0.0;
  std::int64_t longest = 0, run = 0;
  for (const double v : smooth) {
    run = away(v) >= held_fraction * furthest ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return static_cast<double>(longest) / lever_rate_hz;
}

// Mean speed in bins as the real part of complex numbers, zeros behind.
void bin_speed(std::span<const double> speed, std::span<double> numbers) {
  std::ranges::fill(numbers, 0.0);
  for (std::size_t begin = 0, bin = 0; begin < speed.size(); begin += arc_bin, ++bin) {
    const auto part = speed.subspan(begin, std::min(arc_bin, speed.size() - begin));
    numbers[2 * bin] = std::accumulate(part.begin(), part.end(), 0.0) / arc_bin;
  }
}

double smoothness_sal(std::span<const double> speed, std::size_t size, const BatchTransform& transform,
                      AlignedBuffer<double>& room) {
  if (room.size() < 2 * size) room = AlignedBuffer<double>(2 * size);
  const std::span<double> numbers(room.data(), 2 * size);
  bin_speed(speed, numbers);
  transform.forward(numbers.data());
  const double whole = std::abs(numbers[0]);  // of a speed, which is nowhere negative, the largest
  if (whole == 0.0) return std::numeric_limits<double>::quiet_NaN();
  const auto height = [&](std::size_t k) { return std::hypot(numbers[2 * k], numbers[2 * k + 1]) / whole; };
  const double step_hz = arc_rate_hz / static_cast<double>(size);
  const auto highest = static_cast<std::size_t>(arc_cutoff_hz / step_hz);
  std::vector<double> heights(highest + 1);
  for (std::size_t k = 0; k <= highest; ++k) heights[k] = height(k);
  std::size_t last = highest;
  while (heights[last] < arc_threshold) --last;  // heights[0] is 1
  double length = 0.0;
  for (std::size_t k = 1; k <= last; ++k)
    length += std::hypot(1.0 / static_cast<double>(last), heights[k] - heights[k - 1]);
  return -length;
}

}  // namespace

std::int64_t count_peaks(std::span<const double> speed, double rise) {
  std::int64_t count = 0;
  double low = 0.0, high = 0.0;  // since the last peak; since the last valley
  bool rising = false;
  for (const double v : speed) {
    if (rising) {
      high = std::max(high, v);
      if (high - v >= rise) ++count, rising = false, low = v;
    } else {
      low = std::min(low, v);
      if (v - low >= rise) rising = true, high = v;
    }
  }
  return count + (rising && high >= rise ? 1 : 0);
}

void measure_bouts(std::span<const double> volts, std::span<const double> smooth,
                   const Parameters& parameters, int threads, std::vector<Bout>& bouts) {
  std::map<std::size_t, BatchTransform> transforms;
  for (const Bout& bout : bouts)
    transforms.try_emplace(transform_size(bout), transform_size(bout), 1,
                           BatchTransform::Layout::consecutive);
  constexpr std::size_t together = 32;  // bouts that share their scratch memory
  const std::size_t tasks = (bouts.size() + together - 1) / together;
  parallel_for(static_cast<std::int64_t>(tasks), threads, [&](std::int64_t task) {
    const std::size_t first = index(task) * together;
    std::vector<double> speed;
    AlignedBuffer<double> room(0);
    for (Bout& bout : std::span(bouts).subspan(first, std::min(together, bouts.size() - first))) {
      const auto begin = index(bout.begin), length = index(bout.end - bout.begin);
      const auto [low, high] = std::ranges::minmax_element(volts.subspan(begin, length));
      bout.amplitude_v = *high - *low;
      speed.resize(length);
      velocity_at(smooth, parameters.velocity_smooth_ms / 2, bout.begin, speed);
      for (double& v : speed) v = std::abs(v);
      measure_speed(speed, bout);
      bout.hold_s = hold_s(smooth.subspan(begin, length));
      const std::size_t size = transform_size(bout);
      bout.smoothness_sal = smoothness_sal(speed, size, transforms.at(size), room);
    }
  });
}

}  // namespace leverkin
