// engine/simulate/noise.h: what does the recording add to the lever's position?
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "simulate/random.h"

namespace leverkin {

/// White noise of the amplifier, hum of the mains, flicker, and the slow drift of a piezo's rest level. Adds
/// to a trace from its first sample on; the same samples however they are cut into blocks.
class Noise {
 public:
  /// `times`: white noise and flicker, as a multiple of the usual.
  Noise(double rate_hz, const Random& random, double times = 1.0);

  void add_to(std::span<double> volts);

 private:
  static constexpr std::size_t processes = 4;  ///< flicker of three time constants, and drift

  void start_segment();

  Random random_;
  double rate_hz_ = 0.0, mains_phase_ = 0.0, times_ = 1.0;
  std::int64_t sample_ = 0;
  std::int64_t segment_samples_ =
      1;  ///< slow noise is drawn once per segment, a millisecond, and joined by lines
  std::int64_t in_segment_ = 0;
  std::array<double, processes> keep_{}, kick_v_{}, level_v_{};
  double slow_v_ = 0.0, next_slow_v_ = 0.0;
  double mains_sin_ = 0.0, mains_cos_ = 1.0, turn_sin_ = 0.0, turn_cos_ = 1.0;
};

}  // namespace leverkin
