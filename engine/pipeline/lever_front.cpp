#include "pipeline/lever_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/volts.h"
#include "leverkin/error.h"
#include "support/large_pages.h"

namespace leverkin {
namespace {

constexpr std::size_t block = 4096;  // samples between hole filler and filter

}  // namespace

void SampleWatch::see(std::int64_t first, std::span<const double> volts) noexcept {
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

void SampleWatch::refuse_not_finite(const SessionInfo& info, double seconds) const {
  throw BadSession({info.path, info.dataset, fmt::format("sample {} ({:.4f} s)", first_bad_, seconds),
                    fmt::format("{}, the first of {} non-finite samples among {}", first_bad_value_,
                                bad_count_, info.samples),
                    "finite volts (gaps = hold treats such samples as no data)"});
}

void SampleWatch::require_movement(const SessionInfo& info) const {
  if (low_ > high_)
    throw BadSession({info.path, info.dataset, "", fmt::format("no finite value in {} samples", info.samples),
                      "the lever's voltage"});
  if (low_ == high_)
    throw BadSession({info.path, info.dataset, "",
                      fmt::format("the same value, {} V, in all {} samples", low_, info.samples),
                      "a lever that moves, or noise at least (is the sensor connected?)"});
}

LeverFront::LeverFront(const SessionInfo& info, const Parameters& parameters, std::size_t holes)
    : filler_(info.rate_hz, holes),
      interpolator_(grid_rate_hz(info.rate_hz), parameters.gap_limit_s),
      downsampler_(info.regular ? info.rate_hz : grid_rate_hz(info.rate_hz), parameters),
      regular_(info.regular),
      hold_(parameters.gaps == GapPolicy::hold) {
  reserve_large(lever_, static_cast<std::size_t>(info.duration_s * lever_rate_hz) + 16);
  if (regular_ && hold_) even_.reserve(block);
}

void LeverFront::touch_room() {
  lever_.resize(lever_.capacity());
  lever_.clear();
}

void LeverFront::push_filled(std::span<const double> volts) {
  while (!volts.empty()) {
    even_.clear();
    volts = volts.subspan(filler_.push(volts, even_, block));
    downsampler_.push(even_, lever_);
  }
}

void LeverFront::push(std::span<const double> seconds, std::span<const double> volts) {
  if (regular_) return hold_ ? push_filled(volts) : downsampler_.push(volts, lever_);
  even_.clear();
  interpolator_.push(seconds, volts, even_);
  downsampler_.push(even_, lever_);
}

TraceRead LeverFront::finish() {
  bool done = false;
  while (!done) {
    even_.clear();
    if (regular_) done = filler_.finish(even_, block);
    if (!regular_) interpolator_.finish(even_), done = true;
    downsampler_.push(even_, lever_);
  }
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

}  // namespace leverkin
