#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "leverkin/envelope.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

// A second-order section in transposed direct form II, with its state.
struct Section {
  double b0, b1, b2, a1, a2;
  double z1 = 0.0, z2 = 0.0;

  double step(double x) {
    const double y = b0 * x + z1;
    z1 = b1 * x - a1 * y + z2;
    z2 = b2 * x - a2 * y;
    return y;
  }

  // The state in which a constant input `level` has been running for ever; returns the output it gives.
  double settle(double level) {
    const double y = level * (b0 + b1 + b2) / (1.0 + a1 + a2);
    z2 = b2 * level - a2 * y;
    z1 = b1 * level - a1 * y + z2;
    return y;
  }
};

// Butterworth low-pass by the bilinear transform, one section per pole pair.
std::vector<Section> design_sections(std::int64_t order, double cutoff_hz) {
  const double k = std::tan(std::numbers::pi * cutoff_hz / lever_rate_hz);
  std::vector<Section> sections;
  for (std::int64_t i = 0; i < order / 2; ++i) {
    const double angle = std::numbers::pi * static_cast<double>(2 * i + 1) / static_cast<double>(2 * order);
    const double damping = 2.0 * std::cos(angle) * k;
    const double a0 = 1.0 + damping + k * k;
    const double b = k * k / a0;
    sections.push_back({b, 2.0 * b, b, 2.0 * (k * k - 1.0) / a0, (1.0 - damping + k * k) / a0});
  }
  return sections;
}

void run(std::vector<Section> sections, std::vector<double>& signal) {
  double level = signal.front();
  for (Section& section : sections) level = section.settle(level);
  for (double& sample : signal)
    for (Section& section : sections) sample = section.step(sample);
}

// Odd reflection about the first and the last sample (A.6).
std::vector<double> extend(std::span<const double> volts, std::size_t edge) {
  std::vector<double> extended;
  extended.reserve(volts.size() + 2 * edge);
  const std::size_t last = volts.size() - 1;
  for (std::size_t i = edge; i >= 1; --i) extended.push_back(2.0 * volts[0] - volts[i]);
  extended.insert(extended.end(), volts.begin(), volts.end());
  for (std::size_t i = 1; i <= edge; ++i) extended.push_back(2.0 * volts[last] - volts[last - i]);
  return extended;
}

}  // namespace

std::vector<double> smooth(std::span<const double> volts, const Parameters& parameters) {
  const auto edge = static_cast<std::size_t>(3 * parameters.lowpass_order);
  if (volts.size() <= edge)
    throw BadArgument("the lever trace: found " + std::to_string(volts.size()) +
                      " samples at 1 kHz; expected more than " + std::to_string(edge) +
                      ", which the low-pass needs");
  const std::vector<Section> sections =
      design_sections(parameters.lowpass_order, parameters.lowpass_cutoff_hz);
  std::vector<double> signal = extend(volts, edge);
  run(sections, signal);
  std::reverse(signal.begin(), signal.end());
  run(sections, signal);
  std::reverse(signal.begin(), signal.end());
  const auto trim = static_cast<std::ptrdiff_t>(edge);
  signal.erase(signal.end() - trim, signal.end());
  signal.erase(signal.begin(), signal.begin() + trim);
  return signal;
}

}  // namespace leverkin
