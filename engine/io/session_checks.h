// engine/io/session_checks.h: can what a session file says be true?
#pragma once

#include "io/session_source.h"

namespace leverkin {

/// Each throws BadSession, saying where.
void check_stated_rate(const SessionInfo& info, const std::string& attribute);
void check_trials(const SessionInfo& info, const TrialTable& trials, const std::string& group,
                  const char* const (&columns)[4]);

struct Clock {
  double first_s = 0.0, last_s = 0.0;
  double rate_hz = 0.0;  ///< 1 / the exact median of the steps
};

/// Finite, strictly increasing, as many as samples, at a rate that can be one. Memory does not grow with the
/// recording.
Clock check_timestamps(const SessionInfo& info, Column& timestamps);

}  // namespace leverkin
