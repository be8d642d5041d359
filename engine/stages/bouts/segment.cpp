#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "kernels/volts.h"
#include "leverkin/bouts.h"
#include "leverkin/envelope.h"
#include "leverkin/error.h"
#include "stages/bouts/bout_method.h"
#include "stages/bouts/kinematics.h"
#include "stages/bouts/pause_bouts.h"
#include "stages/bouts/smoothed_lever.h"
#include "stages/bouts/threshold_bouts.h"
#include "stages/envelope/envelope_blocks.h"
#include "stages/envelope/speed.h"
#include "support/aligned_buffer.h"
#include "support/large_pages.h"

namespace leverkin {
namespace {

void require_finite(std::span<const double> volts) {
  if (kernels::value_range(volts.data(), volts.size()).finite == volts.size()) return;
  const auto bad = std::ranges::find_if(volts, [](double v) { return !std::isfinite(v); });
  throw BadArgument("lever sample " + std::to_string(bad - volts.begin()) + ": found " +
                    std::to_string(*bad) + "; expected finite volts");
}

// A.7 to A.9. Velocity and envelope exist a block at a time, and are kept only where they are asked for;
// there NaN stands for no data.
class SpeedBlocks {
 public:
  SpeedBlocks(std::span<const double> smooth, const JoinedStretches& with_data, const Parameters& parameters)
      : smooth_(smooth), with_data_(with_data), reach_(parameters.velocity_smooth_ms / 2) {}

  void keep_in(Segmentation& result) {
    kept_ = &result;
    for (std::vector<double>* kept : {&result.velocity, &result.envelope}) {
      resize_large(*kept, smooth_.size());
      std::ranges::fill(*kept, std::numeric_limits<double>::quiet_NaN());
    }
  }

  void each(int threads, const EnvelopeBlock& visit) const {
    for_each_envelope_block(
        with_data_.size(), [this](std::int64_t first, std::span<double> out) { speed(first, out); }, threads,
        [&](std::int64_t first, std::span<const double> velocity, std::span<const double> envelope) {
          visit(first, velocity, envelope);
          if (kept_ != nullptr) keep(first, velocity, envelope);
        });
  }

 private:
  void speed(std::int64_t first, std::span<double> out) const {
    with_data_.for_each_piece(first, first + std::ssize(out), [&](const SampleRange& piece) {
      const auto length = static_cast<std::size_t>(piece.end - piece.begin);
      velocity_at(smooth_, reach_, piece.begin, out.first(length));
      out = out.subspan(length);
    });
  }

  void keep(std::int64_t first, std::span<const double> velocity, std::span<const double> envelope) const {
    with_data_.for_each_piece(first, first + std::ssize(velocity), [&](const SampleRange& piece) {
      const auto length = static_cast<std::size_t>(piece.end - piece.begin);
      std::ranges::copy(velocity.first(length), kept_->velocity.begin() + piece.begin);
      std::ranges::copy(envelope.first(length), kept_->envelope.begin() + piece.begin);
      velocity = velocity.subspan(length);
      envelope = envelope.subspan(length);
    });
  }

