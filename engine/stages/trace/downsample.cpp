#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>
#include <string>

#include "kernels/fir_decimate.h"
#include "kernels/fir_dot.h"
#include "leverkin/error.h"
#include "leverkin/trace.h"
#include "stages/trace/kaiser.h"
#include "support/aligned_buffer.h"
#include "support/index.h"

namespace leverkin {
namespace {

// docs/formats.md#rates-and-gaps. 20,000.02 Hz is a millionth off 20 kHz but for rounding.
constexpr double exact_error = 1e-9, tolerated_error = 1e-6 + 1e-12;
// Of up and down: 2,000,001 taps, 16 MB; and where that gives nothing near enough, five times as many.
constexpr std::int64_t longest_exact = 100'000, longest_tolerated = 500'000;

constexpr auto alignment = static_cast<std::int64_t>(kernels::fir_alignment);

std::int64_t round_up(std::int64_t count) { return (count + alignment - 1) / alignment * alignment; }

AlignedBuffer<double> zeros(std::size_t size) {
  AlignedBuffer<double> buffer(size);
  std::fill_n(buffer.data(), size, 0.0);
  return buffer;
}

// The Kaiser-windowed sinc of A.2, generalised to up / down as there: tap k of -half..half, sum
// `up`.
std::vector<double> design_filter(const RateRatio& ratio, const Parameters& parameters) {
  const std::int64_t longest = std::max(ratio.up, ratio.down);
  const std::int64_t half = static_cast<std::int64_t>(parameters.resample_half_width) * longest;
  const double beta = parameters.resample_kaiser_beta;
  std::vector<double> taps(index(2 * half + 1));
  double sum = 0.0;
  for (std::int64_t k = -half; k <= half; ++k) {
    const double t = static_cast<double>(k) / static_cast<double>(longest);
    const double sinc = k == 0 ? 1.0 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t);
    sum += taps[index(k + half)] =
        sinc * kaiser_window(static_cast<double>(k) / static_cast<double>(half), beta);
  }
  for (double& tap : taps) tap *= static_cast<double>(ratio.up) / sum;
  return taps;
}

}  // namespace

namespace {

// The first convergent p / q of the target's continued fraction that is near enough and gives a filter short
// enough.
std::optional<RateRatio> simplest_ratio(double target, double largest_error, std::int64_t longest) {
  double rest = target;
  std::int64_t p = 1, q = 0, p_before = 0, q_before = 1;
  for (int depth = 0; depth < 64; ++depth) {
    const double whole = std::floor(rest);
    if (whole > 1e15) break;
    const auto digit = static_cast<std::int64_t>(whole);
    const std::int64_t p_next = digit * p + p_before, q_next = digit * q + q_before;
    if (std::max(p_next, q_next) > longest) break;
    p_before = p, q_before = q, p = p_next, q = q_next;
    const double ratio = static_cast<double>(p) / static_cast<double>(q);
    if (p > 0 && std::abs(ratio - target) <= largest_error * target) return RateRatio{p, q};
    rest = 1.0 / (rest - whole);
  }
  return std::nullopt;
}

}  // namespace

RateRatio lever_rate_ratio(double rate_hz) {
  if (!std::isfinite(rate_hz) || rate_hz <= 0)
    throw BadArgument("sampling rate: found " + std::to_string(rate_hz) + " Hz; expected a positive number");
  const double target = lever_rate_hz / rate_hz;
  if (const auto exact = simplest_ratio(target, exact_error, longest_exact)) return *exact;
  if (const auto near = simplest_ratio(target, tolerated_error, longest_tolerated)) return *near;
  throw BadArgument(
      "sampling rate: found " + std::to_string(rate_hz) +
      " Hz; expected a rate that is to 1000 Hz as two whole numbers, the larger at most 500,000, "
      "within a millionth");
}

double relative_error(const RateRatio& ratio, double rate_hz) {
  const double error =
      static_cast<double>(ratio.up) / static_cast<double>(ratio.down) * rate_hz / lever_rate_hz - 1.0;
  return std::abs(error) <= exact_error ? 0.0 : error;
}

