#include "simulate/session_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "simulate/random.h"

namespace leverkin {
namespace {

constexpr double rest_between_s =
    0.7;  // movements nearer than 0.5 s would be one bout to the published method
constexpr double quiet_start_s = 1.0;      // the published filters lose movements at the very ends
constexpr double cue_after_start_s = 0.1;  // the rig begins a trial a moment before its cue
constexpr double reward_tone_s = 0.5;      // Chen et al. 2015, Methods
constexpr double quiet_end_s = 0.1;
constexpr double rig_clock_hz = 10000.0;        // events are logged on the rig's clock
constexpr double weakest_early_press_s = 0.25;  // an early press lasts at least this long until its reward
constexpr int most_tries = 200;

constexpr double never = std::numeric_limits<double>::quiet_NaN();

enum Kind : std::int64_t { spontaneous = 0, rewarded_press = 1, early_press = 2, failed_press = 3 };

double on_rig_clock(double time_s) { return std::ceil(time_s * rig_clock_hz) / rig_clock_hz; }

struct RewardedPress {
  Press press;
  double reward_s = 0.0;
  Kind kind = rewarded_press;
};

class SessionPlanner {
 public:
  SessionPlanner(std::uint64_t seed, std::int64_t animal, std::int64_t session, double duration_s,
                 PressCourse course)
      : random_(seed, animal, session, Stream::behaviour),
        mouse_(seed, animal, course),
        skill_(mouse_.skill_in(session)),
        task_(Task::of_session(session)),
        duration_s_(duration_s) {}

  SessionPlan run() {
    double start_s = random_.uniform(2.0, 4.0);
    while (const std::optional<double> stop_s = run_trial(start_s)) {
      start_s = *stop_s + random_.uniform(task_.shortest_interval_s, task_.longest_interval_s);
    }
    fill_with_movements(duration_s_ - quiet_end_s, never);
    return std::move(plan_);
  }

 private:
  /// Gives the trial's end, or nothing where it does not fit into the session.
  std::optional<double> run_trial(double start_s) {
    const double cue_s = on_rig_clock(start_s + cue_after_start_s);
    const auto success = random_.chance(skill_.success) ? find_rewarded_press(cue_s) : std::nullopt;
    return success ? succeed(on_rig_clock(start_s), cue_s, *success) : fail(on_rig_clock(start_s), cue_s);
  }

  std::optional<double> succeed(double start_s, double cue_s, const RewardedPress& success) {
    const double stop_s = success.reward_s + reward_tone_s;
    if (std::max(stop_s, success.press.end_s()) > duration_s_ - quiet_end_s) return std::nullopt;
    fill_with_movements(success.press.start_s() - rest_between_s, cue_s);
    add_trial(start_s, stop_s, cue_s, success.reward_s, add_movement(success.press, success.kind));
    clear_from_s_ = std::max(clear_from_s_, stop_s);
    return stop_s;
  }

  std::optional<double> fail(double start_s, double cue_s) {
    const double stop_s = cue_s + task_.cue_limit_s;
    if (stop_s > duration_s_ - quiet_end_s) return std::nullopt;
    const std::size_t before = plan_.movements.size();
    fill_with_movements(stop_s, cue_s);
    const auto& kinds = plan_.truth.kind;
    const auto attempt =
        std::find(kinds.begin() + static_cast<std::ptrdiff_t>(before), kinds.end(), failed_press);
    add_trial(start_s, stop_s, cue_s, never, attempt == kinds.end() ? -1 : attempt - kinds.begin());
    clear_from_s_ = std::max(clear_from_s_, stop_s);
    return stop_s;
  }

