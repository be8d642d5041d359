// engine/stages/findings/findings.h: what is odd about a session, in itself and beside the animal's others?
//
// Everything that is warned of anywhere is decided here and printed elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "leverkin/correlogram.h"
#include "leverkin/findings.h"
#include "leverkin/movements.h"
#include "leverkin/session.h"
#include "leverkin/summary.h"

namespace leverkin {

/// What is known of a session once it was analysed; stages that could not be reached are empty.
struct SessionEvidence {
  const SessionInfo& info;
  const TrialTable& trials;
  const SampleFacts& samples;
  const Trace& trace;
  const Segmentation& segmentation;
  std::span<const TrialOutcome> outcomes;
  const Movements& movements;
  const SessionSummary& summary;
};

/// Of the session in itself, the most serious first.
[[nodiscard]] std::vector<Finding> session_findings(const SessionEvidence& evidence, int threads);

/// An animal's sessions in order, and the one that is looked at.
struct AnimalEvidence {
  std::span<const PastSession> sessions;
  std::size_t at = 0;
  const Correlogram* correlogram = nullptr;       ///< of the same sessions, where there is one
  std::span<const std::string> other_parameters;  ///< names of those that the others were analysed with
  std::span<const std::string> unusable;          ///< recordings that cannot be compared, and why, in words
};

/// Of a session beside the animal's others, the most serious first.
[[nodiscard]] std::vector<Finding> compared_findings(const AnimalEvidence& evidence);

/// One that comes from elsewhere: a recording that cannot be analysed, and why.
[[nodiscard]] Finding cannot_be_analysed(const std::string& why);

/// How much later the onsets of the second of two profiles are, in the median of a session (NaN: unknown),
/// where that is more than a little.
[[nodiscard]] std::optional<Finding> profiles_disagree(const std::string& first, const std::string& second,
                                                       double onset_shift_s);

/// By severity and by rank of their kinds.
void rank(std::vector<Finding>& findings);

}  // namespace leverkin
