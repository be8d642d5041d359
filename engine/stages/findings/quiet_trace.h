// engine/stages/findings/quiet_trace.h: what does the lever do while nobody moves it?
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stages/findings/findings.h"

namespace leverkin::findings {

/// The 1 kHz trace without what the filters make of its ends. Medians are taken over some 20,000 of its
/// samples: what is looked for shows in them, and an hour takes no longer than a minute.
class QuietTrace {
 public:
  static constexpr std::int64_t border = 500;  ///< samples at either end that are left out

  explicit QuietTrace(const SessionEvidence& session);

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(volts_.size()); }
  [[nodiscard]] double at(std::int64_t sample) const { return volts_[static_cast<std::size_t>(sample)]; }
  [[nodiscard]] std::span<const double> part(std::int64_t begin, std::int64_t count) const {
    return volts_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
  }
  [[nodiscard]] bool lacks_data(std::int64_t begin, std::int64_t end) const;
  [[nodiscard]] bool is_still(std::int64_t begin, std::int64_t end) const;  ///< no bout, and data

  /// What the trace changes by within `samples`: the median, and what 1 in 100 exceeds. V
  [[nodiscard]] double usual_step(std::int64_t samples) const;
  [[nodiscard]] double rare_step(std::int64_t samples) const;

  /// The range of the steps of 100 ms (whole periods of 50 and 60 Hz) over their spread: 7 to 10 of noise, a
  /// few of a lever that never rests, many of one that rests and moves. Nothing where the trace is short, or
  /// coarse.
  [[nodiscard]] std::optional<double> restlessness() const;
  [[nodiscard]] double range() const;  ///< highest minus lowest, V

  /// Median range of the bouts, where there are 10 or more.
  [[nodiscard]] std::optional<double> usual_movement_v() const;
  /// Median of the samples at rest, where there are 10 s of them.
  [[nodiscard]] std::optional<double> level(std::int64_t begin, std::int64_t end) const;
  /// First samples of stretches at rest, at most so many, from all over the session.
  [[nodiscard]] std::vector<std::int64_t> still_windows(std::int64_t length, std::size_t most) const;

 private:
  [[nodiscard]] std::vector<double> steps(std::int64_t samples, std::int64_t sampled) const;

  std::span<const double> volts_;
  std::span<const std::uint8_t> active_;  // empty: nothing is known
  std::span<const SampleRange> no_data_;
  std::span<const Bout> bouts_;
};

}  // namespace leverkin::findings
