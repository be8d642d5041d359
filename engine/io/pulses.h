// engine/io/pulses.h: which trials do pulses on other lines of a recording tell?
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "io/sample_source.h"

namespace leverkin {

/// A line that is up or down.
struct Pulses {
  std::vector<std::int64_t> rises, falls;  ///< samples: the first one up, the first one down again
};

/// One of the lines that a source holds: which of its values mean that it is up.
struct PulseLine {
  std::string name;
  std::function<bool(double)> is_up;
};

/// All pulses of each line, in one pass over the source. A line that is up from the first sample on does not
/// rise there; nor does one that is up at the last sample fall. Throws BadSession, naming `file` and `line`,
/// where there are more than any task gives.
[[nodiscard]] std::vector<Pulses> find_pulses(const SampleSource& source, std::span<const PulseLine> lines,
                                              const std::string& file);
[[nodiscard]] Pulses find_pulses(const SampleSource& source, const std::function<bool(double)>& is_up,
                                 const std::string& file, const std::string& line);

/// What the task did, in seconds on one clock, each in order.
struct TaskEvents {
  std::vector<double> start_s, stop_s;  ///< empty: not told; every cue begins a trial
  std::vector<double> cue_s, reward_s;
};

/// A trial goes from its start to its stop, at the latest to the next start or `end_s`; it has the first cue
/// and the first reward in it, NaN where there is none.
[[nodiscard]] TrialTable trials_of(const TaskEvents& events, double end_s);

}  // namespace leverkin
