// engine/stages/bouts/smoothed_lever.h: what is the same of a lever's segmentation, whatever the thresholds?
#pragma once

#include <mutex>
#include <vector>

#include "leverkin/bouts.h"
#include "stages/bouts/pause_memory.h"
#include "stages/trace/stretches.h"

namespace leverkin {

/// One session's trace, to be segmented with many settings: the low-pass and the envelope are computed once,
/// and cores and edges that several settings have in common are found once. The trace must outlive it.
class SmoothedLever {
 public:
  SmoothedLever(const Trace& trace, const Parameters& parameters, int threads);

  /// Whether a setting asks for the same low-pass and the same velocity.
  [[nodiscard]] bool serves(const Parameters& parameters) const;

  /// What segment() gives, bit for bit, but for the motion of the bouts, which is not measured. From any
  /// thread.
  [[nodiscard]] Segmentation segment(const Parameters& parameters);

 private:
  const Trace& trace_;
  Parameters parameters_;
  JoinedStretches with_data_;
  std::vector<double> smooth_, envelope_;  // the envelope of the samples with data alone
  std::once_flag has_envelope_;
  PauseMemory memory_;
};

}  // namespace leverkin
