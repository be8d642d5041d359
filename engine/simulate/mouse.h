// engine/simulate/mouse.h: how does an animal learn the task?
//
// The course follows Chen et al. 2015, Fig. 1: success rises, the time from cue to reward falls and the
// movements of one session, and of neighbouring ones, grow alike. The numbers are guesses that give curves of
// that kind.
#pragma once

#include <cstdint>

#include "simulate/press.h"
#include "simulate/random.h"

namespace leverkin {

/// The rules of one session (Chen et al. 2015, Methods).
struct Task {
  double threshold_mm = 4.5;  ///< the lower one
  double cue_limit_s = 10.0;
  double shortest_interval_s = 5.0, longest_interval_s = 10.0;  ///< between trials

  [[nodiscard]] static Task of_session(std::int64_t session);
};

/// What an animal can do in one session.
struct Skill {
  double success = 0.0;            ///< share of trials that end with a reward
  double early_share = 0.0;        ///< of the rewarded presses: begun before the cue
  double latency_s = 0.0;          ///< median, from the cue to the onset of the press
  double latency_spread = 0.0;     ///< of its logarithm
  double attempts_per_s = 0.0;     ///< failed presses while the cue sounds
  double spontaneous_per_s = 0.0;  ///< movements between trials
  double habit = 0.0;              ///< weight of the habitual press in every press
  double timing_jitter = 0.0;      ///< relative
  double amplitude_jitter = 0.0;   ///< relative to the press
};

/// One animal: what it is born with.
class Mouse {
 public:
  Mouse(std::uint64_t seed, std::int64_t animal, PressCourse course);

  [[nodiscard]] Skill skill_in(std::int64_t session) const;

  /// A press beginning at time 0, as far as this animal's skill goes. `habit` replaces the skill's.
  [[nodiscard]] Press press(const Skill& skill, double habit, double press_mm, Random& random) const;

 private:
  PressCourse course_;
  PressShape habit_;
  double learning_sessions_ = 3.0;  ///< after which 63 % are learned
  double success_ = 0.0, slowness_ = 1.0, restlessness_ = 1.0;
};

}  // namespace leverkin
