// engine/stages/bouts/pause_memory.h: what did an earlier setting find on the same trace?
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "leverkin/trace.h"
#include "stages/bouts/edge_fit.h"

namespace leverkin {

/// What was computed before, by all that it depends on. From any thread.
template <typename Key, typename Value>
class Remembered {
 public:
  template <typename Compute>
  [[nodiscard]] Value get(const Key& key, Compute compute) {
    {
      const std::scoped_lock lock(mutex_);
      if (const auto at = known_.find(key); at != known_.end()) return at->second;
    }
    Value value = compute();
    const std::scoped_lock lock(mutex_);
    return known_.emplace(key, std::move(value)).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<Key, Value> known_;
};

/// An edge of one trace: samples [first, end) are looked at, the lever surely moves from `core` on (an onset)
/// or up to it.
struct EdgePlace {
  std::int64_t first = 0, end = 0, core = 0;
  double least_v = 0.0;
  bool onset = true;
  auto operator<=>(const EdgePlace&) const = default;
};

/// Motion one way: from the first to the last lever sample at which the slow speed is beyond the threshold,
/// [begin, end), while it never falls to half of it.
struct Core {
  std::int64_t begin = 0, end = 0;
  std::int64_t moves_from = 0;  ///< where it passes half of the threshold
  double moved_v = 0.0;         ///< by how much, from there until it falls to it
  double drift = 0.0;           ///< of the rest level, V/s; not in moved_v
};

/// Those of samples with data throughout.
struct StretchCores {
  SampleRange samples;
  std::vector<Core> cores;
};

/// The parameters that cores depend on.
struct CoreSetting {
  double speed_threshold_sd = 0.0, speed_threshold_v_per_s = 0.0, min_amplitude_v = 0.0;
  auto operator<=>(const CoreSetting&) const = default;
};

struct PauseMemory {
  Remembered<EdgePlace, EdgeFit> edges;
  Remembered<CoreSetting, std::vector<StretchCores>> cores;
};

}  // namespace leverkin
