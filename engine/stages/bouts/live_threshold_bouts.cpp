#include "stages/bouts/live_threshold_bouts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "stages/bouts/refine.h"
#include "stages/envelope/butterworth.h"
#include "stages/trace/kaiser.h"
#include "support/index.h"

namespace leverkin {
namespace {

constexpr std::int64_t hop = 256;            // lever samples that are worked on at a time
constexpr std::int64_t envelope_step = 4;    // velocities are below 50 Hz: every fourth is enough
constexpr std::int64_t hilbert_reach = 255;  // coarse samples on either side: 1.02 s
constexpr double hilbert_beta = 2.0;         // a longer, flatter window reaches less far down in frequency
constexpr std::int64_t border = 1024;        // samples in which the trace comes up from 0 V (A.3), at most
constexpr double usual_rest = 1.8e6;         // samples of rest in a session
constexpr double backward_forgotten = 8.0;   // e^-8 of where the backward pass was started

// The odd taps of the discrete Hilbert transform, windowed; the even ones are 0.
std::vector<double> hilbert_taps() {
  std::vector<double> taps;
  for (std::int64_t m = 1; m <= hilbert_reach; m += 2)
    taps.push_back(
        2.0 / (std::numbers::pi * static_cast<double>(m)) *
        kaiser_window(static_cast<double>(m) / static_cast<double>(hilbert_reach + 1), hilbert_beta));
  return taps;
}

}  // namespace

void LiveThresholdBouts::Section::settle(double x) {
  z1 = x * (1.0 - biquad.b0);
  z2 = x * (biquad.b2 - biquad.a2);
}

double LiveThresholdBouts::Section::step(double x) {
  const double y = biquad.b0 * x + z1;
  z1 = biquad.b1 * x - biquad.a1 * y + z2;
  z2 = biquad.b2 * x - biquad.a2 * y;
  return y;
}

LiveThresholdBouts::Ring::Ring(std::int64_t least) {
  std::int64_t size = 1;
  while (size < least) size *= 2;
  mask_ = size - 1;
  values_.assign(index(size), 0.0);
}

LiveThresholdBouts::LiveThresholdBouts(const Parameters& parameters, std::size_t most_waiting)
    : LiveBouts(most_waiting),
      parameters_(parameters),
      settling_(settling_samples(butterworth_sections(parameters.lowpass_order, parameters.lowpass_cutoff_hz),
                                 backward_forgotten)),
      reach_(parameters.velocity_smooth_ms / 2),
      before_(parameters.leeway_ms / 2),
      after_(parameters.leeway_ms - 1 - before_),
      threshold_(parameters.speed_threshold_v_per_s / lever_rate_hz),
      hilbert_(hilbert_taps()),
      passed_(settling_ + 2 * hop + 2 * reach_),
      smooth_(settling_ + 4 * hop + 2 * reach_ + envelope_step * hilbert_reach * 2 + parameters.leeway_ms +
              parameters.gap_ms + parameters.min_bout_ms + border),
      coarse_(2 * hilbert_reach + hop),
      next_hop_(hop) {
  for (const kernels::Biquad& biquad :
       butterworth_sections(parameters.lowpass_order, parameters.lowpass_cutoff_hz)) {
    forward_.push_back({biquad});
    backward_.push_back({biquad});
  }
}

double LiveThresholdBouts::delay_s() const {
  const std::int64_t samples = settling_ + reach_ + envelope_step * (hilbert_reach + 1) + hop + before_ +
                               std::max<std::int64_t>(after_, 0) + parameters_.gap_ms;
  return static_cast<double>(samples) / lever_rate_hz;
}

double LiveThresholdBouts::noise_v() const {
  if (rests_ < 2.0) return std::numeric_limits<double>::quiet_NaN();
  const double variance = std::max(0.0, squares_ - sum_ * sum_ / rests_) / (rests_ - 1.0);
  // The step at the beginning is part of the final noise, where it is spread over the whole session.
  return std::sqrt(variance + border_squares_ / std::max(rests_, usual_rest));
}

void LiveThresholdBouts::advance(std::span<const double> lever,
                                 std::span<const SampleRange> no_data) noexcept {
  no_data_ = no_data;
  const auto available = static_cast<std::int64_t>(lever.size());
  if (available <= 3 * parameters_.lowpass_order) return;
  if (received_ == 0) start(lever);
  while (received_ < available) {
    forward(lever, std::min(available, next_hop_));
    // Whole hops only, so that what is found does not depend on how the trace came.
    if (received_ < next_hop_) return;
    next_hop_ += hop;
    backward(received_);
    envelope_up_to((smoothed_ - reach_ + envelope_step - 1) / envelope_step, lever);
  }
}

// A.6: the odd reflection before the first sample.
void LiveThresholdBouts::start(std::span<const double> lever) {
  const std::int64_t edge = 3 * parameters_.lowpass_order;
  const auto reflected = [&](std::int64_t i) { return 2.0 * lever[0] - lever[index(i)]; };
  for (Section& section : forward_) section.settle(reflected(edge));
  for (std::int64_t i = edge; i > 0; --i) {
    double x = reflected(i);
    for (Section& section : forward_) x = section.step(x);
  }
}

void LiveThresholdBouts::forward(std::span<const double> lever, std::int64_t end) {
  const std::int64_t span = 2 * reach_ + 1;
  for (; received_ < end; ++received_) {
    double x = lever[index(received_)];
    for (Section& section : forward_) x = section.step(x);
    passed_[received_] = x;
    if (received_ < span) continue;
    const double speed = std::abs(x - passed_[received_ - span]) / static_cast<double>(span);
    if (speed > threshold_) last_fast_ = received_;
  }
}

// From `end` back to where the last call came to; what lies within the settling time is not kept.
void LiveThresholdBouts::backward(std::int64_t end) {
  const std::int64_t kept = end - settling_;
  if (kept <= smoothed_) return;
  for (Section& section : backward_) section.settle(passed_[end - 1]);
  for (std::int64_t i = end - 1; i >= smoothed_; --i) {
    double x = passed_[i];
    for (Section& section : backward_) x = section.step(x);
    if (i < kept) smooth_[i] = x;
  }
  smoothed_ = kept;
}

// A.7, A.8: a running mean of differences is the difference of what stands at its ends.
double LiveThresholdBouts::velocity(std::int64_t sample) const {
  const std::int64_t first = sample - reach_ - 1, last = sample + reach_;
  if (first < 0) return 0.0;
  return (smooth_[last] - smooth_[first]) / static_cast<double>(2 * reach_ + 1);
}

void LiveThresholdBouts::envelope_up_to(std::int64_t coarse_end, std::span<const double> lever) {
  for (; coarse_done_ < coarse_end; ++coarse_done_) {
    coarse_[coarse_done_] = velocity(coarse_done_ * envelope_step);
    const std::int64_t at = coarse_done_ - hilbert_reach;
    if (at < 0) continue;
    double quadrature = 0.0;
    for (std::size_t t = 0; t < hilbert_.size(); ++t) {
      const auto m = static_cast<std::int64_t>(2 * t + 1);
      const double behind = at - m < 0 ? 0.0 : coarse_[at - m];
      quadrature += hilbert_[t] * (behind - coarse_[at + m]);
    }
    see_envelope(at, std::hypot(coarse_[at], quadrature), lever);
  }
}

// B.1, between coarse samples on a straight line.
void LiveThresholdBouts::see_envelope(std::int64_t coarse, double envelope, std::span<const double> lever) {
  const std::int64_t sample = coarse * envelope_step;
  const bool now = envelope > threshold_;
  if (now != above_) {
    const double share = (threshold_ - last_envelope_) / (envelope - last_envelope_);
    const auto crossing =
        coarse == 0 ? 0
                    : sample - envelope_step +
                          static_cast<std::int64_t>(std::ceil(share * static_cast<double>(envelope_step)));
    if (now) open(crossing);
    if (!now) wide_.end = crossing + after_;
  }
  above_ = now;
  last_envelope_ = envelope;
  if (!above_) close_if_over(sample, lever);
  hear_noise(pending_ ? wide_.begin : sample - before_, lever);
}

// B.2, B.3: a crossing begins, and with it a bout, or the one before goes on.
void LiveThresholdBouts::open(std::int64_t sample) {
  if (pending_) return;
  pending_ = true;
  wide_ = {std::max<std::int64_t>(0, sample - before_), sample};
  rest_at_begin_ = smooth_[wide_.begin];
}

// B.3: no crossing from here on can join it.
void LiveThresholdBouts::close_if_over(std::int64_t sample, std::span<const double> lever) {
  if (!pending_ || sample + 1 - before_ <= wide_.end ||
      sample + 1 - before_ - (wide_.end - 1) < parameters_.gap_ms)
    return;
  pending_ = false;
  if (wide_.end - 1 - wide_.begin < parameters_.min_bout_ms) return;  // B.4: rest, then
  if (wide_.begin == 0 && wide_.end <= border) return;                // B.6: rest, too
  heard_ = std::max(heard_, wide_.end);
  if (wide_.begin > 0) refine_and_report(wide_, lever);
}

// C: without what is within the noise.
void LiveThresholdBouts::refine_and_report(const SampleRange& wide, std::span<const double> lever) {
  // Of a normal distribution, where a percentile is asked for: the rest so far is not kept.
  const double spread = parameters_.noise_measure == NoiseMeasure::percentile ? 2.326 : 1.0;
  const SampleRange bout = refine(wide, lever, {rest_at_begin_, smooth_[wide.end - 1]}, spread * noise_v(),
                                  parameters_.refine_run_ms);
  if (bout.begin < bout.end) LiveBouts::report(bout);
}

// C.1, over the rest that is known to be rest.
void LiveThresholdBouts::hear_noise(std::int64_t end, std::span<const double> lever) {
  for (; heard_ < end; ++heard_) {
    // As in rest_noise: nor what the low-pass carries over from where there is no data.
    while (!no_data_.empty() && no_data_.front().end + settling_ <= heard_) no_data_ = no_data_.subspan(1);
    if (!no_data_.empty() && no_data_.front().begin - settling_ <= heard_) continue;
    const double residual = lever[index(heard_)] - smooth_[heard_];
    if (heard_ < border) {
      border_squares_ += residual * residual;
      continue;
    }
    rests_ += 1.0;
    sum_ += residual;
    squares_ += residual * residual;
  }
}

}  // namespace leverkin
