#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/biquad_lanes.h"
#include "leverkin/envelope.h"
#include "leverkin/error.h"
#include "stages/envelope/butterworth.h"
#include "support/aligned_buffer.h"
#include "support/index.h"
#include "support/large_pages.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

using kernels::Biquad;
constexpr std::int64_t lanes = kernels::biquad_lanes;
constexpr double forgotten = 32.0;  // e^-32 of how a filter was started: below the last bit of the noise

// The trace with its odd reflection about the first and the last sample (A.6), without a copy of it. Beyond
// its ends it stays at its last value, which leaves a filter in the state it was started in.
class ExtendedTrace {
 public:
  ExtendedTrace(std::span<const double> volts, std::int64_t edge)
      : volts_(volts), edge_(edge), last_(static_cast<std::int64_t>(volts.size()) - 1) {}

  [[nodiscard]] std::int64_t size() const { return last_ + 1 + 2 * edge_; }
  [[nodiscard]] std::span<const double> volts() const { return volts_; }

  // Places [from, from + count) into every lanes-th number of `frames`.
  void copy(std::int64_t from, std::int64_t count, double* frames) const {
    const std::int64_t first = from - edge_;
    const std::int64_t inner = std::clamp<std::int64_t>(-first, 0, count);
    const std::int64_t outer = std::clamp(last_ + 1 - first, inner, count);
    for (std::int64_t i = 0; i < inner; ++i) frames[i * lanes] = at(first + i);
    for (std::int64_t i = inner; i < outer; ++i) frames[i * lanes] = volts_[index(first + i)];
    for (std::int64_t i = outer; i < count; ++i) frames[i * lanes] = at(first + i);
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
        sections_(butterworth_sections(parameters.lowpass_order, parameters.lowpass_cutoff_hz)),
        settling_(settling_samples(sections_, forgotten)),
        segment_(std::max(shortest_segment, 2 * settling_)) {}

  [[nodiscard]] std::int64_t groups() const {
    return (trace_.size() + lanes * segment_ - 1) / (lanes * segment_);
  }
  [[nodiscard]] std::size_t scratch() const { return index(frames() * lanes); }

  void run_group(std::int64_t group, std::span<double> scratch, std::span<double> out) const {
    const Biquad* sections = sections_.data();
    const std::int64_t first =
        group * lanes * segment_ - edge_;  // sample of the first lane's first own frame
    // Nothing before a segment's own samples is asked of the way back.
    double *frames_begin = scratch.data(), *own = frames_begin + settling_ * lanes;
    const std::size_t all = index(frames()), back = index(frames() - settling_), segment = index(segment_);
    if (is_inside(group)) {
      kernels::run_biquads_from(sections, sections_.size(), &trace_.volts()[index(first - settling_)],
                                segment, frames_begin, all);
      kernels::run_biquads_back_to(sections, sections_.size(), own, back, &out[index(first)], segment,
                                   segment);
    } else {
      for (std::int64_t lane = 0; lane < lanes; ++lane)
        trace_.copy(begin_of(group, lane), frames(), frames_begin + lane);
      kernels::run_biquads(sections, sections_.size(), frames_begin, all, false);
      for (std::int64_t lane = 0; lane < lanes; ++lane) hold_after_end(group, lane, scratch);
      kernels::run_biquads(sections, sections_.size(), own, back, true);
      for (std::int64_t lane = 0; lane < lanes; ++lane) store(first + lane * segment_, own + lane, out);
    }
  }

 private:
  // Long beside its ends, and eight of them not far from the second-level cache. Not a power of two: the same
  // sample of all eight would fall into one set of the first-level cache.
  static constexpr std::int64_t shortest_segment = 16392;

  [[nodiscard]] std::int64_t frames() const { return segment_ + 2 * settling_; }
  [[nodiscard]] std::int64_t begin_of(std::int64_t group, std::int64_t lane) const {
    return (group * lanes + lane) * segment_ - settling_;
  }

  // Whether all eight, with what comes before and after, lie within the trace.
  [[nodiscard]] bool is_inside(std::int64_t group) const {
    return begin_of(group, 0) >= edge_ && begin_of(group, lanes - 1) + frames() <= trace_.size() - edge_;
  }

  // The way back starts from the last sample, settled.
  void hold_after_end(std::int64_t group, std::int64_t lane, std::span<double> scratch) const {
    const std::int64_t last = trace_.size() - 1 - begin_of(group, lane);
    if (last < 0) return;
    for (std::int64_t t = last + 1; t < frames(); ++t)
      scratch[index(t * lanes + lane)] = scratch[index(last * lanes + lane)];
  }

  // A segment whose first sample is `begin`, as far as there are such samples.
  void store(std::int64_t begin, const double* own, std::span<double> out) const {
    const auto n = static_cast<std::int64_t>(out.size());
    for (std::int64_t i = std::max<std::int64_t>(begin, 0); i < std::min(begin + segment_, n); ++i)
      out[index(i)] = own[(i - begin) * lanes];
  }

  std::int64_t edge_;
  ExtendedTrace trace_;
  std::vector<Biquad> sections_;
  std::int64_t settling_, segment_;
};

}  // namespace

void smooth(std::span<const double> volts, std::span<double> smooth_volts, const Parameters& parameters,
            int threads) {
  const auto edge = index(3 * parameters.lowpass_order);
  if (volts.size() <= edge)
    throw BadArgument("the lever trace: found " + std::to_string(volts.size()) +
                      " samples at 1 kHz; expected more than " + std::to_string(edge) +
                      ", which the low-pass needs");
  if (smooth_volts.size() != volts.size())
    throw BadArgument("the smoothed lever trace: found room for " + std::to_string(smooth_volts.size()) +
                      " samples; expected " + std::to_string(volts.size()));
  const ZeroPhase filter(volts, parameters);
  const std::int64_t workers = worker_count(threads, filter.groups());
  parallel_for(workers, threads, [&](std::int64_t worker) {
    AlignedBuffer<double> scratch(filter.scratch());
    for (std::int64_t group = worker; group < filter.groups(); group += workers)
      filter.run_group(group, {scratch.data(), scratch.size()}, smooth_volts);
  });
}

std::vector<double> smooth(std::span<const double> volts, const Parameters& parameters, int threads) {
  std::vector<double> result;
  resize_large(result, volts.size());
  smooth(volts, result, parameters, threads);
  return result;
}

}  // namespace leverkin
