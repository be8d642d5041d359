// engine/pipeline/lever_front.h: how do raw samples, as they come, become the lever trace?
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "leverkin/pipeline.h"
#include "stages/trace/regular_grid.h"

namespace leverkin {

/// Steps between time stamps longer than this are pauses, in which there are no data.
[[nodiscard]] double longest_step_s(const SessionInfo& info, const Parameters& parameters);

/// What the raw samples say about themselves as they pass. Takes all its memory at once.
class SampleWatch {
 public:
  /// Steps between time stamps longer than `gap_limit_s` count as pauses.
  explicit SampleWatch(double gap_limit_s);

  /// The samples after those before, with their time stamps where they have some.
  void see(std::span<const double> volts, std::span<const double> seconds = {}) noexcept;

  [[nodiscard]] const SampleFacts& facts() const { return facts_; }
  [[nodiscard]] bool all_finite() const { return facts_.not_finite == 0; }
  [[nodiscard]] std::int64_t first_not_finite() const { return facts_.not_finite_at.front().begin; }

  /// Throws BadSession: where and how many. `seconds`: the time of the first.
  [[noreturn]] void refuse_not_finite(const SessionInfo& info, double seconds) const;
  /// Throws BadSession for a recording of one constant value.
  void require_movement(const SessionInfo& info) const;

 private:
  void see_block(std::span<const double> volts, std::span<const double> seconds) noexcept;
  void add_not_finite(std::span<const double> volts) noexcept;
  void add_pauses(std::span<const double> seconds) noexcept;
  void see_extreme(std::span<const double> volts, double value, bool further,
                   SampleFacts::Extreme& extreme) noexcept;

  SampleFacts facts_;
  double gap_limit_s_, first_bad_value_ = 0.0;
  double last_stamp_s_ = std::numeric_limits<double>::quiet_NaN();
};

/// Raw samples on their way to the lever clock: interpolated where time stamps are irregular, filled where
/// there are holes, then downsampled.
class LeverFront {
 public:
  /// Takes room for the lever trace of a recording as long as `info` says, and for `holes` stretches without
  /// data. Throws BadArgument for a rate that cannot be brought to 1 kHz.
  LeverFront(const SessionInfo& info, const Parameters& parameters, std::size_t holes = 0);

  /// Has the system hand out the room now, which otherwise happens as it is first written to.
  void touch_room();

  /// `seconds`: the samples' time stamps where they have some, else empty. With a rate and within the room
  /// taken, it never allocates.
  void push(std::span<const double> seconds, std::span<const double> volts);

  /// The lever trace so far: it ends where the filter still needs samples.
  [[nodiscard]] const std::vector<double>& lever() const { return lever_; }
  /// The stretches without data in it, or right after it (with a rate).
  [[nodiscard]] std::span<const SampleRange> no_data() const { return filler_.no_data(); }
  [[nodiscard]] std::size_t holes() const { return filler_.no_data().size(); }

  [[nodiscard]] TraceRead finish();

 private:
  void push_filled(std::span<const double> volts);

  HoleFiller filler_;
  GridInterpolator interpolator_;
  Downsampler downsampler_;
  bool regular_, hold_;
  std::vector<double> even_, lever_;
};

}  // namespace leverkin
