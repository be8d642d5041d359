// leverkin/movements.h: which movement earned each reward, and how did it look?
//
//   session -> trace -> bouts -> [movements] -> correlogram -> results
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/parameters.h"
#include "leverkin/session.h"
#include "leverkin/trace.h"

namespace leverkin {

/// Why a trial gave no movement; the first that applies. The numbers are those of results files.
enum class RejectReason : std::uint8_t {
  used = 0,
  no_reward = 1,
  no_cue = 2,
  outside_recording = 3,
  reward_outside_movement = 4,
  started_before_cue = 5,
  moving_before_cue = 6,
  window_past_end = 7,
  no_data = 8,
  flat_movement = 9,
  rejected_in_review = 10,
  bad_times = 11,  ///< looked at before all others
};
inline constexpr int reject_reason_count = 12;

/// What a person decided on a trial's movement (review.h). The numbers are those of results files.
enum class ReviewAction : std::uint8_t {
  none = 0,
  accepted = 1,
  rejected = 2,
  shifted = 3,  ///< its onset was moved
};
inline constexpr int review_action_count = 4;

/// "reward_outside_movement"
[[nodiscard]] std::string_view name(RejectReason reason);

/// "shifted"
[[nodiscard]] std::string_view name(ReviewAction action);

/// What became of one trial.
struct TrialOutcome {
  std::int64_t bout = -1;         ///< the bout that holds the reward; -1: none
  double movement_onset_s = 0.0;  ///< its onset, or where a review put it; NaN where there is none
  double reaction_time_s = 0.0;   ///< onset - cue; NaN where one of them is missing
  double cue_to_reward_s = 0.0;   ///< NaN where one of them is missing
  RejectReason reason = RejectReason::used;
  ReviewAction review = ReviewAction::none;
  std::int64_t id = -1;  ///< the file's own number of the trial; its row where the file has none

  [[nodiscard]] bool used() const { return reason == RejectReason::used; }
};

/// Rewarded movements, aligned to their onset: a row-major (movements x samples) matrix.
struct Movements {
  std::int64_t samples = 0;         ///< per movement: window_ms + 1
  std::vector<double> volts;        ///< size() * samples, of the 1 kHz trace before the low-pass
  std::vector<std::int64_t> trial;  ///< row of the trial table
  std::vector<double> onset_s;

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(trial.size()); }
  [[nodiscard]] std::span<const double> row(std::int64_t i) const {
    return std::span(volts).subspan(static_cast<std::size_t>(i * samples), static_cast<std::size_t>(samples));
  }
};

/// The lever sample of an event at `seconds`: floor(1000 t + 0.5).
[[nodiscard]] std::int64_t event_sample(double seconds);

/// What cannot be true of a trial's own times, in words ("reward at 7.3 s, before its cue at 7.5 s"): a
/// reward before its cue, an overlap with the trial before of more than a lever sample, a trial out of order,
/// no start. Empty: nothing. Half a lever sample is forgiven.
[[nodiscard]] std::string bad_times(const TrialTable& trials, std::int64_t trial);

/// One outcome per trial, by the rules of D.1.
[[nodiscard]] std::vector<TrialOutcome> assign_trials(const TrialTable& trials, const Trace& trace,
                                                      const Segmentation& segmentation,
                                                      const Parameters& parameters = {});

/// The window of every used trial.
[[nodiscard]] Movements extract(const Trace& trace, std::span<const TrialOutcome> outcomes,
                                const Parameters& parameters = {});

}  // namespace leverkin
