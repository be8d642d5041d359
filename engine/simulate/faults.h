// engine/simulate/faults.h: what goes wrong in a recording?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "leverkin/simulate.h"
#include "simulate/press.h"
#include "simulate/random.h"

namespace leverkin {

/// Adds the faults to a trace from its first sample on; the same samples however they are cut into blocks.
class Faults {
 public:
  /// `movements` are those of the whole trace and must outlive this.
  Faults(const RecordingFaults& faults, double rate_hz, double rest_v, double duration_s,
         const std::vector<Press>& movements, Random random);

  void add_to(std::span<double> volts);

 private:
  [[nodiscard]] double ringing_at(double time_s);
  [[nodiscard]] double spike_at(double time_s);

  RecordingFaults faults_;
  double rate_hz_, rest_v_;
  const std::vector<Press>* movements_;
  std::vector<double> spikes_s_;
  std::size_t movements_over_ = 0, spikes_over_ = 0;
  std::int64_t sample_ = 0;
};

}  // namespace leverkin
