// leverkin/summary.h: how did the session go, and how does the animal learn?
//
//   session -> trace -> bouts -> movements -> correlogram -> [results]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/correlogram.h"
#include "leverkin/movements.h"
#include "leverkin/session.h"

namespace leverkin {

/// One session in numbers. Fractions and medians are NaN where there is nothing to count.
struct SessionSummary {
  std::int64_t n_trials = 0, n_rewarded = 0;
  double success_fraction = 0.0;        ///< rewarded trials / trials
  std::int64_t n_movements = 0;         ///< used trials
  double median_reaction_time_s = 0.0;  ///< over used trials
  double median_cue_to_reward_s = 0.0;  ///< over used trials
  double moving_fraction = 0.0;         ///< of the samples with data
};

[[nodiscard]] SessionSummary summarise(const TrialTable& trials, std::span<const TrialOutcome> outcomes,
                                       const Trace& trace, const Segmentation& segmentation);

/// One session of an animal, in the numbers that are compared. NaN where there is none.
struct PastSession {
  SessionIdentity identity;
  SessionSummary summary;
  double within_r = 0.0;        ///< median r over the pairs of its movements
  double across_r = 0.0;        ///< median r with the movements of the session before it
  double noise_cutoff_v = 0.0;  ///< Segmentation::noise_cutoff_v
  double rate_hz = 0.0;         ///< of the recording
};

/// One animal of a group: what group means are taken over.
struct SubjectCurves {
  std::vector<std::int64_t> session;    ///< S, sorted
  std::vector<SessionSummary> summary;  ///< S
  Correlogram correlogram;              ///< same sessions
};

/// Mean and s.e.m. over the animals of a group that have a number (n - 1 in the s.e.m., so NaN for one
/// animal).
struct GroupCurve {
  std::vector<double> mean, sem;
  std::vector<std::int64_t> n;
};

struct GroupSummary {
  std::string group;
  std::vector<std::int64_t> session;  ///< S: the sessions of any of its animals
  GroupCurve r;                       ///< S x S, row-major
  GroupCurve success_fraction, reaction_time_s, cue_to_reward_s, within_r;  ///< S
};

[[nodiscard]] GroupSummary summarise_group(std::string group, std::span<const SubjectCurves* const> subjects);

}  // namespace leverkin