// Output m looks at raw samples around (m * down) / up. Times up (the rate at which the filter is defined),
// raw sample j sits at j * up and output m at m * down; tap k of the filter meets raw sample j where m * down
// - j * up = k.
struct Downsampler::Impl {
  RateRatio ratio;
  std::int64_t half = 0;       // taps run from -half to half
  std::size_t length = 0;      // taps per output, padded
  AlignedBuffer<double> taps;  // up rows of `length`, in the order in which raw samples meet them; with up =
                               // 1, a row for every alignment of an output's first sample
  AlignedBuffer<double> buffer;  // raw samples from `buffer_start` on, a multiple of the alignment
  std::int64_t buffer_start = 0, filled = 0;
  std::int64_t received = 0, produced = 0;
  std::vector<double> ends;  // tap k at half + k; kept where the ends are rescaled

  // Raw sample that output m meets first: ceil((m * down - half) / up).
  [[nodiscard]] std::int64_t first_sample(std::int64_t m) const {
    const std::int64_t position = m * ratio.down - half;
    return position >= 0 ? (position + ratio.up - 1) / ratio.up : -(-position / ratio.up);
  }

  // The taps that output m meets, in order.
  void lay_out_row(const std::vector<double>& filter, std::int64_t m, double* row) const {
    for (std::int64_t j = first_sample(m);; ++j) {
      const std::int64_t k = m * ratio.down - j * ratio.up;
      if (k < -half) break;
      *row++ = filter[index(k + half)];
    }
  }

  void lay_out(const std::vector<double>& filter) {
    const std::int64_t most = 2 * half / ratio.up + 1;
    const bool one_phase = ratio.up == 1;
    length = index(round_up(most + (one_phase ? alignment - 1 : 0)));
    const std::int64_t rows = one_phase ? alignment : ratio.up;
    taps = zeros(index(rows) * length);
    for (std::int64_t row = 0; row < rows; ++row)
      lay_out_row(filter, one_phase ? 0 : row,
                  taps.data() + index(row) * length + (one_phase ? index(row) : 0));
  }

  // What the taps of output m add up to over raw samples [0, received), as a share of what all of them do.
  [[nodiscard]] double share_inside(std::int64_t m) const {
    double all = 0.0, inside = 0.0;
    for (std::int64_t j = first_sample(m); m * ratio.down - j * ratio.up >= -half; ++j) {
      const double tap = ends[index(m * ratio.down - j * ratio.up + half)];
      all += tap;
      if (j >= 0 && j < received) inside += tap;
    }
    return inside / all;
  }

  // Outputs [first, produced) are the last of `lever`: those for which the filter hung over an end.
  void rescale_ends(std::int64_t first, std::vector<double>& lever) const {
    if (ends.empty()) return;
    const std::int64_t base = static_cast<std::int64_t>(lever.size()) - produced;
    const std::int64_t inner = (half + ratio.down - 1) / ratio.down;
    const std::int64_t outer = (received * ratio.up - half + ratio.down - 1) / ratio.down;
    for (std::int64_t m = first; m < std::min(produced, inner); ++m)
      lever[index(base + m)] /= share_inside(m);
    for (std::int64_t m = std::max({first, inner, outer}); m < produced; ++m)
      lever[index(base + m)] /= share_inside(m);
  }

  void restart() {
    // Zeros before the first sample (A.3).
    buffer_start = -round_up(-first_sample(0));
    filled = -buffer_start;
    std::fill_n(buffer.data(), filled, 0.0);
    received = produced = 0;
  }

  // Outputs that are complete with `available` samples from sample `start` on, where the next one has its
  // first there.
  [[nodiscard]] std::int64_t complete(std::int64_t start, std::int64_t available) const {
    const std::int64_t first = first_sample(produced) - start;
    const std::int64_t spare = available - static_cast<std::int64_t>(length) - first;
    return spare < 0 ? 0 : spare / ratio.down + 1;
  }

  // With one phase, the outputs that x (from sample `start` on) completes are evenly spaced: one call for all
  // of them.
  void emit_evenly(const double* x, std::int64_t start, std::int64_t count, std::vector<double>& lever) {
    if (count <= 0) return;
    const std::size_t at = lever.size();
    lever.resize(at + index(count));
    kernels::fir_decimate(x, index(first_sample(produced) - start), {taps.data(), length, index(ratio.down)},
                          lever.data() + at, index(count));
    produced += count;
  }

