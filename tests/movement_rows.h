// tests/movement_rows.h: rewarded movements as a lever records them, made up: for tests and benchmarks.
//
// A minimum-jerk press and its return, smaller movements at random times (Poisson), amplitudes log-normal
// about 300 mV; one trial in twenty is nearly still. Recorder noise of 2 mV, then the zero-phase low-pass of
// the method.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "leverkin/correlogram.h"
#include "leverkin/envelope.h"
#include "leverkin/parameters.h"

namespace leverkin {

struct MovementRowsOptions {
  std::int64_t rows = 0;
  std::int64_t per_session = 100;
  std::int64_t samples = 2001;  ///< at 1 kHz
  double lowpass_hz = 5.0;
  double added_noise_v = 0.0;  ///< white, after the low-pass
  std::uint64_t seed = 1;
};

struct SimulatedRows {
  std::vector<double> volts;
  std::vector<std::int64_t> session;
  std::int64_t samples = 0;
  [[nodiscard]] MovementRows rows() const { return {volts, samples, session}; }
};

/// Adds a minimum-jerk step of `height` from `begin` over `duration` samples.
inline void add_step(std::vector<double>& trace, double begin, double duration, double height) {
  for (std::size_t i = static_cast<std::size_t>(std::max(0.0, begin)); i < trace.size(); ++i) {
    const double s = std::clamp((static_cast<double>(i) - begin) / duration, 0.0, 1.0);
    trace[i] += height * s * s * s * (10.0 + s * (6.0 * s - 15.0));
  }
}

/// A trace of one trial that begins and ends `margin` samples outside the window.
inline std::vector<double> simulated_trial(std::mt19937_64& random, std::size_t samples, std::size_t margin) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const auto between = [&](double low, double high) { return low + (high - low) * uniform(random); };
  std::vector<double> trace(samples + 2 * margin, 1.0 + 0.2 * normal(random));
  const bool still = uniform(random) < 0.05;
  const double amplitude = still ? between(0.003, 0.015) : 0.3 * std::exp(0.4 * normal(random));
  const auto onset = static_cast<double>(margin);
  add_step(trace, onset, between(150.0, 400.0), -amplitude);
  add_step(trace, onset + between(600.0, 1600.0), between(200.0, 500.0), amplitude * between(0.7, 1.1));
  const int more = std::poisson_distribution<int>(4.0)(random);
  for (int m = 0; m < more; ++m) {
    const double begin = between(0.0, static_cast<double>(trace.size())),
                 height = 0.2 * amplitude * normal(random);
    const double duration = between(100.0, 300.0);
    add_step(trace, begin, duration, height);
    add_step(trace, begin + duration + between(50.0, 300.0), duration, -height);
  }
  for (double& v : trace) v += 0.002 * normal(random);
  return trace;
}

inline SimulatedRows simulated_rows(const MovementRowsOptions& options) {
  constexpr std::size_t margin = 500;
  std::mt19937_64 random(options.seed);
  std::normal_distribution<double> normal;
  Parameters parameters;
  parameters.lowpass_cutoff_hz = options.lowpass_hz;
  SimulatedRows made;
  made.samples = options.samples;
  made.volts.reserve(static_cast<std::size_t>(options.rows * options.samples));
  for (std::int64_t row = 0; row < options.rows; ++row) {
    const auto trace =
        smooth(simulated_trial(random, static_cast<std::size_t>(options.samples), margin), parameters);
    for (std::int64_t i = 0; i < options.samples; ++i) {
      const double noise = options.added_noise_v > 0.0 ? options.added_noise_v * normal(random) : 0.0;
      made.volts.push_back(trace[margin + static_cast<std::size_t>(i)] + noise);
    }
    made.session.push_back(1 + row / options.per_session);
  }
  return made;
}

}  // namespace leverkin
