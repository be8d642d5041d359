// leverkin/bouts.h: when did the animal move?
//
//   session -> trace -> [bouts] -> movements -> correlogram -> results
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "leverkin/parameters.h"
#include "leverkin/trace.h"

namespace leverkin {

/// What is odd about a bout. Bits of Bout::flags.
enum BoutFlag : std::int64_t {
  bout_cut_by_no_data = 1,      ///< it ran into samples without data and ends there
  bout_onset_cut = 2,           ///< it had begun when the data did: the onset is where they begin
  bout_offset_cut = 4,          ///< it went on when the data ended
  bout_onset_not_fitted = 8,    ///< no shape of a rise fits: the onset is where the speed leaves its noise
  bout_offset_not_fitted = 16,  ///< likewise
  bout_onset_rings = 32,        ///< the lever rang before it: how far that can move the onset is in its sd
  bout_offset_rings = 64,       ///< likewise, after it
};

/// A stretch of movement: lever samples [begin, end).
struct Bout {
  std::int64_t begin = 0, end = 0;
  std::int64_t flags = 0;
  double amplitude_v = 0.0;         ///< max - min of the 1 kHz trace
  double peak_speed_v_per_s = 0.0;  ///< max of |velocity|, smoothed
  double path_v = 0.0;              ///< sum of |velocity|, smoothed
  double time_to_peak_s = 0.0;      ///< onset to the largest |velocity|
  double hold_s =
      0.0;  ///< longest stretch at half or more of the largest displacement from the onset, smoothed
  std::int64_t n_submovements = 0;  ///< peaks of |velocity| that stand out by a tenth of the largest
  /// Spectral arc length of |velocity| to 10 Hz (Balasubramanian et al. 2015): negative, nearer 0 is
  /// smoother.
  double smoothness_sal = 0.0;
  // Of a method that fits its edges (pause_bouts); else, and where an edge was cut, NaN.
  static constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
  double onset_sd_s = not_known, offset_sd_s = not_known;  ///< standard deviation of begin, of end
  double onset_1pct_s = not_known,
         offset_1pct_s = not_known;  ///< passage of 1 % of the peak

  /// The same bits: NaN equals NaN.
  bool operator==(const Bout& other) const {
    using Bits = std::array<std::uint64_t, sizeof(Bout) / sizeof(std::uint64_t)>;
    return std::bit_cast<Bits>(*this) == std::bit_cast<Bits>(other);
  }

  [[nodiscard]] double onset_s() const { return static_cast<double>(begin) / lever_rate_hz; }
  [[nodiscard]] double offset_s() const { return static_cast<double>(end) / lever_rate_hz; }
  [[nodiscard]] double duration_s() const { return static_cast<double>(end - begin) / lever_rate_hz; }
};

/// What a segmentation keeps beside the bouts.
enum class Keep : std::uint8_t {
  bouts,       ///< nothing: an hour needs two arrays of its length while it is worked on, and none after
  everything,  ///< the smoothed trace, its velocity and the envelope
};

/// A trace parsed into movement and quiescence.
struct Segmentation {
  std::vector<Bout> bouts;
  std::vector<std::uint8_t> active;  ///< 1 within bouts; as long as the trace
  std::vector<double> smooth;        ///< V; this and the next two are empty unless everything is kept
  std::vector<double> velocity;      ///< V per sample
  std::vector<double> envelope;      ///< V per sample
  /// The noise of the resting lever that a movement must leave, of a method that knows one; else NaN.
  double noise_cutoff_v = std::numeric_limits<double>::quiet_NaN();
  std::string reason;  ///< why there are no bouts; empty where there are some
};

/// Throws BadArgument for 12 or fewer samples and for samples that are not finite. `threads` (0: one per
/// core) never changes the numbers.
[[nodiscard]] Segmentation segment(const Trace& trace, const Parameters& parameters = {}, int threads = 1,
                                   Keep keep = Keep::everything);

}  // namespace leverkin
