// engine/pipeline/trial_log.h: which trials do single events make?
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "leverkin/engine.h"
#include "leverkin/session.h"

namespace leverkin {

struct Event {
  double seconds = 0.0;
  EventKind kind = EventKind::trial_start;
  auto operator<=>(const Event&) const = default;  ///< by time, then in the order of a trial
};

/// Events in the order in which they came. Takes all its memory at construction.
class TrialLog {
 public:
  explicit TrialLog(std::size_t capacity) { events_.reserve(capacity); }

  /// False where there is no room.
  [[nodiscard]] bool add(Event event) noexcept;

  /// Latest time of a kind up to `before`; NaN where there is none.
  [[nodiscard]] double last(EventKind kind, double before) const noexcept;
  /// Earliest time of a kind in [from, to); NaN where there is none.
  [[nodiscard]] double first(EventKind kind, double from, double to) const noexcept;

  /// The rules are those of Engine::event.
  [[nodiscard]] TrialTable table() const;

 private:
  std::vector<Event> events_;
};

}  // namespace leverkin
