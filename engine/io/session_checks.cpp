#include "io/session_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {
namespace {

// Movements of tenths of a second need some samples each, and no lever is sampled faster than 1 MHz: outside,
// the number is most likely in kHz or milliseconds.
constexpr double slowest_rate_hz = 20.0, fastest_rate_hz = 1e6;
constexpr double slow_rate_hz = 100.0;  // below it, onsets are coarse

constexpr double pause_s = 0.1;          // a step beyond it is a pause, not a sample that came late
constexpr double most_uneven = 0.01;     // mean against median rate
constexpr double coarsest_stamp = 0.25;  // of a step

constexpr std::int64_t block_values = 65536;  // half a MB of doubles: stays in a core's cache

// Calls visit(step in seconds) for every pair of neighbours, in order.
template <typename Visit>
void for_each_step(Timestamps& timestamps, const Visit& visit) {
  std::vector<double> block(static_cast<std::size_t>(std::min(block_values, timestamps.size())));
  double previous = 0.0;
  for (std::int64_t first = 0; first < timestamps.size(); first += block_values) {
    const std::int64_t count = std::min(block_values, timestamps.size() - first);
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
  explicit MedianStep(Timestamps& timestamps)
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

  Timestamps& timestamps_;
  std::int64_t lower_, upper_;  // ranks of the middle steps; the same where their number is odd
  std::int64_t below_ = 0;      // steps smaller than all that share the prefix
  std::uint64_t prefix_ = 0;
  int prefix_bits_ = 0;
  std::vector<std::int64_t> counts_;
};

void check_one_timestamp(const SessionInfo& info, const std::string& name, std::int64_t index,
                         double previous, double seconds, double resolution_s) {
  const std::string place = fmt::format("time stamp {}", index);
  if (!std::isfinite(seconds))
    throw BadSession({info.path, name, place, fmt::format("{}", seconds), "a finite time in seconds"});
  if (index == 0 || seconds > previous) return;
  throw BadSession({info.path, name, place,
                    fmt::format("{} s after {} s ({})", seconds, previous,
                                seconds == previous ? "a duplicate" : "decreasing"),
                    fmt::format("times that strictly increase{}",
                                seconds == previous && resolution_s > 1e-6
                                    ? fmt::format("; at {:.0f} s, float32 steps by {:.2g} s: use float64",
                                                  seconds, resolution_s)
                                    : "")});
}

void check_order(const SessionInfo& info, Timestamps& timestamps, Clock& clock) {
  std::vector<double> block(static_cast<std::size_t>(std::min(block_values, timestamps.size())));
  for (std::int64_t first = 0; first < timestamps.size(); first += block_values) {
    const std::int64_t count = std::min(block_values, timestamps.size() - first);
    const std::span<double> seconds = std::span(block).first(static_cast<std::size_t>(count));
    timestamps.read(first, seconds);
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      if (!(seconds[i] > clock.last_s && seconds[i] < std::numeric_limits<double>::infinity()) ||
          first + i == 0)
        check_one_timestamp(info, timestamps.name(), first + static_cast<std::int64_t>(i), clock.last_s,
                            seconds[i], timestamps.resolution_s(seconds[i]));
      if (first == 0 && i == 0) clock.first_s = seconds[i];
      if (first + i > 0 && seconds[i] - clock.last_s > pause_s) {
        ++clock.pauses;
        clock.paused_s += seconds[i] - clock.last_s;
      }
      clock.last_s = seconds[i];
    }
  }
}

void note_slow(SessionInfo& info, double rate_hz) {
  if (rate_hz >= slow_rate_hz) return;
  info.notes.push_back({.code = "slow_rate",
                        .value = rate_hz,
                        .text = fmt::format("{:g} samples per second: onsets are known to {:.0f} ms at best",
                                            rate_hz, 1e3 / rate_hz)});
}

// Samples that come in bursts have a median step that is not their rate.
void note_uneven(SessionInfo& info, const Timestamps& timestamps, const Clock& clock) {
  const double recorded_s = clock.last_s - clock.first_s - clock.paused_s;
  const auto steps = static_cast<double>(timestamps.size() - 1 - clock.pauses);
  if (info.parts_joined || recorded_s <= 0.0 || steps < 1.0) return;  // within a part, one rate is given
  const double mean_hz = steps / recorded_s;
  if (std::abs(mean_hz / clock.rate_hz - 1.0) <= most_uneven) return;
  info.notes.push_back(
      {.code = "uneven_rate",
       .value = mean_hz,
       .text = fmt::format("{:.0f} steps in {:.3f} s (pauses left out) are {:.6g} samples per second, their "
                           "median says {:.6g}: samples come in bursts, or some are lost",
                           steps, recorded_s, mean_hz, clock.rate_hz)});
}

// Rounded stamps have a median step that says nothing about their rate.
bool note_coarse(SessionInfo& info, const Timestamps& timestamps, const Clock& clock) {
  const double resolution_s = timestamps.resolution_s(clock.last_s);
  if (resolution_s * clock.rate_hz <= coarsest_stamp) return false;
  info.notes.push_back(
      {.code = "coarse_time_stamps",
       .value = resolution_s,
       .text =
           fmt::format("time stamps are float32, which at {:.0f} s steps by {:.2g} s: {:.0f} % of the time "
                       "between samples",
                       clock.last_s, resolution_s, 100.0 * resolution_s * clock.rate_hz)});
  return true;
}

}  // namespace

