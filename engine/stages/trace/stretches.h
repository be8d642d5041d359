// engine/stages/trace/stretches.h: which parts of a trace have data, and how do they follow each other?
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "leverkin/trace.h"

namespace leverkin {

/// What lies between the gaps (sorted, not touching) of a trace of so many samples.
[[nodiscard]] std::vector<SampleRange> stretches_with_data(std::int64_t samples,
                                                           std::span<const SampleRange> no_data);

/// The stretches of a trace that have data, one right behind the other. Without gaps it is the trace itself.
class JoinedStretches {
 public:
  JoinedStretches(std::int64_t samples, std::span<const SampleRange> no_data);

  /// Samples with data.
  [[nodiscard]] std::int64_t size() const { return ends_.empty() ? 0 : ends_.back(); }

  /// Calls visit(range of the trace) for the pieces that joined samples [first, end) come from, in order.
  template <typename Visit>
  void for_each_piece(std::int64_t first, std::int64_t end, Visit visit) const {
    auto at = static_cast<std::size_t>(std::ranges::upper_bound(ends_, first) - ends_.begin());
    for (; first < end; ++at) {
      const std::int64_t stop = std::min(end, ends_[at]), shift = stretches_[at].end - ends_[at];
      visit(SampleRange{first + shift, stop + shift});
      first = stop;
    }
  }

 private:
  std::vector<SampleRange> stretches_;
  std::vector<std::int64_t> ends_;  // of each of them, in joined samples
};

}  // namespace leverkin
