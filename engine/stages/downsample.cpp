#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "kernels/fir_dot.h"
#include "leverkin/error.h"
#include "leverkin/trace.h"

namespace leverkin {
namespace {

constexpr double largest_relative_error = 1e-9;  // contract, Words and clocks
constexpr std::int64_t largest_down = 1'000'000;

std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

// Modified Bessel function of order 0 by its power series: terms fall fast for the window's arguments (0 to
// 50).
double bessel_i0(double x) {
  const double quarter = x * x / 4.0;
  double term = 1.0, sum = 1.0;
  for (int k = 1; term > sum * 1e-17; ++k) sum += term *= quarter / (static_cast<double>(k) * k);
  return sum;
}

// The Kaiser-windowed sinc of A.2, generalised to up / down as the contract says: tap k of -half..half, sum
// `up`.
std::vector<double> design_filter(const RateRatio& ratio, const Parameters& parameters) {
  const std::int64_t longest = std::max(ratio.up, ratio.down);
  const std::int64_t half = static_cast<std::int64_t>(parameters.resample_half_width) * longest;
  const double beta = parameters.resample_kaiser_beta;
  std::vector<double> taps(index(2 * half + 1));
  double sum = 0.0;
  for (std::int64_t k = -half; k <= half; ++k) {
    const double t = static_cast<double>(k) / static_cast<double>(longest);
    const double edge = static_cast<double>(k) / static_cast<double>(half);
    const double sinc = k == 0 ? 1.0 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t);
    const double window = bessel_i0(beta * std::sqrt(1.0 - edge * edge));
    sum += taps[index(k + half)] = sinc * window;
  }
  for (double& tap : taps) tap *= static_cast<double>(ratio.up) / sum;
  return taps;
}

}  // namespace

RateRatio lever_rate_ratio(double rate_hz) {
  if (!std::isfinite(rate_hz) || rate_hz <= 0)
    throw BadArgument("sampling rate: found " + std::to_string(rate_hz) + " Hz; expected a positive number");
  const double target = lever_rate_hz / rate_hz;
  // Continued fraction convergents p / q of the target.
  double rest = target;
  std::int64_t p = 1, q = 0, p_before = 0, q_before = 1;
  for (int depth = 0; depth < 64; ++depth) {
    const double whole = std::floor(rest);
    if (whole > 1e15) break;
    const auto digit = static_cast<std::int64_t>(whole);
    const std::int64_t p_next = digit * p + p_before, q_next = digit * q + q_before;
    if (q_next > largest_down) break;
    p_before = p, q_before = q, p = p_next, q = q_next;
    const double ratio = static_cast<double>(p) / static_cast<double>(q);
    if (p > 0 && std::abs(ratio - target) <= largest_relative_error * target) return {p, q};
    rest = 1.0 / (rest - whole);
  }
  throw BadArgument(
      "sampling rate: found " + std::to_string(rate_hz) +
      " Hz; expected a rate that is to 1000 Hz as two whole numbers, the larger at most 1,000,000");
}

// Output m looks at raw samples around (m * down) / up. Times up (the rate at which the filter is defined),
// raw sample j sits at j * up and output m at m * down; tap k of the filter meets raw sample j where m * down
// - j * up = k.
struct Downsampler::Impl {
  RateRatio ratio;
  std::int64_t half = 0;       // taps run from -half to half
  std::size_t length = 0;      // taps per output, padded
  std::vector<double> phases;  // up rows of `length` taps, in the order in which raw samples meet them
  std::vector<double> buffer;  // raw samples from `buffer_start` on
  std::int64_t buffer_start = 0, filled = 0;
  std::int64_t received = 0, produced = 0;

  // Raw sample that output m meets first: ceil((m * down - half) / up).
  [[nodiscard]] std::int64_t first_sample(std::int64_t m) const {
    const std::int64_t position = m * ratio.down - half;
    return position >= 0 ? (position + ratio.up - 1) / ratio.up : -(-position / ratio.up);
  }

