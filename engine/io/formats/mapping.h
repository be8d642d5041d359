// engine/io/formats/mapping.h: what does a mapping file say of a recording?
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/formats/number_file.h"
#include "io/recording.h"
#include "leverkin/session.h"

namespace leverkin {

/// A line of times: seconds after multiplication; only in rows where `where` has the value `equals`.
struct MappedTimes {
  LinePlace line;
  std::optional<LinePlace> where;
  double equals = 1.0;
};

/// A line that is up or down: above a value, or a bit of whole numbers.
struct MappedPulses {
  LinePlace line;
  std::optional<double> above;
  std::optional<std::int64_t> bit;
};

enum class TimeUnit : std::uint8_t { seconds, milliseconds, microseconds, samples };

/// docs/mapping.md has every key.
struct Mapping {
  std::string origin;
  std::vector<std::string> files;  ///< patterns of names; empty: any
  std::string subject, group;

  struct Lever {
    LinePlace line;
    std::optional<double> rate_hz;
    std::optional<LinePlace> timestamps;
    TimeUnit timestamps_unit = TimeUnit::seconds;
    double volts_per_count = 1.0, offset_v = 0.0, mm_per_volt = 0.0;
    std::string unit;
    std::int64_t skip_samples = 0;
    bool zero_tail = false;
    std::optional<std::array<double, 2>> valid;
    std::vector<double> no_data;
    std::optional<double> flag_above;  ///< a stored value above it is a value plus flag_adds
    double flag_adds = 0.0;
  } lever;

  struct Trials {
    std::optional<MappedTimes> start, stop, cue, reward;
    std::optional<MappedPulses> trial_line, cue_line, reward_line;
    TimeUnit unit = TimeUnit::seconds;
    bool from_first_sample = false;    ///< else on the clock of the lever's time stamps
    std::optional<double> flag_below;  ///< a trial is a stretch without the flag that begins below it
    bool in_skipped = false;
    std::string bpod;  ///< a SessionData file beside the recording
    std::string cue_state, reward_state;
    std::optional<MappedPulses> sync;  ///< up at the start of every Bpod trial
    double offset_s = 0.0;
  } trials;
};

/// Throws IoError where it cannot be read, BadArgument for anything that cannot be meant.
[[nodiscard]] Mapping read_mapping(const std::filesystem::path& path);

/// Is the mapping for a file of this name?
[[nodiscard]] bool is_mapped(const Mapping& mapping, const std::filesystem::path& file);

/// Under hdf5::Lock; H5::Exception passes through. Throws BadSession, BadArgument, IoError.
[[nodiscard]] Recording open_mapped(const std::string& path, const SessionOptions& options);

}  // namespace leverkin
