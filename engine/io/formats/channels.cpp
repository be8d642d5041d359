#include "io/formats/channels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "leverkin/error.h"
#include "support/lower_case.h"

namespace leverkin {
namespace {

// The channels whose name begins so, in any case.
std::vector<std::size_t> beginning_with(std::span<const std::string> channels,
                                        std::initializer_list<std::string_view> words) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < channels.size(); ++i)
    if (std::ranges::any_of(words, [&](auto word) { return lower_case(channels[i]).starts_with(word); }))
      found.push_back(i);
  return found;
}

std::string list_of(std::span<const std::string> channels) {
  return channels.empty() ? "no channels" : fmt::format("{}", fmt::join(channels, ", "));
}

std::string line_named(std::span<const std::string> channels, const std::string& by_rig,
                       std::initializer_list<std::string_view> words) {
  if (!by_rig.empty()) return std::ranges::find(channels, by_rig) == channels.end() ? std::string() : by_rig;
  const auto found = beginning_with(channels, words);
  return found.size() == 1 ? channels[found.front()] : std::string();
}

// Seconds of samples.
std::vector<double> times_of(const std::vector<std::int64_t>& samples, Timestamps& clock) {
  std::vector<double> seconds(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) clock.read(samples[i], {&seconds[i], 1});
  return seconds;
}

}  // namespace

RigProfile rig_of(const SessionOptions& options) {
  if (options.rig.empty()) return {};
  std::ifstream file(std::filesystem::path(options.rig), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw BadArgument(options.rig + ": the rig profile cannot be read");
  return rig_from_toml(text, options.rig);
}

void use_calibration(SessionInfo& info) {
  if (std::isnan(info.rig.volts_per_mm)) return;
  const double by_rig = 1.0 / info.rig.volts_per_mm;
  if (info.mm_per_volt <= 0.0) {
    info.mm_per_volt = by_rig;
    return;
  }
  if (std::abs(by_rig / info.mm_per_volt - 1.0) > 1e-6)
    info.notes.push_back(
        {.code = "calibrations_differ",
         .value = info.mm_per_volt,
         .text =
             fmt::format("the recording says {:g} mm per volt, the rig profile {:g}: the recording counts",
                         info.mm_per_volt, by_rig)});
}

std::size_t choose_lever(std::span<const std::string> channels, const std::string& wanted,
                         const SessionInfo& info) {
  const std::string& name = wanted.empty() ? info.rig.lever : wanted;
  if (!name.empty()) {
    const auto at = std::ranges::find(channels, name);
    if (at != channels.end()) return static_cast<std::size_t>(at - channels.begin());
    throw BadSession({info.path, "", "", "the channels " + list_of(channels), "one named " + name});
  }
  const auto levers = beginning_with(channels, {"lever"});
  if (levers.size() == 1) return levers.front();
  if (channels.size() == 1) return 0;
  throw BadSession({info.path, "", "", "no lever among the channels " + list_of(channels),
                    "one whose name starts with lever, or only one (or --lever NAME, or a rig profile)"});
}

TaskLines task_lines(std::span<const std::string> channels, const RigProfile& rig) {
  return {.trial = line_named(channels, "", {"trial"}),
          .cue = line_named(channels, rig.cue, {"cue", "tone"}),
          .reward = line_named(channels, rig.reward, {"reward", "water"})};
}

TrialTable trials_of_lines(const TaskLines& lines, const std::function<Pulses(const std::string&)>& pulses_of,
                           Timestamps& clock) {
  TaskEvents events;
  if (!lines.trial.empty()) {
    const Pulses trial = pulses_of(lines.trial);
    events.start_s = times_of(trial.rises, clock);
    events.stop_s = times_of(trial.falls, clock);
  }
  if (!lines.cue.empty()) events.cue_s = times_of(pulses_of(lines.cue).rises, clock);
  if (!lines.reward.empty()) events.reward_s = times_of(pulses_of(lines.reward).rises, clock);
  if (events.start_s.empty() && events.cue_s.empty()) return {};
  double end_s = 0.0;
  clock.read(clock.size() - 1, {&end_s, 1});
  return trials_of(events, end_s);
}

std::string start_time_of(std::span<const double> clock) {
  const bool is_date = clock.size() == 6 &&
                       std::ranges::all_of(clock, [](double x) { return x >= 0.0 && x < 10'000.0; }) &&
                       clock[0] >= 1900.0 && clock[1] >= 1.0 && clock[1] <= 12.0 && clock[2] >= 1.0 &&
                       clock[2] <= 31.0 && clock[3] < 24.0 && clock[4] < 60.0 && clock[5] < 60.0;
  if (!is_date) return {};
  return fmt::format("{:04.0f}-{:02.0f}-{:02.0f}T{:02.0f}:{:02.0f}:{:06.3f}", clock[0], clock[1], clock[2],
                     clock[3], clock[4], std::min(clock[5], 59.999));
}

void note_parts(SessionInfo& info, std::size_t parts, const std::string& what) {
  if (parts < 2) return;
  info.parts_joined = true;
  info.notes.push_back(
      {.code = "parts_joined",
       .value = static_cast<double>(parts),
       .text = fmt::format("{} {} are read as one recording; between them there are no data", parts, what)});
}

}  // namespace leverkin
