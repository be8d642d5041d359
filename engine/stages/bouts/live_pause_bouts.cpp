#include "stages/bouts/live_pause_bouts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "support/index.h"

namespace leverkin {
namespace {

constexpr std::int64_t speed_hop = 64;      // lever samples that are worked on at a time
constexpr std::int64_t first_noise = 2048;  // samples before there is a threshold
constexpr std::int64_t noise_every = 1024;  // samples after which it is found anew
constexpr std::size_t most_cores = 4096;    // of one chain of movements without a pause
constexpr std::int64_t speed_samples = 20;  // samples of the means whose change is the speed now
constexpr double light_noise = 10.0;        // its noise at rest, as a multiple of that of the slow speed

}  // namespace

LivePauseBouts::LivePauseBouts(const Parameters& parameters, std::size_t most_waiting)
    : LiveBouts(most_waiting),
      parameters_(parameters),
      threshold_(std::numeric_limits<double>::infinity()),
      finder_(parameters_),
      joiner_(parameters_, {}, {}) {
  joiner_.reserve(most_cores);
  cores_.reserve(speed_hop);
  bouts_.reserve(most_cores);
}

double LivePauseBouts::delay_s() const {
  return static_cast<double>(BoutJoiner::longest_wait(parameters_) + slow_speed_reach + 1 + speed_hop) /
         lever_rate_hz;
}

double LivePauseBouts::noise_v() const {
  return rests_ > 0.0 ? std::sqrt(squares_ / rests_) : std::numeric_limits<double>::quiet_NaN();
}

void LivePauseBouts::advance(std::span<const double> lever, std::span<const SampleRange> no_data) noexcept {
  const auto size = static_cast<std::int64_t>(lever.size());
  see_newest(lever);
  for (;;) {
    const bool ends = gaps_passed_ < no_data.size() && no_data[gaps_passed_].begin <= size;
    const std::int64_t stretch_end = ends ? no_data[gaps_passed_].begin : size;
    const std::int64_t known = ends ? stretch_end : size - slow_speed_reach - 1;
    for (std::int64_t next = (seen_ / speed_hop + 1) * speed_hop; next <= known; next += speed_hop)
      see(lever, next, stretch_end);
    if (!ends || no_data[gaps_passed_].end > size) return;
    if (seen_ < stretch_end) see(lever, stretch_end, stretch_end);
    finder_.finish(cores_);
    join(BoutJoiner::the_end);
    seen_ = stretch_begin_ = no_data[gaps_passed_++].end;
    joiner_.start(lever, {stretch_begin_, size});
    drift_ = 0.0;
  }
}

// Slow speeds up to `end`.
void LivePauseBouts::see(std::span<const double> lever, std::int64_t end, std::int64_t stretch_end) {
  std::array<double, speed_hop> room;
  const auto speed = std::span(room).first(index(end - seen_));
  slow_speed(lever.subspan(index(stretch_begin_), index(stretch_end - stretch_begin_)),
             seen_ - stretch_begin_, speed);
  if (seen_ / Drift::knot != end / Drift::knot) {
    const std::int64_t from = std::max(stretch_begin_, end - 2 * Drift::reach);
    drift_ = drift_speed(lever.subspan(index(from), index(end - from)));
  }
  for (double& v : speed) v -= drift_;
  hear(speed, lever.subspan(index(seen_), speed.size()));
  finder_.see(seen_, speed, threshold_, cores_);
  seen_ = end;
  joiner_.grow(lever, stretch_end);
  join(finder_.none_before(seen_));
}

void LivePauseBouts::hear(std::span<const double> speed, std::span<const double> volts) {
  for (std::size_t i = index((8 - seen_ % 8) % 8); i < speed.size(); i += 8) rest_speed_.see(speed[i]);
  const std::int64_t now = seen_ + static_cast<std::int64_t>(speed.size());
  if (now >= first_noise && now / noise_every > seen_ / noise_every)
    rest_sd_ = rest_speed_.sd(), threshold_ = speed_threshold(parameters_, rest_sd_);
  const bool rests = std::ranges::all_of(speed, [&](double v) { return std::abs(v) < threshold_; });
  if (!rests || now < first_noise) return;
  double sum = 0.0, squares = 0.0;
  for (const double v : volts) sum += v;
  const double mean = sum / static_cast<double>(volts.size());
  for (const double v : volts) squares += (v - mean) * (v - mean);
  rests_ += static_cast<double>(volts.size());
  squares_ += squares;
}

void LivePauseBouts::join(std::int64_t passed) {
  for (Core& core : cores_) core.drift = drift_, joiner_.add(core);
  cores_.clear();
  const bool full = joiner_.waiting() + speed_hop >= most_cores;
  joiner_.join(full ? BoutJoiner::the_end : passed, fitter_, bouts_);
  for (const Bout& bout : bouts_) report({bout.begin, bout.end});
  bouts_.clear();
}

void LivePauseBouts::see_newest(std::span<const double> lever) {
  const auto size = static_cast<std::int64_t>(lever.size());
  const double fast =
      std::max(parameters_.speed_threshold_v_per_s, light_noise * parameters_.speed_threshold_sd * rest_sd_);
  for (newest_ = std::max(newest_, 2 * speed_samples); newest_ < size; newest_ += speed_samples / 2) {
    const auto mean = [&](std::int64_t end) {
      double sum = 0.0;
      for (std::int64_t i = end - speed_samples; i < end; ++i) sum += lever[index(i)];
      return sum / static_cast<double>(speed_samples);
    };
    const double speed =
        lever_rate_hz * (mean(newest_) - mean(newest_ - speed_samples)) / static_cast<double>(speed_samples);
    if (std::abs(speed) > fast) last_fast_ = newest_;
  }
}

}  // namespace leverkin
