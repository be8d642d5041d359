// leverkin/activity.h: what did each cell do while the lever moved?
//
//   session -> trace -> bouts -> [activity] <- frames of an imaging session
//
// Method and sources: docs/activity.md. Activity is taken as given: no dF/F, motion correction or
// deconvolution here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace leverkin {

// ---------------------------------------------------------------------- frames on the lever clock

/// What the windows around onsets are, and when there is none. The integers are those of the results file.
enum class WindowStatus : std::uint8_t {
  used,
  onset_not_imaged,  ///< no frame within one period of the onset
  outside_imaging,   ///< the window begins before the first frame, or ends after the last
  frames_missing,    ///< a gap between two of its frames
  not_used,          ///< the movement itself was not used by the trial rules
};

/// Frames that are missing between two that are there.
struct FrameGap {
  std::int64_t after_frame = 0;    ///< the last one before the gap
  double start_s = 0, stop_s = 0;  ///< times of the frames on either side
  std::int64_t missing = 0;        ///< how many frames would have fitted in, at the median period
};

struct FrameRequest {
  std::span<const double> frame_s;       ///< start of each frame, s on the session clock, increasing
  std::span<const std::uint8_t> active;  ///< the lever at 1 kHz: 1 while it moves
  std::span<const std::uint8_t> known;   ///< 0 where the lever has no data; empty: it has data everywhere
  std::span<const double> onset_s;       ///< of the movements; NaN: none
  std::span<const std::uint8_t> used;    ///< 0 where the trial rules left a movement out; empty: all are used
  std::int64_t before = 0;               ///< frames of a window before the onset frame
  std::int64_t after = 1;                ///< frames from the onset frame on
};

struct Frames {
  double period_s = 0;                ///< median difference of frame times
  std::vector<std::uint8_t> moving;   ///< per frame: it covers an active sample
  std::vector<std::uint8_t> covered;  ///< per frame: it covers a sample with data
  std::vector<FrameGap> gaps;
  std::vector<std::int64_t> onset_frame;  ///< per onset: the nearest frame, the earlier on ties; -1: none
  std::vector<WindowStatus> status;       ///< per onset
};

/// Throws BadArgument for fewer than two frames, times that do not increase or are not finite, and lengths
/// that disagree.
[[nodiscard]] Frames align_frames(const FrameRequest& request);

// ---------------------------------------------------------------------- events

enum class EventMethod : std::uint8_t { peters2014, peters2014_inhibitory, peters2017 };

/// "peters2014", "peters2014_inhibitory", "peters2017". Throws BadArgument for another name.
[[nodiscard]] EventMethod event_method(std::string_view name);

/// Activity of many cells, one after the other.
struct CellTraces {
  std::span<const double> values;  ///< cells x frames, row-major
  std::int64_t frames = 0;
};

/// Event amplitudes, cells x frames; 0 where there is no event. NaN counts as 0, but a cell that is NaN
/// throughout stays NaN. Fewer than 31 frames hold no events. `threads` never changes the numbers.
[[nodiscard]] std::vector<double> detect_events(const CellTraces& dff, EventMethod method, int threads = 0);

/// Local quadratic regression on 31 points with tricube weights, of one trace; shorter ones are returned as
/// they are.
[[nodiscard]] std::vector<double> smooth_activity(std::span<const double> dff);

// ---------------------------------------------------------------------- movement-related cells

/// In which frames cells are active, all cells of a frame side by side.
struct ActiveFrames {
  std::span<const std::uint8_t> active;  ///< frames x cells, row-major; 0: not
  std::int64_t frames = 0;
};

/// What is put into another order. Single frames of movement are not offered: a quarter of independent cells
/// would pass.
enum class ShuffledUnits : std::uint8_t {
  runs,             ///< maximal runs of either kind, whole
  movement_blocks,  ///< runs of movement whole, still frames one by one (Peters et al. 2014)
};

struct ShuffleOptions {
  ShuffledUnits units = ShuffledUnits::runs;
  std::int64_t shuffles = 10'000;
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  ///< another order for every subject and session
  int threads = 0;           ///< never changes the numbers
};

struct MovementRelation {
  std::vector<double> statistic;  ///< per cell: sum of activity over moving frames
  std::vector<double>
      p;  ///< rank among arrangements, 0 to 1, ties averaged; NaN where nothing can be shuffled
  std::int64_t arrangements = 0;  ///< shuffles drawn, or all there are; 0: fewer than two runs of either kind
  bool enumerated = false;        ///< all arrangements, as there are no more than `shuffles`
};

/// Is activity higher, or lower, while the lever moves, than it would be if movements came at other times?
/// `activity` must be finite; activity of whole numbers is compared exactly, other with a tolerance of 1e-9
/// (1 + |statistic|). The order of shuffle k depends on seed, stream and k alone. Throws BadArgument where
/// sizes disagree.
[[nodiscard]] MovementRelation relate_to_movement(const CellTraces& activity,
                                                  std::span<const std::uint8_t> moving,
                                                  const ShuffleOptions& options = {});

/// The same of activity that is there or not: each active frame counts as 1.
[[nodiscard]] MovementRelation relate_to_movement(const ActiveFrames& activity,
                                                  std::span<const std::uint8_t> moving,
                                                  const ShuffleOptions& options = {});

}  // namespace leverkin
