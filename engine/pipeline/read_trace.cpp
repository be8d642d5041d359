#include "pipeline/read_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "kernels/volts.h"
#include "leverkin/error.h"
#include "stages/regular_grid.h"
#include "support/large_pages.h"

namespace leverkin {
namespace {

// What the raw samples say about themselves as they pass.
class Watch {
 public:
  void see(std::int64_t first, std::span<const double> volts) {
    const kernels::ValueRange range = kernels::value_range(volts.data(), volts.size());
    low_ = std::min(low_, range.low);
    high_ = std::max(high_, range.high);
    if (range.finite == volts.size()) return;
    if (bad_count_ == 0) {
      const auto bad = std::ranges::find_if(volts, [](double v) { return !std::isfinite(v); });
      first_bad_ = first + (bad - volts.begin());
      first_bad_value_ = *bad;
    }
    bad_count_ += static_cast<std::int64_t>(volts.size() - range.finite);
  }

  [[nodiscard]] bool all_finite() const { return bad_count_ == 0; }

  void refuse_bad_samples(Session& session) const {
    const SessionInfo& info = session.info();
    double seconds = static_cast<double>(first_bad_) / info.rate_hz;
    if (!info.regular) session.read_timestamps(first_bad_, {&seconds, 1});
    throw BadSession({info.path, info.dataset, fmt::format("sample {} ({:.4f} s)", first_bad_, seconds),
                      fmt::format("{}, the first of {} non-finite samples among {}", first_bad_value_,
                                  bad_count_, info.samples),
                      "finite volts (gaps = hold treats such samples as no data)"});
  }

  void require_movement(const SessionInfo& info) const {
    if (low_ > high_)
      throw BadSession({info.path, info.dataset, "",
                        fmt::format("no finite value in {} samples", info.samples), "the lever's voltage"});
    if (low_ == high_)
      throw BadSession({info.path, info.dataset, "",
                        fmt::format("the same value, {} V, in all {} samples", low_, info.samples),
                        "a lever that moves, or noise at least (is the sensor connected?)"});
  }

 private:
  std::int64_t first_bad_ = 0, bad_count_ = 0;
  double first_bad_value_ = 0.0;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

// Raw samples on their way to the lever clock: interpolated where time stamps are irregular, filled where
// there are holes, then downsampled.
class Front {
 public:
  Front(const SessionInfo& info, const Parameters& parameters)
      : filler_(info.rate_hz),
        interpolator_(grid_rate_hz(info.rate_hz), parameters.gap_limit_s),
        downsampler_(info.regular ? info.rate_hz : grid_rate_hz(info.rate_hz), parameters),
        regular_(info.regular),
        hold_(parameters.gaps == GapPolicy::hold) {
    reserve_large(lever_, static_cast<std::size_t>(info.duration_s * lever_rate_hz) + 16);
  }

  void push(std::span<const double> seconds, std::span<const double> volts) {
    if (regular_ && !hold_) return downsampler_.push(volts, lever_);
    even_.clear();
    if (!regular_) {
      interpolator_.push(seconds, volts, even_);
    } else {
      filler_.push(volts, even_);
    }
    downsampler_.push(even_, lever_);
  }

  TraceRead finish() {
    even_.clear();
    if (!regular_) interpolator_.finish(even_);
    if (regular_) filler_.finish(even_);
    downsampler_.push(even_, lever_);
    downsampler_.finish(lever_);
    TraceRead read;
    read.trace.no_data = regular_ ? filler_.no_data() : interpolator_.no_data();
    const auto n = static_cast<std::int64_t>(lever_.size());
    for (SampleRange& range : read.trace.no_data) range.end = std::min(range.end, n);
    std::erase_if(read.trace.no_data, [](const SampleRange& r) { return r.begin >= r.end; });
    read.missing_samples = regular_ ? filler_.missing() : interpolator_.missing();
    read.trace.volts = std::move(lever_);
    return read;
  }

 private:
  HoleFiller filler_;
  GridInterpolator interpolator_;
  Downsampler downsampler_;
  bool regular_, hold_;
  std::vector<double> even_, lever_;
};

}  // namespace

TraceRead read_trace(Session& session, const Parameters& parameters, int threads,
                     const BlockDone& block_done) {
  const SessionInfo& info = session.info();
  Watch watch;
  std::optional<Front> front;
  try {
    front.emplace(info, parameters);
  } catch (const BadArgument& error) {
    throw BadSession({info.path, info.dataset, "", error.what(), "a rate that leverkin can bring to 1 kHz"});
  }
  std::vector<double> seconds;
  const auto take = [&](std::int64_t first, std::span<const double> volts) {
    watch.see(first, volts);
    if (!info.regular) {
      seconds.resize(volts.size());
      session.read_timestamps(first, seconds);
    }
    if (watch.all_finite() || parameters.gaps == GapPolicy::hold) front->push(seconds, volts);
    if (block_done) block_done(static_cast<std::int64_t>(volts.size()));
  };
  session.stream_volts(take, threads);
  if (!watch.all_finite() && parameters.gaps == GapPolicy::refuse) watch.refuse_bad_samples(session);
  watch.require_movement(info);
  return front->finish();
}

TraceRead read_trace(Session& session, const Parameters& parameters, int threads) {
  check(parameters);
  return read_trace(session, parameters, threads, {});
}

}  // namespace leverkin
