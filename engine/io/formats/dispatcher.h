// engine/io/formats/dispatcher.h: what did Dispatcher's state machine do in each trial?
#pragma once

#include <span>
#include <string>

#include "io/formats/bit_code.h"
#include "leverkin/session.h"

namespace leverkin {

/// The trials of a Dispatcher file (BControl), on the clock of the recording that holds their bit codes: each
/// by its own code, so that no drift of the two clocks matters. Trials without a code and codes without a
/// trial are left out, with a note. Throws IoError, BadSession.
[[nodiscard]] TrialTable read_dispatcher(const std::string& path, std::span<const CodedTrial> codes,
                                         double end_s, SessionInfo& info);

/// Trials of which the recording alone tells: when each began.
[[nodiscard]] TrialTable trials_of_codes(std::span<const CodedTrial> codes, double end_s);

}  // namespace leverkin
