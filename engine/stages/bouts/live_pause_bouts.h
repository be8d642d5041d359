// engine/stages/bouts/live_pause_bouts.h: which bouts between pauses are complete by now?
#pragma once

#include "stages/bouts/live_bouts.h"
#include "stages/bouts/pause_bouts.h"
#include "stages/bouts/slow_speed.h"

namespace leverkin {

/// pause_bouts, by its own parts, as far as the trace goes. An edge, once fitted, is the final one. What may
/// change until the session ends is which weak cores exist, as the noise of the rest is only that so far.
class LivePauseBouts : public LiveBouts {
 public:
  LivePauseBouts(const Parameters& parameters, std::size_t most_waiting);

  [[nodiscard]] double delay_s() const override;
  void advance(std::span<const double> lever, std::span<const SampleRange> no_data) noexcept override;
  [[nodiscard]] std::int64_t last_fast() const override { return last_fast_; }
  [[nodiscard]] double noise_v() const override;

 private:
  void see(std::span<const double> lever, std::int64_t end, std::int64_t stretch_end);
  void hear(std::span<const double> speed, std::span<const double> volts);
  void join(std::int64_t passed);
  void see_newest(std::span<const double> lever);

  Parameters parameters_;
  RestSpeed rest_speed_;
  double drift_ = 0.0, rest_sd_ = 0.0, threshold_;  // as found last
  CoreFinder finder_;
  EdgeFitter fitter_;
  BoutJoiner joiner_;
  std::vector<Core> cores_;
  std::vector<Bout> bouts_;
  std::int64_t stretch_begin_ = 0;
  std::int64_t seen_ = 0;        // samples whose slow speed was seen
  std::int64_t newest_ = 0;      // samples whose light speed was seen
  std::size_t gaps_passed_ = 0;  // stretches without data that lie behind
  double rests_ = 0.0, squares_ = 0.0;
  std::int64_t last_fast_ = -1;
};

}  // namespace leverkin
