// engine/stages/windows/event_window.h: which samples, or frames, does a window around an event hold, and
// are they all there?
#pragma once

#include <cstdint>
#include <span>

#include "leverkin/trace.h"

namespace leverkin {

enum class WindowPlace : std::uint8_t {
  whole,
  outside,  ///< it begins before the first sample, or ends after the last
  broken,   ///< a break lies in it
};

struct EventWindow {
  std::int64_t begin, end;  ///< samples, or frames: end is the first after it
  WindowPlace place;
};

/// What an event may lie in: samples 0 ... size - 1. A break is a stretch without data, or, where begin and
/// end are the same, a place between two samples at which others are missing.
struct Recorded {
  std::int64_t size;
  std::span<const SampleRange> breaks;
};

/// `before` samples, and `after` from the event on.
[[nodiscard]] EventWindow event_window(const Recorded& recorded, std::int64_t event, std::int64_t before,
                                       std::int64_t after);

}  // namespace leverkin
