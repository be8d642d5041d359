// engine/stages/envelope/butterworth.h: the low-pass of A.5, as second-order sections.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "kernels/biquad_lanes.h"
#include "leverkin/parameters.h"

namespace leverkin {

/// Butterworth low-pass at the lever clock by the bilinear transform, one section per pole pair, each with
/// gain 1 at 0 Hz.
inline std::vector<kernels::Biquad> butterworth_sections(std::int64_t order, double cutoff_hz) {
  const double k = std::tan(std::numbers::pi * cutoff_hz / lever_rate_hz);
  std::vector<kernels::Biquad> sections;
  for (std::int64_t i = 0; i < order / 2; ++i) {
    const double angle = std::numbers::pi * static_cast<double>(2 * i + 1) / static_cast<double>(2 * order);
    const double damping = 2.0 * std::cos(angle) * k;
    const double a0 = 1.0 + damping + k * k;
    const double b = k * k / a0;
    sections.push_back({b, 2.0 * b, b, 2.0 * (k * k - 1.0) / a0, (1.0 - damping + k * k) / a0});
  }
  return sections;
}

/// Samples after which e^-exponent is left of how the filter was started, by its slowest mode: a pole pair of
/// radius r has a2 = r^2.
inline std::int64_t settling_samples(const std::vector<kernels::Biquad>& sections, double exponent) {
  double slowest = 0.0;
  for (const kernels::Biquad& section : sections) slowest = std::max(slowest, section.a2);
  return static_cast<std::int64_t>(std::ceil(exponent / (-0.5 * std::log(slowest))));
}

}  // namespace leverkin
