// leverkin/session_truth.h: what did the simulator really do in a session?
#pragma once

#include <cstdint>
#include <vector>

namespace leverkin {

/// Ground truth of a simulated session (docs/formats.md#plain-hdf5).
struct SessionTruth {
  std::vector<double> onset_s, offset_s, peak_mm;  ///< one per true movement; passage of 1 % of the peak
  std::vector<std::int64_t> kind;      ///< 0 spontaneous, 1 rewarded press, 2 early press, 3 failed press
  std::vector<std::int64_t> bout;      ///< per trial: index of its true movement, -1: none
  std::vector<std::uint8_t> rewarded;  ///< per trial
  std::vector<double> start_s = {}, end_s = {};  ///< per movement: where its shape begins and ends
};

}  // namespace leverkin
