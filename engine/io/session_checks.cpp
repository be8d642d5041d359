#include "io/session_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace leverkin {
namespace {

// A lever needs more than 100 Hz for movements of tenths of a second, and no lever is sampled faster than 1
// MHz: outside, the number is most likely in kHz or milliseconds.
constexpr double slowest_rate_hz = 100.0, fastest_rate_hz = 1e6;
constexpr double slowest_median_rate_hz = 1.0;

// Calls visit(step in seconds) for every pair of neighbours, in order.
template <typename Visit>
void for_each_step(Column& timestamps, const Visit& visit) {
  std::vector<double> block(static_cast<std::size_t>(std::min(Column::block_values, timestamps.size())));
  double previous = 0.0;
  for (std::int64_t first = 0; first < timestamps.size(); first += Column::block_values) {
    const std::int64_t count = std::min(Column::block_values, timestamps.size() - first);
    const std::span<double> seconds = std::span(block).first(static_cast<std::size_t>(count));
    timestamps.read(first, seconds);
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      if (first > 0 || i > 0) visit(seconds[i] - previous);
      previous = seconds[i];
    }
  }
}

// The exact median of the steps between time stamps, in a few passes over the file and 8 MB of memory: the
// bits of positive doubles are ordered as the doubles are, so counts by leading bits close in on the middle,
// 16 bits a pass.
class MedianStep {
 public:
  explicit MedianStep(Column& timestamps)
      : timestamps_(timestamps), lower_((timestamps.size() - 2) / 2), upper_((timestamps.size() - 1) / 2) {}

  double find() {
    std::int64_t inside = timestamps_.size() - 1;
    for (int bits = 0; bits < 64 && inside > most_held; bits += 16) {
      count_next_16(bits);
      const std::uint64_t low = bucket_of(lower_), high = bucket_of(upper_);
      if (low != high) return between(bits + 16, (prefix_ << 16) | low, (prefix_ << 16) | high);
      for (std::uint64_t i = 0; i < low; ++i) below_ += counts_[i];
      inside = counts_[low];
      prefix_ = (prefix_ << 16) | low;
      prefix_bits_ = bits + 16;
    }
    return prefix_bits_ == 64 ? std::bit_cast<double>(prefix_) : middle_of_held();
  }

 private:
  static constexpr std::int64_t most_held = 1 << 20;

  [[nodiscard]] static std::uint64_t leading(double step, int bits) {
    return bits == 0 ? 0 : std::bit_cast<std::uint64_t>(step) >> (64 - bits);
  }

  void count_next_16(int bits) {
    counts_.assign(65536, 0);
    for_each_step(timestamps_, [&](double step) {
      if (leading(step, bits) == prefix_) ++counts_[leading(step, bits + 16) & 0xffff];
    });
  }

  [[nodiscard]] std::uint64_t bucket_of(std::int64_t rank) const {
    std::int64_t passed = below_;
    std::uint64_t bucket = 0;
    while (passed + counts_[bucket] <= rank) passed += counts_[bucket++];
    return bucket;
  }

  // The two middle steps fell into different buckets: the largest of the one and the smallest of the other.
  double between(int bits, std::uint64_t low, std::uint64_t high) {
    double largest = 0.0, smallest = std::numeric_limits<double>::infinity();
    for_each_step(timestamps_, [&](double step) {
      if (leading(step, bits) == low) largest = std::max(largest, step);
      if (leading(step, bits) == high) smallest = std::min(smallest, step);
    });
    return 0.5 * (largest + smallest);
  }

  double middle_of_held() {
    std::vector<double> held;
    for_each_step(timestamps_, [&](double step) {
      if (leading(step, prefix_bits_) == prefix_) held.push_back(step);
    });
    std::sort(held.begin(), held.end());
    return 0.5 * (held[static_cast<std::size_t>(lower_ - below_)] +
                  held[static_cast<std::size_t>(upper_ - below_)]);
  }

  Column& timestamps_;
  std::int64_t lower_, upper_;  // ranks of the middle steps; the same where their number is odd
  std::int64_t below_ = 0;      // steps smaller than all that share the prefix
  std::uint64_t prefix_ = 0;
  int prefix_bits_ = 0;
  std::vector<std::int64_t> counts_;
};

void check_one_timestamp(const SessionInfo& info, const std::string& name, std::int64_t index,
                         double previous, double seconds) {
  const std::string place = fmt::format("time stamp {}", index);
  if (!std::isfinite(seconds))
    throw BadSession({info.path, name, place, fmt::format("{}", seconds), "a finite time in seconds"});
  if (index == 0 || seconds > previous) return;
  throw BadSession({info.path, name, place,
                    fmt::format("{} s after {} s ({})", seconds, previous,
                                seconds == previous ? "a duplicate" : "decreasing"),
                    "times that strictly increase"});
}

