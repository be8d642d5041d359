#include "simulate/faults.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace leverkin {
namespace {

constexpr double drift_period_s = 20.0;
constexpr double ringing_dies_s = 0.6;
constexpr double spike_v = 0.2, spike_s = 0.005;
constexpr double harmonic_share = 1.0 / 3.0;

double turn(double hz, double time_s) { return std::sin(2.0 * std::numbers::pi * hz * time_s); }

}  // namespace

Faults::Faults(const RecordingFaults& faults, double rate_hz, double rest_v, double duration_s,
               const std::vector<Press>& movements, Random random)
    : faults_(faults), rate_hz_(rate_hz), rest_v_(rest_v), movements_(&movements) {
  if (faults.spikes_per_minute <= 0.0) return;
  for (double at = 0.0; at < duration_s; at += random.exponential(60.0 / faults.spikes_per_minute))
    if (at > 0.0) spikes_s_.push_back(at);
}

double Faults::ringing_at(double time_s) {
  while (movements_over_ < movements_->size() && (*movements_)[movements_over_].end_s() <= time_s)
    ++movements_over_;
  if (movements_over_ == 0) return 0.0;
  const double since_s = time_s - (*movements_)[movements_over_ - 1].end_s();
  return faults_.ringing_v * turn(faults_.ringing_hz, since_s) * std::exp(-since_s / ringing_dies_s);
}

double Faults::spike_at(double time_s) {
  while (spikes_over_ < spikes_s_.size() && spikes_s_[spikes_over_] + spike_s <= time_s) ++spikes_over_;
  return spikes_over_ < spikes_s_.size() && spikes_s_[spikes_over_] <= time_s ? spike_v : 0.0;
}

void Faults::add_to(std::span<double> volts) {
  const double drift_v = faults_.drift_v_per_s * drift_period_s / (2.0 * std::numbers::pi);
  for (double& sample_v : volts) {
    const double time_s = static_cast<double>(sample_++) / rate_hz_;
    if (faults_.mains_v > 0.0)
      sample_v += faults_.mains_v *
                  (turn(faults_.mains_hz, time_s) + harmonic_share * turn(3.0 * faults_.mains_hz, time_s));
    if (drift_v > 0.0) sample_v += drift_v * turn(1.0 / drift_period_s, time_s);
    if (faults_.tremor_v > 0.0) sample_v += faults_.tremor_v * turn(faults_.tremor_hz, time_s);
    if (faults_.ringing_v > 0.0) sample_v += ringing_at(time_s);
    if (!spikes_s_.empty()) sample_v += spike_at(time_s);
    if (faults_.saturation_v > 0.0)
      sample_v = std::clamp(sample_v, rest_v_ - faults_.saturation_v, rest_v_ + faults_.saturation_v);
    if (faults_.step_v > 0.0) sample_v = faults_.step_v * std::round(sample_v / faults_.step_v);
  }
}

}  // namespace leverkin
