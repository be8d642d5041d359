#include "leverkin/envelope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/fftw_plan.h"

namespace leverkin {

std::vector<double> velocity(std::span<const double> smooth_volts, const Parameters& parameters) {
  const auto n = static_cast<std::ptrdiff_t>(smooth_volts.size());
  const auto step = [&](std::size_t i) { return i == 0 ? 0.0 : smooth_volts[i] - smooth_volts[i - 1]; };
  const std::ptrdiff_t reach = parameters.velocity_smooth_ms / 2;
  std::vector<double> mean(smooth_volts.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::ptrdiff_t half = std::min({reach, i, n - 1 - i});
    double sum = 0.0;  // summed anew for every window: a running sum would drift over an hour
    for (std::ptrdiff_t j = i - half; j <= i + half; ++j) sum += step(static_cast<std::size_t>(j));
    mean[static_cast<std::size_t>(i)] = sum / static_cast<double>(2 * half + 1);
  }
  return mean;
}

namespace {

// The analytic signal is x + i * quadrature: every positive frequency turned by -90 degrees, none at 0 and at
// half the rate (A.9). Both functions replace x by n * quadrature.

// Even n: the samples are taken in pairs as n / 2 complex numbers z. With E and O the spectra of the even and
// the odd samples and w = exp(-2 pi i k / n), x has the bins X[k] = E + w O and X[n/2 - k] = conj(E - w O).
// Turned by -90 degrees, the even samples have the spectrum -i w O and the odd ones -i conj(w) E. Half the
// memory of a transform of n complex numbers, and far less scratch than FFTW's own real transforms take in
// place.
void quadrature_of_pairs(std::span<double> x) {
  const std::size_t n = x.size(), half = n / 2;
  ComplexTransform transform(x);
  transform.forward();
  for (std::size_t k = 1; 2 * k <= half; ++k) {
    double *z = &x[2 * k], *mirror = &x[2 * (half - k)];
    const double even_re = 0.5 * (z[0] + mirror[0]), even_im = 0.5 * (z[1] - mirror[1]);
    const double odd_re = 0.5 * (z[1] + mirror[1]), odd_im = 0.5 * (mirror[0] - z[0]);
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    const double c = std::cos(angle), s = std::sin(angle);  // w = c - i s
    const double new_even_re = c * odd_im - s * odd_re, new_even_im = -(c * odd_re + s * odd_im);
    const double new_odd_re = c * even_im + s * even_re, new_odd_im = s * even_im - c * even_re;
    z[0] = 2.0 * (new_even_re - new_odd_im);
    z[1] = 2.0 * (new_even_im + new_odd_re);
    mirror[0] = 2.0 * (new_even_re + new_odd_im);
    mirror[1] = 2.0 * (new_odd_re - new_even_im);
  }
  x[0] = x[1] = 0.0;
  transform.inverse();
}

void quadrature_of_odd_length(std::span<double> x) {
  const std::size_t n = x.size();
  std::vector<double> bins(2 * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) bins[2 * i] = x[i];
  ComplexTransform transform(bins);
  transform.forward();
  std::fill(bins.begin() + static_cast<std::ptrdiff_t>(n + 1), bins.end(), 0.0);
  bins[0] = bins[1] = 0.0;
  transform.inverse();  // of the positive frequencies alone: half of the analytic signal
  for (std::size_t i = 0; i < n; ++i) x[i] = 2.0 * bins[2 * i + 1];
}

}  // namespace

std::vector<double> envelope(std::span<const double> velocity) {
  std::vector<double> modulus(velocity.begin(), velocity.end());
  if (modulus.empty()) return modulus;
  if (modulus.size() % 2 == 0) {
    quadrature_of_pairs(modulus);
  } else {
    quadrature_of_odd_length(modulus);
  }
  const double scale = 1.0 / static_cast<double>(modulus.size());
  for (std::size_t i = 0; i < modulus.size(); ++i) {
    const double quadrature = modulus[i] * scale;
    modulus[i] = std::sqrt(velocity[i] * velocity[i] + quadrature * quadrature);
  }
  return modulus;
}

}  // namespace leverkin
