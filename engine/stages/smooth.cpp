#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "kernels/biquad_lanes.h"
#include "leverkin/envelope.h"
#include "leverkin/error.h"
#include "support/large_pages.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

using kernels::Biquad;
constexpr std::int64_t lanes = kernels::biquad_lanes;

std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

// Butterworth low-pass by the bilinear transform, one section per pole pair.
std::vector<Biquad> design_sections(std::int64_t order, double cutoff_hz) {
  const double k = std::tan(std::numbers::pi * cutoff_hz / lever_rate_hz);
  std::vector<Biquad> sections;
  for (std::int64_t i = 0; i < order / 2; ++i) {
    const double angle = std::numbers::pi * static_cast<double>(2 * i + 1) / static_cast<double>(2 * order);
    const double damping = 2.0 * std::cos(angle) * k;
    const double a0 = 1.0 + damping + k * k;
    const double b = k * k / a0;
    sections.push_back({b, 2.0 * b, b, 2.0 * (k * k - 1.0) / a0, (1.0 - damping + k * k) / a0});
  }
  return sections;
}

// Samples after which nothing is left of how a filter was started: its slowest mode has shrunk to e^-40,
// below the last bit. A pole pair of radius r has a2 = r^2.
std::int64_t settling_samples(const std::vector<Biquad>& sections) {
  double slowest = 0.0;
  for (const Biquad& section : sections) slowest = std::max(slowest, section.a2);
  return static_cast<std::int64_t>(std::ceil(40.0 / (-0.5 * std::log(slowest))));
}

// The trace with its odd reflection about the first and the last sample (A.6), without a copy of it. Beyond
// its ends it stays at its last value, which leaves a filter in the state it was started in.
class ExtendedTrace {
 public:
  ExtendedTrace(std::span<const double> volts, std::int64_t edge)
      : volts_(volts), edge_(edge), last_(static_cast<std::int64_t>(volts.size()) - 1) {}

  [[nodiscard]] std::int64_t size() const { return last_ + 1 + 2 * edge_; }

  // Places [from, from + count) into every lanes-th number of `frames`.
  void copy(std::int64_t from, std::int64_t count, double* frames) const {
    const std::int64_t first = from - edge_;
    if (first >= 0 && first + count <= last_ + 1) {
      const double* volts = &volts_[index(first)];
      for (std::int64_t i = 0; i < count; ++i) frames[i * lanes] = volts[i];
    } else {
      for (std::int64_t i = 0; i < count; ++i) frames[i * lanes] = at(first + i);
    }
  }

 private:
  [[nodiscard]] double at(std::int64_t i) const {
    if (i < 0) return 2.0 * volts_.front() - volts_[index(-std::max(i, -edge_))];
    if (i > last_) return 2.0 * volts_.back() - volts_[index(2 * last_ - std::min(i, last_ + edge_))];
    return volts_[index(i)];
  }

  std::span<const double> volts_;
  std::int64_t edge_, last_;
};

// A recursive filter has no parallelism along time, so eight segments of the trace run side by side, each
// long enough before and after its own samples for its start to be forgotten. Segments are the same for any
// number of threads.
class ZeroPhase {
 public:
  ZeroPhase(std::span<const double> volts, const Parameters& parameters)
      : edge_(3 * parameters.lowpass_order),
        trace_(volts, edge_),
        sections_(design_sections(parameters.lowpass_order, parameters.lowpass_cutoff_hz)),
        settling_(settling_samples(sections_)),
        segment_(std::max(shortest_segment, 2 * settling_)) {}

  [[nodiscard]] std::int64_t groups() const {
    return (trace_.size() + lanes * segment_ - 1) / (lanes * segment_);
  }
  [[nodiscard]] std::size_t scratch() const { return index(frames() * lanes); }

  void run_group(std::int64_t group, std::span<double> scratch, std::span<double> out) const {
    for_each_tile([&](std::int64_t first, std::int64_t count, std::int64_t lane) {
      trace_.copy(begin_of(group, lane) + first, count, &scratch[index(first * lanes + lane)]);
    });
    kernels::run_biquads(sections_.data(), sections_.size(), scratch.data(), index(frames()), false);
    for (std::int64_t lane = 0; lane < lanes; ++lane) hold_after_end(group, lane, scratch);
    // Nothing before a segment's own samples is asked of the way back.
    kernels::run_biquads(sections_.data(), sections_.size(), scratch.data() + settling_ * lanes,
                         index(frames() - settling_), true);
    for_each_tile([&](std::int64_t first, std::int64_t count, std::int64_t lane) {
      store(group, lane, first, count, scratch, out);
    });
  }

 private:
  static constexpr std::int64_t shortest_segment =
      8192;  // eight of them and their ends: the second-level cache

  [[nodiscard]] std::int64_t frames() const { return segment_ + 2 * settling_; }
  [[nodiscard]] std::int64_t begin_of(std::int64_t group, std::int64_t lane) const {
    return (group * lanes + lane) * segment_ - settling_;
  }

  // Lane by lane through tiles that fit the first-level cache.
  template <typename Visit>
  void for_each_tile(Visit visit) const {
    constexpr std::int64_t tile = 128;
    for (std::int64_t first = 0; first < frames(); first += tile)
      for (std::int64_t lane = 0; lane < lanes; ++lane) visit(first, std::min(tile, frames() - first), lane);
  }

  // The way back starts from the last sample, settled.
  void hold_after_end(std::int64_t group, std::int64_t lane, std::span<double> scratch) const {
    const std::int64_t last = trace_.size() - 1 - begin_of(group, lane);
    if (last < 0) return;
    for (std::int64_t t = last + 1; t < frames(); ++t)
      scratch[index(t * lanes + lane)] = scratch[index(last * lanes + lane)];
  }

  void store(std::int64_t group, std::int64_t lane, std::int64_t first, std::int64_t count,
             std::span<const double> scratch, std::span<double> out) const {
    const std::int64_t shift = begin_of(group, lane) - edge_;  // frame t holds output t + shift
    const auto n = static_cast<std::int64_t>(out.size());
    const std::int64_t from = std::max({first, settling_, -shift});
    const std::int64_t to = std::min({first + count, settling_ + segment_, n - shift});
    for (std::int64_t t = from; t < to; ++t) out[index(t + shift)] = scratch[index(t * lanes + lane)];
  }

  std::int64_t edge_;
  ExtendedTrace trace_;
  std::vector<Biquad> sections_;
  std::int64_t settling_, segment_;
};

}  // namespace

std::vector<double> smooth(std::span<const double> volts, const Parameters& parameters, int threads) {
  const auto edge = index(3 * parameters.lowpass_order);
  if (volts.size() <= edge)
    throw BadArgument("the lever trace: found " + std::to_string(volts.size()) +
                      " samples at 1 kHz; expected more than " + std::to_string(edge) +
                      ", which the low-pass needs");
  const ZeroPhase filter(volts, parameters);
  std::vector<double> result;
  resize_large(result, volts.size());
  const std::int64_t workers = worker_count(threads, filter.groups());
  parallel_for(workers, threads, [&](std::int64_t worker) {
    std::vector<double> scratch(filter.scratch());
    for (std::int64_t group = worker; group < filter.groups(); group += workers)
      filter.run_group(group, scratch, result);
  });
  return result;
}

}  // namespace leverkin