  void lay_out_phases(const std::vector<double>& taps) {
    const std::size_t most = index(2 * half / ratio.up + 1);
    length = (most + kernels::fir_padding - 1) / kernels::fir_padding * kernels::fir_padding;
    phases.assign(index(ratio.up) * length, 0.0);
    for (std::int64_t phase = 0; phase < ratio.up; ++phase) {
      const std::int64_t m = phase;  // outputs 0 .. up - 1 run through all phases
      double* row = phases.data() + index(phase) * length;
      for (std::int64_t j = first_sample(m);; ++j) {
        const std::int64_t k = m * ratio.down - j * ratio.up;
        if (k < -half) break;
        *row++ = taps[index(k + half)];
      }
    }
  }

  void restart() {
    // Zeros before the first sample (A.3).
    buffer_start = first_sample(0);
    filled = -buffer_start;
    std::fill(buffer.begin(), buffer.begin() + filled, 0.0);
    received = produced = 0;
  }

  void emit(std::int64_t until, std::vector<double>& lever) {
    while (produced < until) {
      const std::int64_t first = first_sample(produced) - buffer_start;
      if (first + static_cast<std::int64_t>(length) > filled) break;
      // With one phase, the outputs that the buffer completes are evenly spaced: one call for all of them.
      std::int64_t count = 1;
      if (ratio.up == 1)
        count =
            std::min((filled - static_cast<std::int64_t>(length) - first) / ratio.down + 1, until - produced);
      const std::size_t at = lever.size();
      lever.resize(at + index(count));
      kernels::fir_dot(buffer.data() + first, index(ratio.down),
                       phases.data() + index(produced % ratio.up) * length, length, lever.data() + at,
                       index(count));
      produced += count;
    }
    const std::int64_t drop = std::min(first_sample(produced) - buffer_start, filled);
    if (drop > 0) {
      std::copy(buffer.begin() + drop, buffer.begin() + filled, buffer.begin());
      buffer_start += drop;
      filled -= drop;
    }
  }

  void feed(std::span<const double> volts, std::int64_t until, std::vector<double>& lever) {
    while (!volts.empty()) {
      const std::size_t block = std::min(volts.size(), buffer.size() - index(filled));
      std::copy_n(volts.begin(), block, buffer.begin() + filled);
      filled += static_cast<std::int64_t>(block);
      volts = volts.subspan(block);
      emit(until, lever);
    }
  }
};

Downsampler::Downsampler(double rate_hz, const Parameters& parameters) : impl_(std::make_unique<Impl>()) {
  Impl& self = *impl_;
  self.ratio = lever_rate_ratio(rate_hz);
  if (self.ratio.up == self.ratio.down) return;  // already on the lever clock (A.4)
  const std::vector<double> taps = design_filter(self.ratio, parameters);
  self.half = static_cast<std::int64_t>(taps.size() / 2);
  self.lay_out_phases(taps);
  constexpr std::size_t block = 2048;  // beside the filter's span: fits the first-level cache
  self.buffer.assign(2 * self.length + block + index(self.ratio.down / self.ratio.up), 0.0);
  self.restart();
}

Downsampler::~Downsampler() = default;
Downsampler::Downsampler(Downsampler&&) noexcept = default;
Downsampler& Downsampler::operator=(Downsampler&&) noexcept = default;

void Downsampler::push(std::span<const double> volts, std::vector<double>& lever) {
  impl_->received += static_cast<std::int64_t>(volts.size());
  if (impl_->ratio.up == impl_->ratio.down) {
    lever.insert(lever.end(), volts.begin(), volts.end());
  } else {
    impl_->feed(volts, std::numeric_limits<std::int64_t>::max(), lever);
  }
}

void Downsampler::finish(std::vector<double>& lever) {
  Impl& self = *impl_;
  if (self.ratio.up == self.ratio.down) return;
  const std::int64_t total = (self.received * self.ratio.up + self.ratio.down - 1) / self.ratio.down;
  constexpr std::array<double, 512> zeros{};  // after the last sample (A.3)
  while (self.produced < total) self.feed(zeros, total, lever);
  self.restart();
}

std::vector<double> downsample(std::span<const double> volts, double rate_hz, const Parameters& parameters) {
  Downsampler downsampler(rate_hz, parameters);
  std::vector<double> lever;
  lever.reserve(
      static_cast<std::size_t>(std::ceil(static_cast<double>(volts.size()) * lever_rate_hz / rate_hz)) + 1);
  downsampler.push(volts, lever);
  downsampler.finish(lever);
  return lever;
}

}  // namespace leverkin