void check_stated_rate(SessionInfo& info, const RecordingWords& words) {
  const std::string& place = words.rate;
  const double rate = info.rate_hz;
  if (!std::isfinite(rate) || rate <= 0.0)
    throw BadSession(
        {info.path, info.dataset, place, fmt::format("{}", rate), "samples per second: finite, above 0"});
  if (rate >= slowest_rate_hz && rate <= fastest_rate_hz) return note_slow(info, rate);
  const char* hint = rate < slowest_rate_hz ? "is this number in kHz, or the milliseconds of one sample?"
                                            : "is this number in mHz, or a time in nanoseconds?";
  throw BadSession({info.path, info.dataset, place, fmt::format("{} Hz", rate),
                    fmt::format("samples per second, {} to {} Hz; {} (docs/troubleshooting.md#rates)",
                                slowest_rate_hz, fastest_rate_hz, hint)});
}

Clock check_timestamps(SessionInfo& info, Timestamps& timestamps) {
  if (timestamps.size() != info.samples)
    throw BadSession({info.path, timestamps.name(), "", fmt::format("{} time stamps", timestamps.size()),
                      fmt::format("one per sample of {}: {}", info.dataset, info.samples)});
  if (timestamps.size() < 2)
    throw BadSession(
        {info.path, timestamps.name(), "", "a single time stamp", "at least two, to know the rate"});
  Clock clock;
  check_order(info, timestamps, clock);
  clock.rate_hz = 1.0 / MedianStep(timestamps).find();
  if (!(clock.rate_hz >= slowest_rate_hz && clock.rate_hz <= fastest_rate_hz))
    throw BadSession(
        {info.path, timestamps.name(), "", fmt::format("a median rate of {} Hz", clock.rate_hz),
         fmt::format("times in seconds, with {} to {} samples per second; are these milliseconds or ticks? "
                     "(docs/troubleshooting.md#rates)",
                     slowest_rate_hz, fastest_rate_hz)});
  note_slow(info, clock.rate_hz);
  if (!note_coarse(info, timestamps, clock)) note_uneven(info, timestamps, clock);
  return clock;
}

void mend_missing_events(SessionInfo& info, TrialTable& trials) {
  std::int64_t mended = 0, first = -1;
  double value = 0.0;
  for (std::vector<double>* const column : {&trials.cue_s, &trials.reward_s})
    for (std::size_t i = 0; i < column->size(); ++i) {
      double& seconds = (*column)[i];
      if ((seconds != -1.0 && seconds != 0.0) || !(seconds < trials.start_s[i])) continue;
      value = seconds;
      seconds = std::numeric_limits<double>::quiet_NaN();
      if (mended++ == 0) first = static_cast<std::int64_t>(i);
    }
  if (mended > 0)
    info.notes.push_back(
        {.code = "event_placeholder",
         .value = static_cast<double>(mended),
         .text = fmt::format("{} cues or rewards are {:g}, before their trial begins (the first in trial "
                             "{}): taken as none; NaN is how a file says so",
                             mended, value, first)});
}

}  // namespace leverkin
