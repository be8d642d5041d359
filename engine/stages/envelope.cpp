#include "leverkin/envelope.h"

#include <algorithm>
#include <cmath>

#include "support/fftw_plan.h"

namespace leverkin {

std::vector<double> velocity(std::span<const double> smooth_volts, const Parameters& parameters) {
  const auto n = static_cast<std::ptrdiff_t>(smooth_volts.size());
  std::vector<double> step(smooth_volts.size(), 0.0);
  for (std::size_t i = 1; i < smooth_volts.size(); ++i) step[i] = smooth_volts[i] - smooth_volts[i - 1];
  const std::ptrdiff_t reach = parameters.velocity_smooth_ms / 2;
  std::vector<double> mean(smooth_volts.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::ptrdiff_t half = std::min({reach, i, n - 1 - i});
    double sum = 0.0;  // summed anew for every window: a running sum would drift over an hour
    for (std::ptrdiff_t j = i - half; j <= i + half; ++j) sum += step[static_cast<std::size_t>(j)];
    mean[static_cast<std::size_t>(i)] = sum / static_cast<double>(2 * half + 1);
  }
  return mean;
}

std::vector<double> envelope(std::span<const double> velocity) {
  const std::size_t n = velocity.size();
  if (n == 0) return {};
  RealTransform transform(static_cast<std::int64_t>(n));
  const std::span<double> buffer = transform.buffer();
  std::copy(velocity.begin(), velocity.end(), buffer.begin());
  transform.forward();
  // The analytic signal is velocity + i * quadrature: every positive frequency turned by -90 degrees, none at
  // 0 and at half the rate (A.9).
  buffer[0] = buffer[1] = 0.0;
  for (std::size_t bin = 1; bin <= n / 2; ++bin) {
    double& re = buffer[2 * bin];
    double& im = buffer[2 * bin + 1];
    const double turned = -re;
    re = im;
    im = turned;
  }
  if (n % 2 == 0) buffer[n] = buffer[n + 1] = 0.0;
  transform.inverse();
  std::vector<double> modulus(n);
  const double scale = 1.0 / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double quadrature = buffer[i] * scale;
    modulus[i] = std::sqrt(velocity[i] * velocity[i] + quadrature * quadrature);
  }
  return modulus;
}

}  // namespace leverkin
