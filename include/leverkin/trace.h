// leverkin/trace.h: where was the lever, every millisecond?
//
//   session -> [trace] -> bouts -> movements -> correlogram -> results
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "leverkin/parameters.h"

namespace leverkin {

/// Lever samples [begin, end).
struct SampleRange {
  std::int64_t begin = 0, end = 0;
  bool operator==(const SampleRange&) const = default;
};

/// A part of a long pause that takes no room in a trace.
struct LeftOut {
  std::int64_t before = 0;   ///< the sample of the trace that comes after it
  std::int64_t samples = 0;  ///< whole seconds
  bool operator==(const LeftOut&) const = default;
};

/// The lever at 1 kHz: sample i is at i / 1000 s, and later by what is left out before it.
struct Trace {
  std::vector<double> volts;
  std::vector<SampleRange> no_data;  ///< sorted, not touching: no recording there, `volts` is a straight line
  std::vector<LeftOut> left_out = {};  ///< in order; of pauses beyond ten minutes all but a minute

  /// The place of a sample of `volts` in a recording without anything left out.
  [[nodiscard]] std::int64_t on_session_clock(std::int64_t sample) const {
    std::int64_t place = sample;
    for (const LeftOut& part : left_out)
      if (part.before <= sample) place += part.samples;
    return place;
  }
  [[nodiscard]] double seconds(std::int64_t sample) const {
    return static_cast<double>(on_session_clock(sample)) / lever_rate_hz;
  }
};

/// A trace in small, for drawing: its lowest and highest value in every 50 ms (the last bin may be shorter).
struct TraceOverview {
  static constexpr std::int64_t bin_samples = 50;
  std::vector<double> min_v, max_v;  ///< NaN where a bin holds no data at all
};

[[nodiscard]] TraceOverview overview_of(const Trace& trace);

/// lever rate / raw rate as a fraction.
struct RateRatio {
  std::int64_t up = 1, down = 1;
  bool operator==(const RateRatio&) const = default;
};

/// 1000 / rate_hz by continued fractions: the simplest with a relative error of at most 1e-9 and a filter of
/// at most 2,000,001 taps; where there is none, the simplest within 1e-6 and five times that (relative_error
/// says by how much the clock is off). Throws BadArgument where the rate is not positive and finite, or has
/// neither.
[[nodiscard]] RateRatio lever_rate_ratio(double rate_hz);

/// Of the lever clock that `ratio` makes of a recording at rate_hz: positive where it runs fast, 0 within
/// 1e-9.
[[nodiscard]] double relative_error(const RateRatio& ratio, double rate_hz);

/// Streams a raw trace down to the lever clock. Zero delay: output m is centred on input time m / 1000 s; the
/// trace is taken as 0 V before its first and after its last sample, as the published code does (A.2, A.3).
/// The same samples give the same bits however they are cut into blocks.
class Downsampler {
 public:
  /// Takes all its memory here. Throws BadArgument (see lever_rate_ratio).
  explicit Downsampler(double rate_hz, const Parameters& parameters = {});
  ~Downsampler();
  Downsampler(Downsampler&&) noexcept;
  Downsampler& operator=(Downsampler&&) noexcept;

  /// Appends to `lever` the samples that `volts` completes. Allocates only where `lever` has to grow.
  void push(std::span<const double> volts, std::vector<double>& lever);

  /// Appends the rest: ceil(N up / down) samples in all. The object can then take the next trace.
  void finish(std::vector<double>& lever);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// volts (N) at rate_hz -> lever trace (ceil(N * 1000 / rate_hz)) at 1 kHz.
[[nodiscard]] std::vector<double> downsample(std::span<const double> volts, double rate_hz,
                                             const Parameters& parameters = {});

}  // namespace leverkin
