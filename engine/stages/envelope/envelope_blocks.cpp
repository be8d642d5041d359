#include "stages/envelope/envelope_blocks.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <vector>

#include "stages/envelope/band_quadrature.h"
#include "stages/envelope/pair_quadrature.h"
#include "support/fftw_plan.h"
#include "support/index.h"
#include "support/large_pages.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double largest_miss =
    1e-10;  // of the signal's largest value; the analysis asks for 5e-11 V of about 0.03 V

std::int64_t block_count(std::int64_t n) { return (n + block_samples - 1) / block_samples; }

void modulus(std::span<const double> signal, std::span<const double> quadrature, std::span<double> envelope) {
  for (std::size_t i = 0; i < signal.size(); ++i)
    envelope[i] = std::sqrt(signal[i] * signal[i] + quadrature[i] * quadrature[i]);
}

// False, with some blocks visited, where the signal has content that every fourth sample does not catch.
bool visit_band_limited(std::int64_t n, const Signal& signal, int threads, const EnvelopeBlock& visit) {
  const BandQuadrature band(n, signal, threads);
  std::atomic<bool> exact = true;
  parallel_for(block_count(n), threads, [&](std::int64_t at) {
    if (!exact) return;
    const std::int64_t first = at * block_samples;
    const std::size_t count = index(std::min(block_samples, n - first));
    std::array<double, block_samples> values, quadrature;
    const auto now = std::span(values).first(count), turned = std::span(quadrature).first(count);
    if (!(band.block(first, now, turned) <= largest_miss * band.largest())) {
      exact = false;
      return;
    }
    modulus(now, turned, turned);
    visit(first, now, turned);
  });
  return exact;
}

// n times the quadrature, circular, by transforms over all samples. Place i holds that of sample i + 1 where
// n is even.
void turn_all(std::vector<double>& x, int threads) {
  const std::size_t n = x.size();
  if (n % 2 == 0) return PairQuadrature(x, threads).run();
  std::vector<double> bins;
  resize_large(bins, 2 * n);
  for (std::size_t i = 0; i < n; ++i) bins[2 * i] = x[i];
  ComplexTransform transform(bins);
  transform.forward();
  std::fill(bins.begin() + static_cast<std::ptrdiff_t>(n + 1), bins.end(), 0.0);
  bins[0] = bins[1] = 0.0;
  transform.inverse();  // of the positive frequencies alone: half of the analytic signal
  const double scale = 2.0 / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) x[i == 0 ? n - 1 : i - 1] = scale * bins[2 * i + 1];
}

void visit_any(std::int64_t n, const Signal& signal, int threads, const EnvelopeBlock& visit) {
  std::vector<double> turned;
  resize_large(turned, index(n));
  signal(0, turned);
  turn_all(turned, threads);
  parallel_for(block_count(n), threads, [&](std::int64_t at) {
    const std::int64_t first = at * block_samples;
    const std::size_t count = index(std::min(block_samples, n - first));
    std::array<double, block_samples> values, quadrature;
    const auto now = std::span(values).first(count), part = std::span(quadrature).first(count);
    signal(first, now);
    for (std::size_t i = 0; i < count; ++i)
      part[i] = turned[index(first) + i == 0 ? index(n - 1) : index(first) + i - 1];
    modulus(now, part, part);
    visit(first, now, part);
  });
}

}  // namespace

void for_each_envelope_block(std::int64_t n, const Signal& signal, int threads, const EnvelopeBlock& visit) {
  if (n <= 0) return;
  if (n >= BandQuadrature::shortest && visit_band_limited(n, signal, threads, visit)) return;
  visit_any(n, signal, threads, visit);
}

}  // namespace leverkin
