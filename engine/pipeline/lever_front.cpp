#include "pipeline/lever_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "kernels/volts.h"
#include "leverkin/error.h"
#include "support/large_pages.h"

namespace leverkin {
namespace {

constexpr std::size_t block = 4096;  // samples that are looked at and filled at a time
constexpr std::size_t listed = 5;    // places that are told: enough to find the cause

}  // namespace

double longest_step_s(const SessionInfo& info, const Parameters& parameters) {
  constexpr double periods = 1.5;  // within a part, samples follow each other at the recording's rate
  return info.parts_joined ? std::min(parameters.gap_limit_s, periods / info.rate_hz)
                           : parameters.gap_limit_s;
}

SampleWatch::SampleWatch(double gap_limit_s) : gap_limit_s_(gap_limit_s) {
  facts_.not_finite_at.reserve(listed);
  facts_.longest_pauses.reserve(listed + 1);
}

void SampleWatch::see(std::span<const double> volts, std::span<const double> seconds) noexcept {
  for (std::size_t begin = 0; begin < volts.size(); begin += block) {
    const std::size_t n = std::min(block, volts.size() - begin);
    see_block(volts.subspan(begin, n), seconds.empty() ? seconds : seconds.subspan(begin, n));
  }
}

void SampleWatch::see_block(std::span<const double> volts, std::span<const double> seconds) noexcept {
  const kernels::ValueRange range = kernels::value_range(volts.data(), volts.size());
  if (range.low <= range.high) {
    see_extreme(volts, range.low, !(facts_.low.volts <= range.low), facts_.low);
    see_extreme(volts, range.high, !(facts_.high.volts >= range.high), facts_.high);
  }
  if (range.finite != volts.size()) add_not_finite(volts);
  if (!seconds.empty()) add_pauses(seconds);
  facts_.samples += static_cast<std::int64_t>(volts.size());
}

// `further`: `value` lies beyond all seen before. Most blocks do not reach the extreme and cost nothing.
void SampleWatch::see_extreme(std::span<const double> volts, double value, bool further,
                              SampleFacts::Extreme& extreme) noexcept {
  if (further) extreme = {.volts = value};
  if (value != extreme.volts) return;
  std::int64_t run = extreme.longest_begin + extreme.longest == facts_.samples ? extreme.longest : 0;
  for (std::size_t i = 0; i < volts.size(); ++i) {
    if (volts[i] != value) {
      run = 0;
      continue;
    }
    ++extreme.samples;
    if (++run <= extreme.longest) continue;
    extreme.longest = run;
    extreme.longest_begin = facts_.samples + static_cast<std::int64_t>(i) + 1 - run;
  }
}

void SampleWatch::add_not_finite(std::span<const double> volts) noexcept {
  for (std::size_t i = 0; i < volts.size(); ++i) {
    if (std::isfinite(volts[i])) continue;
    const std::int64_t sample = facts_.samples + static_cast<std::int64_t>(i);
    auto& places = facts_.not_finite_at;
    if (facts_.not_finite++ == 0) first_bad_value_ = volts[i];
    if (!places.empty() && places.back().end == sample)
      ++places.back().end;
    else if (places.size() < listed)
      places.push_back({sample, sample + 1});
  }
}

void SampleWatch::add_pauses(std::span<const double> seconds) noexcept {
  auto& longest = facts_.longest_pauses;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const double before_s = std::exchange(last_stamp_s_, seconds[i]);
    const double step_s = seconds[i] - before_s;
    if (!(step_s > gap_limit_s_)) continue;
    ++facts_.n_pauses;
    const auto place =
        std::ranges::upper_bound(longest, step_s, std::greater<>(), &SampleFacts::Pause::length_s);
    longest.insert(place, {facts_.samples + static_cast<std::int64_t>(i) - 1, before_s, step_s});
    if (longest.size() > listed) longest.pop_back();
  }
}

void SampleWatch::refuse_not_finite(const SessionInfo& info, double seconds) const {
  throw BadSession({info.path, info.dataset, fmt::format("sample {} ({:.4f} s)", first_not_finite(), seconds),
                    fmt::format("{}, the first of {} non-finite samples among {}", first_bad_value_,
                                facts_.not_finite, info.samples),
                    "finite volts (gaps = hold treats such samples as no data: "
                    "docs/troubleshooting.md#missing-samples)"});
}

void SampleWatch::require_movement(const SessionInfo& info) const {
  if (std::isnan(facts_.low.volts))
    throw BadSession({info.path, info.dataset, "", fmt::format("no finite value in {} samples", info.samples),
                      "the lever's voltage"});
  if (facts_.low.volts == facts_.high.volts)
    throw BadSession({info.path, info.dataset, "",
                      fmt::format("the same value, {} V, in all {} samples", facts_.low.volts, info.samples),
                      "a lever that moves, or noise at least (is the sensor connected?)"});
}

LeverFront::LeverFront(const SessionInfo& info, const Parameters& parameters, std::size_t holes)
    : filler_(info.rate_hz, holes),
      interpolator_(grid_rate_hz(info.rate_hz), longest_step_s(info, parameters)),
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
  if (!regular_) read.trace.left_out = interpolator_.left_out();
  const auto n = static_cast<std::int64_t>(lever_.size());
  for (SampleRange& range : read.trace.no_data) range.end = std::min(range.end, n);
  std::erase_if(read.trace.no_data, [](const SampleRange& r) { return r.begin >= r.end; });
  read.trace.volts = std::move(lever_);
  return read;
}

}  // namespace leverkin