void check_order(const SessionInfo& info, Column& timestamps, Clock& clock) {
  std::vector<double> block(static_cast<std::size_t>(std::min(Column::block_values, timestamps.size())));
  for (std::int64_t first = 0; first < timestamps.size(); first += Column::block_values) {
    const std::int64_t count = std::min(Column::block_values, timestamps.size() - first);
    const std::span<double> seconds = std::span(block).first(static_cast<std::size_t>(count));
    timestamps.read(first, seconds);
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      if (!(seconds[i] > clock.last_s && seconds[i] < std::numeric_limits<double>::infinity()) ||
          first + i == 0)
        check_one_timestamp(info, timestamps.name(), first + static_cast<std::int64_t>(i), clock.last_s,
                            seconds[i]);
      if (first == 0 && i == 0) clock.first_s = seconds[i];
      clock.last_s = seconds[i];
    }
  }
}

struct TrialPlace {
  const SessionInfo& info;
  const std::string& group;
  std::int64_t trial;

  [[noreturn]] void refuse(const char* column, const std::string& found, const std::string& expected) const {
    throw BadSession({info.path, group + "/" + column, fmt::format("trial {}", trial), found, expected});
  }
};

}  // namespace

void check_stated_rate(const SessionInfo& info, const std::string& attribute) {
  const std::string place = "attribute " + attribute;
  const double rate = info.rate_hz;
  if (!std::isfinite(rate) || rate <= 0.0)
    throw BadSession(
        {info.path, info.dataset, place, fmt::format("{}", rate), "samples per second: finite, above 0"});
  if (rate >= slowest_rate_hz && rate <= fastest_rate_hz) return;
  const char* hint = rate < slowest_rate_hz ? "is this number in kHz, or the milliseconds of one sample?"
                                            : "is this number in mHz, or a time in nanoseconds?";
  throw BadSession(
      {info.path, info.dataset, place, fmt::format("{} Hz", rate),
       fmt::format("samples per second, {} to {} Hz; {}", slowest_rate_hz, fastest_rate_hz, hint)});
}

void check_trials(const SessionInfo& info, const TrialTable& trials, const std::string& group,
                  const char* const (&columns)[4]) {
  const auto* const start = columns[0];
  for (std::int64_t i = 0; i < trials.size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const TrialPlace place{info, group, i};
    const double values[4] = {trials.start_s[k], trials.stop_s[k], trials.cue_s[k], trials.reward_s[k]};
    for (int c = 0; c < 4; ++c)
      if (std::isinf(values[c]))
        place.refuse(columns[c], "infinity", "a time in seconds, NaN where there is none");
    if (std::isnan(values[0])) place.refuse(start, "NaN", "a time in seconds: every trial has a start");
    if (values[1] < values[0])
      place.refuse(columns[1], fmt::format("stop at {} s, before its start at {} s", values[1], values[0]),
                   "a stop after the start");
    if (values[3] < values[2])
      place.refuse(columns[3], fmt::format("reward at {} s, before its cue at {} s", values[3], values[2]),
                   "a reward after the cue");
    if (i == 0) continue;
    if (values[0] < trials.start_s[k - 1])
      place.refuse(
          start, fmt::format("start at {} s after one at {} s (unsorted)", values[0], trials.start_s[k - 1]),
          "trials in the order of time");
    if (trials.stop_s[k - 1] > values[0])
      place.refuse(start,
                   fmt::format("start at {} s, the trial before stops at {} s (overlapping)", values[0],
                               trials.stop_s[k - 1]),
                   "trials that do not overlap");
  }
}

Clock check_timestamps(const SessionInfo& info, Column& timestamps) {
  if (timestamps.size() != info.samples)
    throw BadSession({info.path, timestamps.name(), "", fmt::format("{} time stamps", timestamps.size()),
                      fmt::format("one per sample of {}: {}", info.dataset, info.samples)});
  if (timestamps.size() < 2)
    throw BadSession(
        {info.path, timestamps.name(), "", "a single time stamp", "at least two, to know the rate"});
  Clock clock;
  check_order(info, timestamps, clock);
  clock.rate_hz = 1.0 / MedianStep(timestamps).find();
  if (!(clock.rate_hz > slowest_median_rate_hz && clock.rate_hz <= fastest_rate_hz))
    throw BadSession(
        {info.path, timestamps.name(), "", fmt::format("a median rate of {} Hz", clock.rate_hz),
         fmt::format("times in seconds, with {} to {} samples per second; are these milliseconds or ticks?",
                     slowest_median_rate_hz, fastest_rate_hz)});
  return clock;
}

}  // namespace leverkin
