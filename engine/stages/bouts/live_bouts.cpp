#include "stages/bouts/live_bouts.h"

#include "stages/bouts/live_pause_bouts.h"
#include "stages/bouts/live_threshold_bouts.h"

namespace leverkin {

bool LiveBouts::take(SampleRange& bout) noexcept {
  if (waiting_count_ == 0) return false;
  bout = waiting_[first_waiting_];
  first_waiting_ = (first_waiting_ + 1) % waiting_.size();
  --waiting_count_;
  return true;
}

void LiveBouts::report(const SampleRange& bout) noexcept {
  ++found_;
  if (waiting_count_ == waiting_.size()) {
    first_waiting_ = (first_waiting_ + 1) % waiting_.size();
    --waiting_count_;
  }
  waiting_[(first_waiting_ + waiting_count_++) % waiting_.size()] = bout;
}

std::unique_ptr<LiveBouts> make_live_bouts(const Parameters& parameters, std::size_t most_waiting) {
  if (parameters.bout_method == BoutMethod::pause)
    return std::make_unique<LivePauseBouts>(parameters, most_waiting);
  return std::make_unique<LiveThresholdBouts>(parameters, most_waiting);
}

}  // namespace leverkin
