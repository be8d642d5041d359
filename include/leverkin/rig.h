// leverkin/rig.h: what do the volts of a rig mean?
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace leverkin {

/// What recordings of one rig have in common and do not say themselves (docs/rig-profile.md).
struct RigProfile {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  /// How far a press has to go from this session of an animal on.
  struct Threshold {
    std::int64_t from_session = 1;
    double mm = 0.0;
  };

  std::string name;
  double volts_per_mm = unknown;
  int sign = 1;                    ///< -1: a press lowers the voltage
  double rest_v = unknown;         ///< where the lever stands when nobody presses
  double noise_v = unknown;        ///< standard deviation of the 1 kHz trace at rest
  double rate_hz = unknown;        ///< of recordings that do not state theirs
  std::string lever, cue, reward;  ///< names of the channels; empty: not said
  /// c0, c1, c2, c3 of c0 + c1 x + c2 x^2 + c3 x^3, for recordings of counts that do not say it themselves;
  /// empty: not said.
  std::vector<double> counts_to_volts;
  std::vector<Threshold> thresholds;

  /// Of a session; NaN where the profile does not say. Without a number (0), of the first.
  [[nodiscard]] double threshold_mm(std::int64_t session) const {
    double mm = unknown;
    for (const Threshold& one : thresholds)
      if (one.from_session <= std::max<std::int64_t>(session, 1)) mm = one.mm;
    return mm;
  }
};

/// Throws BadArgument, naming `origin`, key, found and expected.
[[nodiscard]] RigProfile rig_from_toml(std::string_view text, const std::string& origin);

}  // namespace leverkin
