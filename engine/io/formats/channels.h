// engine/io/formats/channels.h: which of a recording's channels is what?
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "io/pulses.h"
#include "io/recording.h"
#include "leverkin/session.h"

namespace leverkin {

/// The profile at options.rig; an empty one where none is given. Throws IoError, BadArgument.
[[nodiscard]] RigProfile rig_of(const SessionOptions& options);

/// info.mm_per_volt by the rig, where the recording does not say it. A note where they contradict.
void use_calibration(SessionInfo& info);

/// The place of the lever among channels: the one named `wanted` (--lever), else as the rig says, else the
/// one whose name starts with "lever", else the only one. Throws BadSession.
[[nodiscard]] std::size_t choose_lever(std::span<const std::string> channels, const std::string& wanted,
                                       const SessionInfo& info);

/// The lines that say what the task did; empty names: there is none.
struct TaskLines {
  std::string trial, cue, reward;
  [[nodiscard]] bool any() const { return !trial.empty() || !cue.empty() || !reward.empty(); }
};

/// As the rig says, else by names that start with "trial", "cue" or "tone", "reward" or "water", in any case.
[[nodiscard]] TaskLines task_lines(std::span<const std::string> channels, const RigProfile& rig);

/// `pulses_of` gives the pulses of a line by its name; `clock` has the time of every sample.
[[nodiscard]] TrialTable trials_of_lines(const TaskLines& lines,
                                         const std::function<Pulses(const std::string&)>& pulses_of,
                                         Timestamps& clock);

/// "2016-03-04T14:27:09.519" of year, month, day, hour, minute, second, as MATLAB's clock has them; empty
/// where they are no date.
[[nodiscard]] std::string start_time_of(std::span<const double> clock);

/// That a recording of several parts is read as one.
void note_parts(SessionInfo& info, std::size_t parts, const std::string& what);

}  // namespace leverkin