  /// Nothing where this animal finds no press in time: the trial fails.
  std::optional<RewardedPress> find_rewarded_press(double cue_s) {
    const bool early = random_.chance(skill_.early_share);
    for (int tries = 0; tries < most_tries; ++tries) {
      // An early press is a movement between trials that turns into a press, so less of a habit.
      Press press =
          mouse_.press(skill_, early ? 0.3 * skill_.habit : skill_.habit, rewarded_press_mm(), random_);
      const auto reward = reward_time_of(press, task_.threshold_mm, 0.0);
      if (!reward || (early && *reward < weakest_early_press_s)) continue;
      const double start_s = early ? cue_s - random_.uniform(0.4, 0.8) * *reward : cue_s + latency_s();
      if (early && start_s < clear_from_s_) continue;
      press.move_to(std::max(start_s, clear_from_s_));
      const double reward_s = on_rig_clock(press.start_s() + *reward);
      if (reward_s < cue_s + task_.cue_limit_s)
        return RewardedPress{press, reward_s, early ? early_press : rewarded_press};
    }
    return std::nullopt;
  }

  double latency_s() {
    constexpr double fastest_s = 0.15;
    return fastest_s + skill_.latency_s * std::exp(skill_.latency_spread * random_.normal());
  }

  /// Naive animals press far beyond what is asked; practised ones just enough.
  double rewarded_press_mm() {
    const double excess_mm = 0.5 + 2.0 * (1.0 - skill_.habit);
    return task_.threshold_mm * random_.uniform(1.15, 1.4) + random_.uniform(0.0, excess_mm);
  }

  /// Movements nobody asked for, from where the last one left off; `cue_s` NaN: no cue in that time.
  void fill_with_movements(double until_s, double cue_s) {
    while (true) {
      const bool cued = clear_from_s_ >= cue_s;
      const double rate = cued ? skill_.attempts_per_s : skill_.spontaneous_per_s;
      double start_s = clear_from_s_ + random_.exponential(1.0 / rate);
      if (!cued && start_s > cue_s) {  // the rate changes with the cue, and waiting times have no memory
        clear_from_s_ = cue_s;
        continue;
      }
      if (start_s >= until_s) return;
      Press press = mouse_.press(skill_, 0.0, random_.uniform(1.0, 5.0), random_);
      press.move_to(start_s);
      keep_unrewarded(press, cue_s);
      if (press.end_s() > until_s) return;
      add_movement(press, cued ? failed_press : spontaneous);
    }
  }

  /// A press that the rig would have rewarded is made too small for it.
  void keep_unrewarded(Press& press, double cue_s) {
    if (!reward_time_of(press, task_.threshold_mm, cue_s)) return;
    press.scale(random_.uniform(0.5, 0.9) * task_.threshold_mm / extent_of(press).peak_mm);
  }

  std::int64_t add_movement(const Press& press, Kind kind) {
    const PressExtent extent = extent_of(press);
    plan_.movements.push_back(press);
    plan_.truth.onset_s.push_back(extent.onset_s);
    plan_.truth.offset_s.push_back(extent.offset_s);
    plan_.truth.peak_mm.push_back(extent.peak_mm);
    plan_.truth.start_s.push_back(press.start_s());
    plan_.truth.end_s.push_back(press.end_s());
    plan_.truth.kind.push_back(kind);
    clear_from_s_ = press.end_s() + rest_between_s;
    return static_cast<std::int64_t>(plan_.movements.size()) - 1;
  }

  void add_trial(double start_s, double stop_s, double cue_s, double reward_s, std::int64_t movement) {
    plan_.trials.start_s.push_back(start_s);
    plan_.trials.stop_s.push_back(stop_s);
    plan_.trials.cue_s.push_back(cue_s);
    plan_.trials.reward_s.push_back(reward_s);
    plan_.truth.bout.push_back(movement);
    plan_.truth.rewarded.push_back(std::isnan(reward_s) ? 0 : 1);
  }

  Random random_;
  Mouse mouse_;
  Skill skill_;
  Task task_;
  double duration_s_ = 0.0;
  double clear_from_s_ = quiet_start_s;  // no movement may start before
  SessionPlan plan_;
};

}  // namespace

SessionPlan plan_session(std::uint64_t seed, std::int64_t animal, std::int64_t session, double duration_s,
                         PressCourse course) {
  return SessionPlanner(seed, animal, session, duration_s, course).run();
}

}  // namespace leverkin
