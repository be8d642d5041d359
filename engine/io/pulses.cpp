#include "io/pulses.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "io/calibrated_samples.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr std::size_t most_pulses = 5'000'000;

// The first of them in [begin, end).
double first_in(const std::vector<double>& times, double begin, double end) {
  const auto at = std::ranges::lower_bound(times, begin);
  return at != times.end() && *at < end ? *at : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Pulses find_pulses(const SampleSource& source, const std::function<bool(double)>& is_up,
                   const std::string& file, const std::string& line) {
  Pulses pulses;
  bool up = false;
  double before = std::numeric_limits<double>::quiet_NaN();
  for_each_block(source, [&](std::int64_t first, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == before) continue;
      before = values[i];
      const std::int64_t sample = first + static_cast<std::int64_t>(i);
      const bool now = is_up(before);
      if (now != up && sample > 0) (now ? pulses.rises : pulses.falls).push_back(sample);
      up = now;
    }
    if (pulses.rises.size() > most_pulses)
      throw BadSession({file, line, "", fmt::format("more than {} pulses", most_pulses),
                        "a line that says when something happened: a cue, a reward, a trial"});
  });
  return pulses;
}

TrialTable trials_of(const TaskEvents& events, double end_s) {
  TrialTable trials;
  trials.start_s = events.start_s.empty() ? events.cue_s : events.start_s;
  for (std::size_t i = 0; i < trials.start_s.size(); ++i) {
    const double start = trials.start_s[i];
    const double next = i + 1 < trials.start_s.size() ? trials.start_s[i + 1] : end_s;
    const double told = first_in(events.stop_s, start, next);
    const double stop = std::max(start, told <= next ? told : next);
    trials.stop_s.push_back(stop);
    trials.cue_s.push_back(first_in(events.cue_s, start, next));
    trials.reward_s.push_back(first_in(events.reward_s, start, next));
  }
  return trials;
}

}  // namespace leverkin
