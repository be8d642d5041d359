// engine/io/session_checks.h: can what a session file says be true?
#pragma once

#include "io/recording.h"

namespace leverkin {

/// Throws BadSession; notes a slow one.
void check_stated_rate(SessionInfo& info, const RecordingWords& words);

struct Clock {
  double first_s = 0.0, last_s = 0.0;
  double rate_hz = 0.0;  ///< 1 / the exact median of the steps
  std::int64_t pauses = 0;
  double paused_s = 0.0;  ///< in all
};

/// Finite, strictly increasing, as many as samples, at a rate that can be one; else throws BadSession, saying
/// where. Notes what is odd about them. Memory does not grow with the recording.
Clock check_timestamps(SessionInfo& info, Timestamps& timestamps);

/// Cues and rewards of -1 or 0 before their trial begins become NaN, and a note: many programs write "none"
/// so.
void mend_missing_events(SessionInfo& info, TrialTable& trials);

}  // namespace leverkin