  // With several phases every output has taps of its own. Returns how many were complete.
  std::int64_t emit_some(std::int64_t until, std::vector<double>& lever) {
    std::array<kernels::FirRow, 64> rows;
    std::size_t count = 0;
    for (std::int64_t m = produced; count < rows.size() && m < until; ++m) {
      const std::int64_t first = first_sample(m) - buffer_start;
      if (first + static_cast<std::int64_t>(length) > filled) break;
      rows[count++] = {buffer.data() + first, taps.data() + index(m % ratio.up) * length};
    }
    const std::size_t at = lever.size();
    lever.resize(at + count);
    kernels::fir_dot(rows.data(), length, lever.data() + at, count);
    produced += static_cast<std::int64_t>(count);
    return static_cast<std::int64_t>(count);
  }

  void emit(std::int64_t until, std::vector<double>& lever) {
    if (ratio.up == 1) {
      emit_evenly(buffer.data(), buffer_start, std::min(complete(buffer_start, filled), until - produced),
                  lever);
    } else {
      while (emit_some(until, lever) > 0) {
      }
    }
    const std::int64_t drop = std::min(first_sample(produced) - buffer_start, filled) / alignment * alignment;
    if (drop > 0) {
      std::copy(buffer.data() + drop, buffer.data() + filled, buffer.data());
      buffer_start += drop;
      filled -= drop;
    }
  }

  void feed(std::span<const double> volts, std::int64_t until, std::vector<double>& lever) {
    while (!volts.empty()) {
      const std::size_t block = std::min(volts.size(), buffer.size() - index(filled));
      std::copy_n(volts.begin(), block, buffer.data() + filled);
      filled += static_cast<std::int64_t>(block);
      volts = volts.subspan(block);
      emit(until, lever);
    }
  }

  // Whether the samples lie in memory as they would in `buffer`.
  [[nodiscard]] bool usable_in_place(std::span<const double> volts) const {
    const auto address = reinterpret_cast<std::uintptr_t>(volts.data());
    return ratio.up == 1 && address % (alignment * sizeof(double)) == 0 &&
           (buffer_start + filled) % alignment == 0 && volts.size() > 4 * length + 2 * index(ratio.down);
  }

  // Outputs that look across the beginning of a long block go through the buffer, all others read the block
  // where it is.
  void feed_block(std::span<const double> volts, std::vector<double>& lever) {
    constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
    if (!usable_in_place(volts)) return feed(volts, all, lever);
    const std::int64_t start = buffer_start + filled;
    feed(volts.first(2 * length + index(ratio.down)), all, lever);
    emit_evenly(volts.data(), start, complete(start, static_cast<std::int64_t>(volts.size())), lever);
    const std::int64_t rest = first_sample(produced) / alignment * alignment;
    buffer_start = rest;
    filled = start + static_cast<std::int64_t>(volts.size()) - rest;
    std::copy(volts.begin() + (rest - start), volts.end(), buffer.data());
  }
};

Downsampler::Downsampler(double rate_hz, const Parameters& parameters) : impl_(std::make_unique<Impl>()) {
  Impl& self = *impl_;
  self.ratio = lever_rate_ratio(rate_hz);
  if (self.ratio.up == self.ratio.down) return;  // already on the lever clock (A.4)
  const std::vector<double> filter = design_filter(self.ratio, parameters);
  self.half = static_cast<std::int64_t>(filter.size() / 2);
  self.lay_out(filter);
  if (parameters.resample_ends == FilterEnds::rescaled) self.ends = filter;
  constexpr std::size_t block = 2048;  // beside the filter's span: fits the first-level cache
  self.buffer = zeros(
      index(round_up(static_cast<std::int64_t>(2 * self.length + block) + self.ratio.down / self.ratio.up)));
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
    const std::int64_t first = impl_->produced;
    impl_->feed_block(volts, lever);
    impl_->rescale_ends(first, lever);
  }
}

void Downsampler::finish(std::vector<double>& lever) {
  Impl& self = *impl_;
  if (self.ratio.up == self.ratio.down) return;
  const std::int64_t total = (self.received * self.ratio.up + self.ratio.down - 1) / self.ratio.down;
  constexpr std::array<double, 512> silence{};  // after the last sample (A.3)
  const std::int64_t first = self.produced;
  while (self.produced < total) self.feed(silence, total, lever);
  self.rescale_ends(first, lever);
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
