#include "leverkin/envelope.h"

#include <algorithm>

#include "stages/envelope/envelope_blocks.h"
#include "stages/envelope/speed.h"
#include "support/large_pages.h"

namespace leverkin {

std::vector<double> velocity(std::span<const double> smooth_volts, const Parameters& parameters) {
  std::vector<double> mean;
  resize_large(mean, smooth_volts.size());
  velocity_at(smooth_volts, parameters.velocity_smooth_ms / 2, 0, mean);
  return mean;
}

std::vector<double> envelope(std::span<const double> velocity, int threads) {
  std::vector<double> modulus;
  resize_large(modulus, velocity.size());
  const auto signal = [&](std::int64_t first, std::span<double> out) {
    std::copy_n(velocity.begin() + first, out.size(), out.begin());
  };
  for_each_envelope_block(static_cast<std::int64_t>(velocity.size()), signal, threads,
                          [&](std::int64_t first, std::span<const double>, std::span<const double> values) {
                            std::ranges::copy(values, modulus.begin() + first);
                          });
  return modulus;
}

}  // namespace leverkin
