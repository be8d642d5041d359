#include "simulate/noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace leverkin {
namespace {

constexpr double white_v = 1.5e-3;  // standard deviation per sample, at any rate
constexpr double mains_v = 1.0e-3;  // amplitude
constexpr double mains_hz = 60.0;

struct SlowProcess {
  double time_constant_s, spread_v;
};
// Equal steps of the time constant at equal strength sum to about 1/f between 0.016 and 1.6 Hz.
constexpr std::array<SlowProcess, 4> slow_processes = {
    {{0.1, 0.5e-3}, {1.0, 0.5e-3}, {10.0, 0.5e-3}, {120.0, 6.0e-3}}};

}  // namespace

Noise::Noise(double rate_hz, const Random& random, double times)
    : random_(random), rate_hz_(rate_hz), times_(times) {
  segment_samples_ = std::max<std::int64_t>(1, std::llround(rate_hz / 1000.0));
  const double segment_s = static_cast<double>(segment_samples_) / rate_hz;
  for (std::size_t i = 0; i < processes; ++i) {
    keep_[i] = std::exp(-segment_s / slow_processes[i].time_constant_s);
    kick_v_[i] = slow_processes[i].spread_v * std::sqrt(1.0 - keep_[i] * keep_[i]);
    level_v_[i] = slow_processes[i].spread_v * random_.normal();
    next_slow_v_ += level_v_[i];
  }
  const double turn = 2.0 * std::numbers::pi * mains_hz / rate_hz;
  mains_phase_ = random_.uniform(0.0, 2.0 * std::numbers::pi);
  turn_sin_ = std::sin(turn);
  turn_cos_ = std::cos(turn);
}

void Noise::start_segment() {
  slow_v_ = next_slow_v_;
  next_slow_v_ = 0.0;
  for (std::size_t i = 0; i < processes; ++i) {
    level_v_[i] = keep_[i] * level_v_[i] + kick_v_[i] * random_.normal();
    next_slow_v_ += level_v_[i];
  }
  // The hum is turned from sample to sample; starting it anew here keeps rounding from growing over an hour.
  const double cycles = mains_hz * static_cast<double>(sample_) / rate_hz_;
  const double phase = mains_phase_ + 2.0 * std::numbers::pi * (cycles - std::floor(cycles));
  mains_sin_ = std::sin(phase);
  mains_cos_ = std::cos(phase);
}

void Noise::add_to(std::span<double> volts) {
  for (double& sample_v : volts) {
    if (in_segment_ == 0) start_segment();
    const double part = static_cast<double>(in_segment_) / static_cast<double>(segment_samples_);
    sample_v += times_ * white_v * random_.normal() + mains_v * mains_sin_ + slow_v_ +
                part * (next_slow_v_ - slow_v_);
    const double turned = mains_sin_ * turn_cos_ + mains_cos_ * turn_sin_;
    mains_cos_ = mains_cos_ * turn_cos_ - mains_sin_ * turn_sin_;
    mains_sin_ = turned;
    ++sample_;
    in_segment_ = in_segment_ + 1 == segment_samples_ ? 0 : in_segment_ + 1;
  }
}

}  // namespace leverkin
