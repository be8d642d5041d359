// engine/stages/bouts/pause_memory.h: what did an earlier setting find on the same trace?
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>

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

using EdgeMemory = Remembered<EdgePlace, EdgeFit>;

}  // namespace leverkin
