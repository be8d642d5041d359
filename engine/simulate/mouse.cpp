#include "simulate/mouse.h"

#include <algorithm>
#include <cmath>

namespace leverkin {

Task Task::of_session(std::int64_t session) {
  Task task;
  if (session <= 4) task.threshold_mm = 3.0;
  if (session <= 2) task.threshold_mm = 1.5;
  if (session <= 1) {
    task.cue_limit_s = 30.0;
    task.shortest_interval_s = 2.0;
    task.longest_interval_s = 4.0;
  }
  return task;
}

Mouse::Mouse(std::uint64_t seed, std::int64_t animal, PressCourse course) : course_(course) {
  Random random(seed, animal, 0, Stream::animal);
  habit_ = PressShape::habitual(random);
  learning_sessions_ = random.uniform(2.4, 3.6);
  success_ = random.uniform(-0.06, 0.04);
  slowness_ = random.uniform(0.85, 1.15);
  restlessness_ = random.uniform(0.7, 1.3);
}

Skill Mouse::skill_in(std::int64_t session) const {
  const double learned = 1.0 - std::exp(-static_cast<double>(session - 1) / learning_sessions_);
  const auto from_to = [learned](double naive, double expert) { return std::lerp(naive, expert, learned); };
  Skill skill;
  skill.success = std::clamp(from_to(0.52, 0.96) + success_, 0.0, 0.99);
  skill.early_share = from_to(0.20, 0.07);
  skill.latency_s = slowness_ * from_to(8.5, 1.3);
  skill.latency_spread = from_to(0.7, 0.5);
  skill.attempts_per_s = restlessness_ * from_to(0.12, 0.06);
  skill.spontaneous_per_s = restlessness_ * from_to(0.25, 0.05);
  skill.habit = from_to(0.05, 0.64);
  skill.timing_jitter = from_to(0.35, 0.18);
  skill.amplitude_jitter = from_to(0.30, 0.12);
  return skill;
}

Press Mouse::press(const Skill& skill, double habit, double press_mm, Random& random) const {
  PressShape shape = PressShape::random(random)
                         .mixed_with(habit_, habit)
                         .jittered(skill.timing_jitter, skill.amplitude_jitter, random);
  if (random.chance(habit)) shape.first = PressShape::press;
  shape.course = course_;
  return {shape, 0.0, press_mm};
}

}  // namespace leverkin
