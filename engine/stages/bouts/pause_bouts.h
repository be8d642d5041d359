// engine/stages/bouts/pause_bouts.h: when does the lever move, from one pause to the next? (G)
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/parameters.h"
#include "stages/bouts/bout_method.h"
#include "stages/bouts/edge_fit.h"

namespace leverkin {

/// Where the slow speed of the lever exceeds the noise of its rest; then the start and the end of every
/// stretch of motion, by which shapes of a rise fit there. Nothing reaches across samples without data.
[[nodiscard]] FoundBouts pause_bouts(const LeverSpeed& lever, const Parameters& parameters, int threads);

// The parts of it, which live_bouts goes through while the lever still moves.

/// V/s beyond which the lever moves, where its speed at rest has this standard deviation.
[[nodiscard]] double speed_threshold(const Parameters& parameters, double rest_sd);

/// What lies between the lowest and the highest value seen.
struct Range {
  double low_v = std::numeric_limits<double>::infinity(), high_v = -low_v;

  void see(double v) { low_v = std::min(low_v, v), high_v = std::max(high_v, v); }
  void see(const Range& other) { see(other.low_v), see(other.high_v); }
};

/// Cores of speeds that come in order.
class CoreFinder {
 public:
  explicit CoreFinder(const Parameters& parameters) : least_v_(parameters.min_amplitude_v) {}

  /// Appends the cores that end among these speeds, of which the first belongs to sample `first`.
  void see(std::int64_t first, std::span<const double> speed, double threshold, std::vector<Core>& cores);
  void finish(std::vector<Core>& cores);  ///< the data end

  /// No core that is yet to be appended begins before this sample; `seen`: samples seen so far.
  [[nodiscard]] std::int64_t none_before(std::int64_t seen) const {
    return sign_ != 0 && open_.end > 0 ? open_.begin : seen;
  }
  /// Whether the lever moves at the last sample seen, and began to at this one or later.
  [[nodiscard]] bool moves_since(std::int64_t sample) const {
    return sign_ != 0 && open_.moves_from >= sample;
  }

 private:
  void close(std::vector<Core>& cores);

  double least_v_;
  Core open_;
  int sign_ = 0;  // 0: none is open
};

/// Puts the cores of one stretch of data together: those without a pause of gap_ms between them are one bout,
/// and so are those with a longer one, up to hold_ms, in which the lever is held away from its rest, if it
/// comes back in the end.
class BoutJoiner {
 public:
  /// `stretch`: samples with data; `volts`: the whole lever trace. Both may grow (grow).
  BoutJoiner(const Parameters& parameters, std::span<const double> volts, SampleRange stretch,
             PauseMemory* memory = nullptr)
      : parameters_(parameters), volts_(volts), stretch_(stretch), memory_(memory) {}
  void grow(std::span<const double> volts, std::int64_t end) { volts_ = volts, stretch_.end = end; }

  /// Another stretch: what was added before is forgotten, but for the memory that it took.
  void start(std::span<const double> volts, SampleRange stretch);

  void add(const Core& core);

  /// Fits all edges that join() will ask for, some of them at once.
  void fit_edges(int threads);

  /// Appends to `bouts` those that are complete where no core, but for those added, begins before `passed`.
  void join(std::int64_t passed, EdgeFitter& fitter, std::vector<Bout>& bouts);

  /// A bout is complete this many samples after its last core, at most; time at the sensor's limit aside.
  [[nodiscard]] static std::int64_t longest_wait(const Parameters& parameters);
  static constexpr std::int64_t the_end = std::int64_t{1} << 62;

  [[nodiscard]] std::size_t waiting() const { return parts_.size(); }
  void reserve(std::size_t parts) { parts_.reserve(parts), groups_.reserve(parts); }

 private:
  struct Part {
    Core core;
    EdgeFit onset, offset;  // in samples of the recording
    bool has_onset = false, has_offset = false;
    double drifted_v = 0.0;  // the rest level, from the first core to this one
  };
  struct Group {  // parts [first, last] without a pause
    std::size_t first = 0, last = 0;
    bool closed = false;
    std::array<Range, 2> range;  // once closed: of the lever, and without the drift of its rest
  };
  struct Rest {
    double start = 0.0, level_v = 0.0;  // there,
    double tilt = 0.0;                  // and how it goes on, V per sample,
    bool drifts = false;                // beside the drift that is seen

    [[nodiscard]] double at(double place) const { return level_v + tilt * (place - start); }
  };

  [[nodiscard]] bool surely_one(std::size_t part, std::size_t next) const;
  [[nodiscard]] bool surely_two(std::int64_t end, std::int64_t next_begin, std::int64_t pause_ms) const;
  [[nodiscard]] EdgeFit fit(const EdgePlace& place, EdgeFitter& fitter) const;
  [[nodiscard]] static EdgeFit unlike_cut(EdgeFit edge, double start);
  [[nodiscard]] const EdgeFit& onset(std::size_t part, EdgeFitter& fitter);
  [[nodiscard]] const EdgeFit& offset(std::size_t part, EdgeFitter& fitter);
  void group_parts(std::int64_t passed, EdgeFitter& fitter);
  void close(Group& group, EdgeFitter& fitter);
  [[nodiscard]] std::size_t complete(std::int64_t passed, EdgeFitter& fitter);
  [[nodiscard]] double drifted(double place) const;
  [[nodiscard]] double level(std::int64_t begin, std::int64_t end, bool drifts) const;
  [[nodiscard]] double rest_before(const EdgeFit& edge, bool drifts) const;
  [[nodiscard]] bool held(double from, double to, const Rest& rest, double reach_v) const;
  [[nodiscard]] bool came_back(double from, double to, Rest& rest, double reach_v) const;
  [[nodiscard]] double at_limit(double from, double to, double rest_sd) const;
  [[nodiscard]] double next_onset(std::size_t group, std::int64_t passed, EdgeFitter& fitter);
  [[nodiscard]] std::size_t joined(std::int64_t passed, bool drifts, EdgeFitter& fitter);
  [[nodiscard]] Bout bout_of(const Group& first, const Group& last, const Range& range) const;
  void forget_parts();

  const Parameters& parameters_;
  std::span<const double> volts_;
  SampleRange stretch_;
  PauseMemory* memory_;
  std::vector<Part> parts_;
  std::vector<Group> groups_;
  std::size_t grouped_ = 0;  // parts that are in groups
};

}  // namespace leverkin
