#include "io/pulses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

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

// Are all values of `stored` the one that was seen last?
bool is_unchanged(std::span<const std::byte> stored, std::span<const std::byte> last) {
  return std::memcmp(stored.data(), last.data(), last.size()) == 0 &&
         std::memcmp(stored.data(), stored.data() + last.size(), stored.size() - last.size()) == 0;
}

// Calls visit(first, values) for the parts of a source that are not the value before them throughout: a line
// is at rest nearly always, and to compare what is stored is several times as fast as to read it as numbers.
void for_each_change(const SampleSource& source,
                     const std::function<void(std::int64_t first, std::span<const double> values)>& visit) {
  constexpr std::int64_t part = 512;
  const std::size_t width = source.value_bytes();
  const auto own = source.workspace();
  std::vector<std::byte> block(static_cast<std::size_t>(source.block_samples()) * width), last;
  std::vector<double> values(part);
  for (std::int64_t first = 0; first < source.size(); first += source.block_samples()) {
    const std::int64_t count = std::min(source.block_samples(), source.size() - first);
    source.read_block(first, count, own.get(), block.data());
    for (std::int64_t at = 0; at < count; at += part) {
      const auto length = static_cast<std::size_t>(std::min(part, count - at));
      const auto stored = std::span(block).subspan(static_cast<std::size_t>(at) * width, length * width);
      if (!last.empty() && is_unchanged(stored, last)) continue;
      last.assign(stored.end() - static_cast<std::ptrdiff_t>(width), stored.end());
      const auto some = std::span(values).first(length);
      volts_of(source, first + at, stored.data(), some);
      visit(first + at, some);
    }
  }
}

}  // namespace

std::vector<Pulses> find_pulses(const SampleSource& source, std::span<const PulseLine> lines,
                                const std::string& file) {
  std::vector<Pulses> pulses(lines.size());
  std::vector<char> up(lines.size(), 0);
  double before = std::numeric_limits<double>::quiet_NaN();
  for_each_change(source, [&](std::int64_t first, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == before) continue;
      before = values[i];
      const std::int64_t sample = first + static_cast<std::int64_t>(i);
      for (std::size_t k = 0; k < lines.size(); ++k) {
        const bool now = lines[k].is_up(before), was = up[k] != 0;
        if (now != was && sample > 0) (now ? pulses[k].rises : pulses[k].falls).push_back(sample);
        up[k] = now ? 1 : 0;
      }
    }
    for (std::size_t k = 0; k < lines.size(); ++k)
      if (pulses[k].rises.size() > most_pulses)
        throw BadSession({file, lines[k].name, "", fmt::format("more than {} pulses", most_pulses),
                          "a line that says when something happened: a cue, a reward, a trial"});
  });
  return pulses;
}

Pulses find_pulses(const SampleSource& source, const std::function<bool(double)>& is_up,
                   const std::string& file, const std::string& line) {
  const PulseLine one{line, is_up};
  return find_pulses(source, {&one, 1}, file).front();
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