  std::span<const double> smooth_;
  const JoinedStretches& with_data_;
  std::int64_t reach_;
  Segmentation* kept_ = nullptr;
};

FoundBouts find_bouts(const LeverSpeed& lever, const Parameters& parameters, int threads) {
  switch (parameters.bout_method) {
    case BoutMethod::threshold:
      return threshold_bouts(lever, parameters, threads);
    case BoutMethod::pause:
      return pause_bouts(lever, parameters, threads);
  }
  return {};
}

// The parts of a bout that have data. Where it was cut, nothing is known of its edge.
void cut_by_no_data(const Bout& bout, const std::vector<SampleRange>& no_data, std::vector<Bout>& bouts) {
  Bout rest = bout;
  for (const SampleRange& gap : no_data) {
    if (gap.end < rest.begin || gap.begin > rest.end) continue;
    rest.flags |= bout_cut_by_no_data;
    if (gap.begin > rest.begin) {
      Bout before = rest;
      before.end = gap.begin;
      before.offset_sd_s = before.offset_1pct_s = Bout::not_known;
      bouts.push_back(before);
    }
    if (gap.end > rest.begin) {
      rest.begin = gap.end;
      rest.onset_sd_s = rest.onset_1pct_s = Bout::not_known;
    }
  }
  if (rest.begin < rest.end) bouts.push_back(rest);
}

Segmentation bouts_with_data(const LeverSpeed& lever, const Trace& trace, const Parameters& parameters,
                             int threads) {
  Segmentation result;
  FoundBouts found = find_bouts(lever, parameters, threads);
  result.noise_cutoff_v = found.noise_cutoff_v;
  result.reason = std::move(found.reason);
  for (const Bout& bout : found.bouts) cut_by_no_data(bout, trace.no_data, result.bouts);
  if (result.bouts.empty() && result.reason.empty())
    result.reason = "every movement fell where there is no data";
  result.active.assign(trace.volts.size(), 0);
  for (const Bout& bout : result.bouts)
    std::fill(result.active.begin() + bout.begin, result.active.begin() + bout.end, std::uint8_t{1});
  return result;
}

}  // namespace

Segmentation segment(const Trace& trace, const Parameters& parameters, int threads, Keep keep) {
  check(parameters);
  require_finite(trace.volts);
  Segmentation result;
  AlignedBuffer<double> room(trace.volts.size());
  const std::span smoothed(room.data(), room.size());
  smooth(trace.volts, smoothed, parameters, threads);
  const JoinedStretches with_data(std::ssize(trace.volts), trace.no_data);
  SpeedBlocks speed(smoothed, with_data, parameters);
  const LeverSpeed lever{trace.volts, smoothed, trace.no_data, with_data, [&](const EnvelopeBlock& visit) {
                           if (keep == Keep::everything) speed.keep_in(result);
                           speed.each(threads, visit);
                         }};
  Segmentation found = bouts_with_data(lever, trace, parameters, threads);
  if (keep == Keep::everything && result.envelope.empty())  // the method did not ask for it
    lever.each_envelope_block([](std::int64_t, std::span<const double>, std::span<const double>) {});
  found.velocity = std::move(result.velocity), found.envelope = std::move(result.envelope);
  result = std::move(found);
  measure_bouts(trace.volts, smoothed, parameters, threads, result.bouts);
  if (keep == Keep::everything) result.smooth.assign(smoothed.begin(), smoothed.end());
  return result;
}

SmoothedLever::SmoothedLever(const Trace& trace, const Parameters& parameters, int threads)
    : trace_(trace),
      parameters_(parameters),
      with_data_(std::ssize(trace.volts), trace.no_data),
      smooth_(trace.volts.size()) {
  check(parameters);
  require_finite(trace.volts);
  smooth(trace.volts, smooth_, parameters, threads);
}

bool SmoothedLever::serves(const Parameters& parameters) const {
  return parameters.lowpass_order == parameters_.lowpass_order &&
         parameters.lowpass_cutoff_hz == parameters_.lowpass_cutoff_hz &&
         parameters.velocity_smooth_ms == parameters_.velocity_smooth_ms;
}

Segmentation SmoothedLever::segment(const Parameters& parameters) {
  check(parameters);
  const auto each_block = [&](const EnvelopeBlock& visit) {
    std::call_once(has_envelope_, [&] {
      envelope_.resize(static_cast<std::size_t>(with_data_.size()));
      SpeedBlocks speed(smooth_, with_data_, parameters_);
      speed.each(1, [&](std::int64_t first, std::span<const double>, std::span<const double> envelope) {
        std::ranges::copy(envelope, envelope_.begin() + first);
      });
    });
    const auto n = static_cast<std::int64_t>(envelope_.size());
    for (std::int64_t first = 0; first < n; first += block_samples)
      visit(first, {},
            std::span(envelope_).subspan(static_cast<std::size_t>(first),
                                         static_cast<std::size_t>(std::min(block_samples, n - first))));
  };
  return bouts_with_data({trace_.volts, smooth_, trace_.no_data, with_data_, each_block, &memory_}, trace_,
                         parameters, 1);
}

}  // namespace leverkin
