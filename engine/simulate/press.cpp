#include "simulate/press.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <set>
#include <vector>

namespace leverkin {
namespace {

constexpr double upper_threshold_mm = 0.5;  // Chen et al. 2015, Methods: about 0.5 mm
constexpr double press_within_s = 0.2;      // Chen et al. 2015, Methods
constexpr double onset_fraction = 0.01;     // of the peak; the definition of the stored truth
constexpr double step_s = 0.001;            // grid on which movements are inspected

// Position from 0 to 1 of the smoothest movement that starts and ends at rest (Flash & Hogan 1985).
double minimum_jerk(double s) { return s * s * s * (10.0 + s * (6.0 * s - 15.0)); }

// From 0 to 1, the end included; `s` from 0 to 1.
double course_at(PressCourse course, double s) {
  constexpr double lag = 5.0, third_order_lag = 11.0;  // time constants in a move
  switch (course) {
    case PressCourse::minimum_jerk:
      return minimum_jerk(s);
    case PressCourse::half_cosine:
      return 0.5 - 0.5 * std::cos(std::numbers::pi * s);
    case PressCourse::exponential:
      return std::expm1(-lag * s) / std::expm1(-lag);
    case PressCourse::gamma: {
      const auto passed = [](double x) { return 1.0 - std::exp(-x) * (1.0 + x + 0.5 * x * x); };
      return passed(third_order_lag * s) / passed(third_order_lag);
    }
    case PressCourse::slow_start:
      return minimum_jerk(std::pow(s, 1.35));
    case PressCourse::ramp:
      return s;
  }
  return s;
}

std::int64_t steps_of(const Press& press) {
  return static_cast<std::int64_t>(std::ceil((press.end_s() - press.start_s()) / step_s));
}

}  // namespace

PressShape PressShape::random(Random& random) {
  PressShape shape;
  shape.first = random.chance(0.3) ? press : (random.chance(0.5) ? 2 : 0);
  for (std::size_t i = 0; i < press; ++i) {
    const bool up = i % 2 == 0;
    shape.level[i] = up ? random.uniform(0.25, 0.6) : random.uniform(0.0, 0.1);
    shape.pause_s[i] = random.uniform(0.0, 0.25);
    shape.duration_s[i] = random.uniform(0.10, 0.25);
  }
  shape.level[press] = 1.0;
  shape.pause_s[press] = random.uniform(0.0, 0.25);
  shape.duration_s[press] = random.uniform(0.10, 0.22);
  for (std::size_t i = press + 1; i < moves; ++i) {
    shape.level[i] = i + 1 < moves ? random.uniform(0.0, 1.2) : 0.0;
    shape.pause_s[i] = random.uniform(0.0, 0.35);
    shape.duration_s[i] = random.uniform(0.12, 0.45);
  }
  return shape;
}

PressShape PressShape::habitual(Random& random) {
  PressShape shape;
  shape.level[press] = 1.0;
  shape.duration_s[press] = random.uniform(0.12, 0.18);
  for (std::size_t i = press + 1; i < moves; ++i) {
    shape.level[i] = i + 1 < moves ? random.uniform(0.2, 1.0) : 0.0;
    shape.pause_s[i] = random.uniform(0.02, 0.20);
    shape.duration_s[i] = random.uniform(0.15, 0.30);
  }
  return shape;
}

PressShape PressShape::mixed_with(const PressShape& habit, double weight) const {
  PressShape mixed = *this;
  for (std::size_t i = press; i < moves; ++i) {
    mixed.level[i] = std::lerp(level[i], habit.level[i], weight);
    mixed.pause_s[i] = std::lerp(pause_s[i], habit.pause_s[i], weight);
    mixed.duration_s[i] = std::lerp(duration_s[i], habit.duration_s[i], weight);
  }
  return mixed;
}

PressShape PressShape::jittered(double timing, double amplitude, Random& random) const {
  PressShape jittered = *this;
  for (std::size_t i = 0; i < moves; ++i) {
    jittered.pause_s[i] *= std::clamp(1.0 + timing * random.normal(), 0.2, 2.0);
    jittered.duration_s[i] *= std::clamp(1.0 + timing * random.normal(), 0.5, 1.6);
    const double shift = amplitude * random.normal();
    const bool held =
        i > press && i + 1 < moves;  // a press has an amplitude of its own, a return ends at rest
    if (held) jittered.level[i] = std::clamp(level[i] + shift, 0.0, 1.3);
  }
  return jittered;
}

Press::Press(const PressShape& shape, double start_s, double press_mm)
    : start_s_(start_s), first_(shape.first), course_(shape.course) {
  double position_mm = 0.0;
  double free_from_s = 0.0;
  for (std::size_t i = shape.first; i < PressShape::moves; ++i) {
    const double pause_s = i == shape.first ? 0.0 : shape.pause_s[i];
    const double begin_s = std::max(0.0, free_from_s + pause_s);
    const double target_mm = shape.level[i] * press_mm;
    parts_[i] = {begin_s, shape.duration_s[i], target_mm - position_mm};
    position_mm = target_mm;
    free_from_s = begin_s + shape.duration_s[i];
  }
  end_s_ = start_s + free_from_s;
}

double Press::position_mm(double time_s) const {
  if (time_s <= start_s_ || time_s >= end_s_) return 0.0;
  const double since_start_s = time_s - start_s_;
  double position = 0.0;
  for (const Submovement& part : parts_) {
    const double s = (since_start_s - part.start_s) / part.duration_s;
    if (s >= 1.0) {
      position += part.change_mm;
    } else if (s > 0.0) {
      const bool back = &part == &parts_.back() && course_ != PressCourse::minimum_jerk;
      position += part.change_mm * (back ? 1.0 - course_at(course_, 1.0 - s) : course_at(course_, s));
    }
  }
  return position;
}

namespace {
constexpr double minimum_jerk_peak = 1.875;  // of its speed, to the mean
}

double Press::first_speed_mm_per_s() const {
  return minimum_jerk_peak * std::abs(parts_[first_].change_mm) / parts_[first_].duration_s;
}

double Press::last_speed_mm_per_s() const {
  return minimum_jerk_peak * std::abs(parts_.back().change_mm) / parts_.back().duration_s;
}

double longest_still_s(const Press& press, double range_mm) {
  const std::int64_t steps = steps_of(press);
  std::vector<double> position;
  for (std::int64_t i = 0; i <= steps; ++i)
    position.push_back(press.position_mm(press.start_s() + static_cast<double>(i) * step_s));
  // From every place on, as far as it goes: the two ends only ever move on.
  std::multiset<double> within;
  std::size_t longest = 0;
  for (std::size_t begin = 0, end = 0; end < position.size(); ++end) {
    within.insert(position[end]);
    while (*within.rbegin() - *within.begin() > range_mm) within.erase(within.find(position[begin++]));
    longest = std::max(longest, end - begin);
  }
  return static_cast<double>(longest) * step_s;
}

void Press::move_to(double start_s) {
  end_s_ += start_s - start_s_;
  start_s_ = start_s;
}

void Press::scale(double factor) {
  for (Submovement& part : parts_) part.change_mm *= factor;
}

PressExtent extent_of(const Press& press) {
  const std::int64_t steps = steps_of(press);
  const auto time_at = [&press](std::int64_t i) { return press.start_s() + static_cast<double>(i) * step_s; };
  const auto size_at = [&](std::int64_t i) { return std::abs(press.position_mm(time_at(i))); };
  PressExtent extent;
  for (std::int64_t i = 0; i <= steps; ++i) extent.peak_mm = std::max(extent.peak_mm, size_at(i));
  const double least_mm = onset_fraction * extent.peak_mm;
  std::int64_t first = 0;
  std::int64_t last = steps;
  while (first < steps && size_at(first) <= least_mm) ++first;
  while (last > first && size_at(last) <= least_mm) --last;
  extent.onset_s = time_at(first);
  extent.offset_s = time_at(last);
  return extent;
}

std::optional<double> reward_time_of(const Press& press, double threshold_mm, double from_s) {
  const double never = -1.0;
  double upper_passed_s = never;
  double before_mm = 0.0;
  for (std::int64_t i = 1; i <= steps_of(press); ++i) {
    const double time_s = press.start_s() + static_cast<double>(i) * step_s;
    const double now_mm = press.position_mm(time_s);
    if (before_mm < upper_threshold_mm && now_mm >= upper_threshold_mm) upper_passed_s = time_s;
    const bool passes = before_mm < threshold_mm && now_mm >= threshold_mm;
    const bool quick = upper_passed_s != never && time_s - upper_passed_s <= press_within_s;
    if (passes && quick && time_s >= from_s) {
      return time_s - step_s * (now_mm - threshold_mm) / (now_mm - before_mm);
    }
    before_mm = now_mm;
  }
  return std::nullopt;
}

}  // namespace leverkin
