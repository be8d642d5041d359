// tests/ephus_files.h: how do the tests make recordings of Ephus and Dispatcher?
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "leverkin/session.h"
#include "mat_files.h"

namespace leverkin::test {

inline void write_log(const std::filesystem::path& path, const std::vector<double>& volts) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(volts.data()),
             static_cast<std::streamsize>(volts.size() * sizeof(double)));
}

/// Adds a trial's number at `start_s`: 5 ms up, then 12 bits, the highest first, `spacing_ms` apart.
inline void add_bit_code(std::vector<double>& volts, double rate_hz, double start_s, int number,
                         double spacing_ms = 10.0) {
  const auto up = [&](double begin_s) {
    const auto begin = std::lround(begin_s * rate_hz), end = std::lround((begin_s + 0.005) * rate_hz);
    for (auto i = begin; i < end && i < std::ssize(volts); ++i) volts[static_cast<std::size_t>(i)] = 5.0;
  };
  up(start_s);
  for (int bit = 1; bit <= 12; ++bit)
    if ((number >> (12 - bit)) & 1) up(start_s + 1e-3 * spacing_ms * bit);
}

inline std::vector<double> code_line(const TrialTable& trials, std::size_t samples, double rate_hz,
                                     double spacing_ms = 10.0) {
  std::vector<double> volts(samples, 0.02);
  for (std::size_t i = 0; i < trials.start_s.size(); ++i)
    add_bit_code(volts, rate_hz, trials.start_s[i], static_cast<int>(i) + 1, spacing_ms);
  return volts;
}

struct XsgChannel {
  std::string name;
  std::vector<double> volts;
};

/// `trigger`: year, month, day, hour, minute, second; empty: not noted.
inline void write_xsg(const std::filesystem::path& path, double rate_hz,
                      const std::vector<XsgChannel>& channels,
                      const std::vector<double>& trigger = {2026, 3, 1, 10, 5, 7.25}) {
  mat::Fields traces;
  int number = 1;
  for (const XsgChannel& channel : channels) {
    traces.emplace_back("trace_" + std::to_string(number), mat::numbers(channel.volts));
    traces.emplace_back("channelName_" + std::to_string(number++), mat::text(channel.name));
  }
  const mat::Array settings = mat::structure(
      {{"sampleRate", mat::numbers({rate_hz})},
       {"triggerTime",
        mat::numbers(trigger, {trigger.empty() ? 0 : 1, static_cast<std::int32_t>(trigger.size())})}});
  mat::write(
      path,
      {mat::structure({{"acquirer", mat::structure({{"acquirer", settings}})}}, "header"),
       mat::structure({{"ephys", mat::numbers({}, {0, 0})}, {"acquirer", mat::structure(traces)}}, "data")});
}

/// One trial as Dispatcher keeps it, on its own clock; NaN: not visited, no row. No `stop_s`: broken off.
struct DispatcherTrial {
  double start_s, code_s, cue_s, reward_s;
  std::optional<double> stop_s;
};

inline mat::Array dispatcher_trial(const DispatcherTrial& trial) {
  const auto state = [](double begin_s, double length_s) {
    return std::isnan(begin_s) ? mat::numbers({}, {0, 2})
                               : mat::numbers({begin_s, begin_s + length_s}, {1, 2});
  };
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  const mat::Array waiting = trial.stop_s
                                 ? mat::numbers({nothing, *trial.stop_s, trial.start_s, nothing}, {2, 2})
                                 : mat::numbers({nothing, trial.start_s}, {1, 2});
  return mat::structure({{"states", mat::structure({{"state_0", waiting},
                                                    {"bitcode", state(trial.code_s, 0.125)},
                                                    {"cue", state(trial.cue_s, 0.5)},
                                                    {"reward", state(trial.reward_s, 0.1)},
                                                    {"iti", state(nothing, 0.0)}})},
                         {"pokes", mat::structure({{"C", mat::numbers({}, {0, 2})}})}});
}

inline void write_dispatcher(const std::filesystem::path& path, const std::vector<DispatcherTrial>& trials) {
  std::vector<mat::Array> all;
  for (const DispatcherTrial& trial : trials) all.push_back(dispatcher_trial(trial));
  mat::write(path, {mat::structure({{"ProtocolsSection_n_done_trials", mat::numbers({1.0})}}, "saved"),
                    mat::opaque("machine"),
                    mat::structure({{"other", mat::cell({mat::text("x")})},
                                    {"ProtocolsSection_parsed_events", mat::cell(all)}},
                                   "saved_history")});
}

/// The trials of a table, on a clock of Dispatcher's own that was ahead and runs fast.
inline std::vector<DispatcherTrial> dispatcher_trials(const TrialTable& trials) {
  const auto own = [](double seconds) { return 5000.0 + 1.0002 * seconds; };
  std::vector<DispatcherTrial> all;
  for (std::size_t i = 0; i < trials.start_s.size(); ++i) {
    const double start = own(trials.start_s[i]);
    const auto later = [&](double seconds) { return start + (seconds - trials.start_s[i]); };
    all.push_back({start, start, later(trials.cue_s[i]), later(trials.reward_s[i]), later(trials.stop_s[i])});
  }
  return all;
}

}  // namespace leverkin::test
