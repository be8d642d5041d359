#include "stages/windows/event_window.h"

#include <algorithm>

namespace leverkin {

EventWindow event_window(const Recorded& recorded, std::int64_t event, std::int64_t before,
                         std::int64_t after) {
  EventWindow window{event - before, event + after, WindowPlace::whole};
  if (window.begin < 0 || window.end > recorded.size)
    window.place = WindowPlace::outside;
  else if (std::ranges::any_of(recorded.breaks, [&](const SampleRange& gap) {
             return gap.begin < window.end && window.begin < gap.end;
           }))
    window.place = WindowPlace::broken;
  return window;
}

}  // namespace leverkin
