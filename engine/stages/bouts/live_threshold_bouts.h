// engine/stages/bouts/live_threshold_bouts.h: which bouts will the published method have found?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/biquad_lanes.h"
#include "leverkin/parameters.h"
#include "leverkin/trace.h"
#include "stages/bouts/live_bouts.h"

namespace leverkin {

/// The published envelope is a transform over the whole session and cannot be had before its end; here it is
/// estimated from one second on either side (decision 0007 says how far that is from the final one).
/// Everything after the envelope is the method's own: B.1 to C.4, with the noise of the rest seen so far.
class LiveThresholdBouts : public LiveBouts {
 public:
  LiveThresholdBouts(const Parameters& parameters, std::size_t most_waiting);

  [[nodiscard]] double delay_s() const override;  ///< what the estimate looks ahead, and the pause
  void advance(std::span<const double> lever, std::span<const SampleRange> no_data) noexcept override;
  [[nodiscard]] std::int64_t last_fast() const override { return last_fast_; }  ///< low-pass forward only
  [[nodiscard]] double noise_v() const override;

 private:
  struct Section {
    kernels::Biquad biquad;
    double z1 = 0.0, z2 = 0.0;
    void settle(double x);
    double step(double x);
  };
  // The last so many values of a series that only grows.
  class Ring {
   public:
    explicit Ring(std::int64_t least);
    double& operator[](std::int64_t i) { return values_[static_cast<std::size_t>(i & mask_)]; }
    double operator[](std::int64_t i) const { return values_[static_cast<std::size_t>(i & mask_)]; }

   private:
    std::int64_t mask_;
    std::vector<double> values_;
  };

  void start(std::span<const double> lever);
  void forward(std::span<const double> lever, std::int64_t end);
  void backward(std::int64_t end);
  void envelope_up_to(std::int64_t coarse_end, std::span<const double> lever);
  void see_envelope(std::int64_t coarse, double envelope, std::span<const double> lever);
  void open(std::int64_t sample);
  void close_if_over(std::int64_t sample, std::span<const double> lever);
  void refine_and_report(const SampleRange& wide, std::span<const double> lever);
  void hear_noise(std::int64_t end, std::span<const double> lever);
  [[nodiscard]] double velocity(std::int64_t sample) const;

  Parameters parameters_;
  std::vector<Section> forward_, backward_;
  std::int64_t settling_, reach_, before_, after_;
  double threshold_;  // V per sample
  std::vector<double> hilbert_;
  Ring passed_, smooth_, coarse_;
  std::int64_t next_hop_;
  std::int64_t received_ = 0;     // lever samples that went through the forward pass
  std::int64_t smoothed_ = 0;     // and through the backward pass
  std::int64_t coarse_done_ = 0;  // coarse velocities
  double last_envelope_ = 0.0;
  bool above_ = false, pending_ = false;
  SampleRange wide_;            // the bout that is open, or may still go on
  double rest_at_begin_ = 0.0;  // smoothed volts at its first sample
  std::int64_t heard_ = 0;      // samples that the noise has taken in, or passed over
  double rests_ = 0.0, sum_ = 0.0, squares_ = 0.0, border_squares_ = 0.0;
  std::int64_t last_fast_ = -1;
  std::span<const SampleRange> no_data_;  // as told last
};

}  // namespace leverkin
