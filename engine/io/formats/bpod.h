// engine/io/formats/bpod.h: what did Bpod's state machine do, and when by the recording's clock?
#pragma once

#include <string>
#include <vector>

#include "leverkin/session.h"

namespace leverkin {

/// States whose beginning is a cue or a reward; empty: one whose name begins with cue or tone, and reward or
/// water, in any case.
struct BpodWords {
  std::string cue_state, reward_state;
};

/// The trials of a SessionData file, in seconds of Bpod's own clock. A trial that was not saved to its end is
/// left out; a state that was not visited gives NaN. Throws IoError, BadSession.
[[nodiscard]] TrialTable read_bpod(const std::string& path, const BpodWords& words);

/// The same trials on the recording's clock. With `sync_s`, when the recording saw each trial begin: trial by
/// trial, whatever the clocks' drift; the two lists may begin and end with trials that the other one lacks,
/// which are left out, with a note. Without: `offset_s` later. Throws BadSession where they do not fit.
[[nodiscard]] TrialTable on_recording_clock(const TrialTable& told, const std::vector<double>& sync_s,
                                            double offset_s, SessionInfo& info);

}  // namespace leverkin
