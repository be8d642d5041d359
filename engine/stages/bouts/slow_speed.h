// engine/stages/bouts/slow_speed.h: how fast does the lever move, over a tenth of a second, and how fast does
// it seem to while it rests?
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace leverkin {

/// Speed of a stretch of the lever trace that has data throughout: means over 100 and over 80 ms, and what
/// they change in 50 ms. Without delay, finite, nowhere negative as a filter: no ringing; nothing passes at
/// 10, 12.5, 20 and 50 Hz and their multiples, at 60 Hz almost nothing. Beyond its ends the stretch is
/// mirrored.
inline constexpr std::int64_t slow_speed_reach = 114;  ///< samples on either side that count

/// Speeds [first, first + out.size()) of the stretch, in V/s. At most slow_speed_block at a time.
inline constexpr std::int64_t slow_speed_block = 4096;
void slow_speed(std::span<const double> stretch, std::int64_t first, std::span<double> out);

/// V/s at which the rest level of a stretch of some seconds drifts at its end: where the speeds over a
/// fifth of a second are closest together, as movements differ and rests do not; the drift may change
/// steadily. 0 for less than a second, and for a drift of less than 12 mV/s.
[[nodiscard]] double drift_speed(std::span<const double> volts);

/// How the rest level drifts all along a stretch of the lever trace, from 6 s around every point.
class Drift {
 public:
  explicit Drift(std::span<const double> stretch, int threads = 1);

  [[nodiscard]] double at(std::int64_t sample) const;  ///< V/s; counted from the stretch's first
  void take_from(std::int64_t first, std::span<double> speed) const;

  static constexpr std::int64_t knot = 1024;   ///< samples from one estimate to the next
  static constexpr std::int64_t reach = 3072;  ///< samples on either side that count

 private:
  std::vector<double> at_knots_;
};

/// The speed of a lever that mostly rests, from how often each speed was met.
class RestSpeed {
 public:
  void see(double speed);
  void add(const RestSpeed& other);
  [[nodiscard]] bool empty() const { return count_ == 0; }

  /// Standard deviation of the speed at rest: the fixed point, from above, of s = median of |speed| below 3 s
  /// over what that median is for a normal distribution of sd 1. Within 1 % of the truth where less than half
  /// of the time is movement. 0 where nothing was seen.
  [[nodiscard]] double sd() const;

 private:
  // 32 bins for every doubling, from 2^-40 to 2^8 V/s.
  static constexpr int first_exponent = -40, last_exponent = 8, per_doubling = 32;
  static constexpr std::size_t bins = (last_exponent - first_exponent) * per_doubling;
  [[nodiscard]] static double edge(std::size_t bin);
  [[nodiscard]] double below(double speed) const;
  [[nodiscard]] double quantile(double count) const;

  std::array<std::int64_t, bins> met_{};
  std::int64_t count_ = 0;
};

}  // namespace leverkin
