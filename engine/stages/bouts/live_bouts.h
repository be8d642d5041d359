// engine/stages/bouts/live_bouts.h: when did the animal move, as far as can be said while it still does?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/biquad_lanes.h"
#include "leverkin/parameters.h"
#include "leverkin/trace.h"

namespace leverkin {

/// Bouts of a lever trace that is still growing. The method's envelope is a transform over the whole session
/// and cannot be had before its end; here it is estimated from one second on either side (decision 0007 says
/// how far that is from the final one). Everything after the envelope is the method's own: B.1 to C.4, with
/// the noise of the rest seen so far. All memory is taken at construction; nothing here depends on how the
/// trace was cut into pieces.
class LiveBouts {
 public:
  /// `most_waiting`: bouts kept until they are taken; of more, the oldest are forgotten.
  LiveBouts(const Parameters& parameters, std::size_t most_waiting);

  /// A bout is known this long after its last sample, at most: what the estimate looks ahead, and the pause
  /// that ends a bout.
  [[nodiscard]] double delay_s() const;

  /// `lever`: the whole trace so far, of which the part that is new is looked at.
  void advance(std::span<const double> lever) noexcept;

  /// Takes the oldest bout that waits; false where there is none.
  [[nodiscard]] bool take(SampleRange& bout) noexcept;

  [[nodiscard]] std::int64_t found() const { return found_; }  ///< so far, taken or not
  /// Sample at which the lever last moved fast, without the delay: by the low-pass forward only; -1: never.
  [[nodiscard]] std::int64_t last_fast() const { return last_fast_; }
  /// Standard deviation of the lever at rest so far, in volts; NaN before there was any rest.
  [[nodiscard]] double noise_v() const;

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
  void report(const SampleRange& wide, std::span<const double> lever);
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
  std::int64_t last_fast_ = -1, found_ = 0;
  std::vector<SampleRange> waiting_;
  std::size_t first_waiting_ = 0, waiting_count_ = 0;
};

}  // namespace leverkin
