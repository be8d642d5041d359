// leverkin/simulate.h: mice that learn to press, with the truth known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/session.h"
#include "leverkin/session_truth.h"
#include "leverkin/session_writer.h"

namespace leverkin {

/// How a press sets off from rest, and a return comes to it: backwards. The published truth is 1 % of the
/// peak; where a shape begins and ends is stored beside it.
enum class PressCourse : std::uint8_t {
  minimum_jerk,  ///< leaves rest as t^3
  half_cosine,   ///< t^2
  exponential,   ///< t: a first-order lag
  gamma,         ///< t^3: a third-order lag
  slow_start,    ///< t^4.05
  ramp,          ///< t, at a constant speed
};

/// Their names, in order: "minimum_jerk", ...
[[nodiscard]] std::span<const std::string_view> press_course_names();

/// What goes wrong in a recording. 0: it does not.
struct RecordingFaults {
  double noise = 1.0;                         ///< times the usual noise of the amplifier
  double mains_v = 0.0, mains_hz = 60.08;     ///< more hum, with a third of it at three times the frequency
  double drift_v_per_s = 0.0;                 ///< of the rest level, at its fastest
  double tremor_v = 0.0, tremor_hz = 9.0;     ///< all along
  double ringing_v = 0.0, ringing_hz = 24.0;  ///< after every movement, dying away in 0.6 s
  double spikes_per_minute = 0.0;             ///< of 0.2 V, 5 ms long
  double saturation_v = 0.0;                  ///< the lever's sensor goes no further from rest
  double step_v = 0.0;                        ///< of the converter
};

struct SimulateOptions {
  std::int64_t animals = 4;
  std::int64_t sessions = 11;
  double minutes = 30.0;
  std::uint64_t seed = 1;
  std::string format = "nwb";  ///< "nwb" or "hdf5"
  double rate_hz = 10000.0;
  Storage storage = Storage::float64;
  bool compressed = false;
  double rest_v = 1.5;  ///< the piezo's rest level
  PressCourse course = PressCourse::minimum_jerk;
  RecordingFaults faults;
  int threads = 0;
  bool overwrite = false;  ///< session files that are there already may be replaced; else nothing is written
  std::function<bool(std::int64_t done, std::int64_t total)> progress;  ///< false stops
};

/// One file per animal and session: <directory>/<subject>/<subject>_session_<NN>.<nwb|h5>. The same options
/// give the same bytes, for any thread count. Returns the paths in order. Throws BadArgument, IoError.
std::vector<std::filesystem::path> simulate(const std::filesystem::path& directory,
                                            const SimulateOptions& options = {});

/// One simulated session in memory, in volts at rate_hz.
struct SimulatedSession {
  std::vector<double> volts;
  TrialTable trials;
  SessionTruth truth;
  SessionIdentity identity;
  // Of every true movement, beside what files hold:
  std::vector<double> first_speed_v_per_s, last_speed_v_per_s;  ///< of its first rise and of its last return
  std::vector<double> still_s;  ///< longest time within it in which the lever moves by less than 15 mV
};

/// `animal` counts from 0, `session` from 1.
[[nodiscard]] SimulatedSession simulate_session(const SimulateOptions& options, std::int64_t animal,
                                                std::int64_t session);

}  // namespace leverkin
