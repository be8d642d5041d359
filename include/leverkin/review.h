// leverkin/review.h: what did a person decide, movement by movement?
//
//   session -> trace -> bouts -> movements + [review] -> correlogram -> results
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/movements.h"

namespace leverkin {

/// One decision on one movement that the rules let through.
struct Decision {
  std::string subject;
  std::int64_t session = 0;
  std::string input_xxh3;  ///< of the recording that the person saw
  std::int64_t trial = 0;  ///< row of the trial table
  ReviewAction action = ReviewAction::accepted;
  double onset_s = 0.0;  ///< where a shifted movement begins; NaN for the other actions
  std::string note;
};

struct Review {
  std::vector<Decision> decisions;
  std::string json;  ///< the text they came from: results files keep it
};

/// A review file (schema `leverkin-review/1`, docs/formats.md). Throws BadArgument for text that is none:
/// another schema, a decision without its parts, two decisions on one trial. `origin` names the file in
/// messages.
[[nodiscard]] Review review_from_json(std::string_view json, std::string_view origin);

/// Carries out the decisions on one session's trials. A rejected movement is used no more; a shifted one
/// begins at its new onset, which all rules must let through; bouts stay as they are. Throws BadArgument
/// where there is no such trial, its movement is not used, or its new onset is against a rule: a review never
/// overrides the published rules.
void apply_review(std::span<const Decision> decisions, const TrialTable& trials, const Trace& trace,
                  const Segmentation& segmentation, const Parameters& parameters,
                  std::vector<TrialOutcome>& outcomes);

}  // namespace leverkin
