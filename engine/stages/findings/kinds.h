// engine/stages/findings/kinds.h: which kinds of findings are there?
#pragma once

#include <fmt/format.h>

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/findings/findings.h"

namespace leverkin::findings {

// Before a share of them, or what is usual, means anything.
inline constexpr std::int64_t enough_trials = 20;  // the standard error of a fraction is 0.11 at the most
inline constexpr std::int64_t enough_movements = 10, enough_rewards = 5;

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// One thing that was found.
struct Found {
  double value = none;
  std::string text = {};
  double start_s = none, stop_s = none;
};
using FoundList = std::vector<Found>;

/// A row of the table: a new kind of finding is a new row. Whoever looks compares with the row's threshold.
struct Kind {
  std::string_view code;
  Severity severity;
  double threshold;              ///< of the value; NaN: a fact without one
  std::string_view heading;      ///< of several of them
  std::string_view given_where;  ///< in words, for the documentation
  std::string_view wording;      ///< of one
  FoundList (*alone)(const SessionEvidence&, const Kind&) = nullptr;
  FoundList (*beside)(const AnimalEvidence&, const Kind&) = nullptr;
};

/// The kind's wording, its gaps filled by name.
using fmt::arg;
template <class... Values>
std::string say(const Kind& kind, const Values&... values) {
  return fmt::format(fmt::runtime(kind.wording), values...);
}

/// The most serious first.
[[nodiscard]] std::span<const Kind> kinds();
/// Place in kinds(); their number for a code that is not known.
[[nodiscard]] std::size_t rank_of(std::string_view code);
[[nodiscard]] const Kind* kind_of(std::string_view code);

// Who looks at a session in itself (look_alone.cpp) ...
FoundList recorded(const SessionEvidence&, const Kind&);  // what its reader noted under the kind's code
FoundList no_bouts(const SessionEvidence&, const Kind&);
FoundList no_cues(const SessionEvidence&, const Kind&);
FoundList no_rewards(const SessionEvidence&, const Kind&);
FoundList no_movements(const SessionEvidence&, const Kind&);
FoundList few_trials_used(const SessionEvidence&, const Kind&);
FoundList fast_reactions(const SessionEvidence&, const Kind&);
FoundList rewards_at_rest(const SessionEvidence&, const Kind&);
FoundList ringing(const SessionEvidence&, const Kind&);
FoundList jumps(const SessionEvidence&, const Kind&);
FoundList clipped(const SessionEvidence&, const Kind&);
FoundList not_finite(const SessionEvidence&, const Kind&);
FoundList much_without_data(const SessionEvidence&, const Kind&);
FoundList without_data(const SessionEvidence&, const Kind&);
FoundList outside_recording(const SessionEvidence&, const Kind&);
FoundList being_written(const SessionEvidence&, const Kind&);
FoundList no_trials(const SessionEvidence&, const Kind&);

// ... at its signal (look_signal.cpp) ...
FoundList drop_outs(const SessionEvidence&, const Kind&);
FoundList dead_channel(const SessionEvidence&, const Kind&);
FoundList wrong_scale(const SessionEvidence&, const Kind&);
FoundList drift(const SessionEvidence&, const Kind&);
FoundList mains(const SessionEvidence&, const Kind&);

// ... at its cues and rewards (look_rewards.cpp) ...
FoundList reward_without_movement(const SessionEvidence&, const Kind&);
FoundList rewards_not_confirmed(const SessionEvidence&, const Kind&);
FoundList trial_count(const SessionEvidence&, const Kind&);

// ... and beside the animal's others (look_beside.cpp).
FoundList success_declined(const AnimalEvidence&, const Kind&);
FoundList success_fell(const AnimalEvidence&, const Kind&);
FoundList unlike_movements(const AnimalEvidence&, const Kind&);
FoundList unlike_numbers(const AnimalEvidence&, const Kind&);
FoundList noise_unusual(const AnimalEvidence&, const Kind&);
FoundList rate_differs(const AnimalEvidence&, const Kind&);
FoundList other_parameters(const AnimalEvidence&, const Kind&);
FoundList not_compared(const AnimalEvidence&, const Kind&);

}  // namespace leverkin::findings
