#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "leverkin/summary.h"

namespace leverkin {
namespace {

using Stack = xt::xtensor<double, 2>;  // animals x cells, NaN where an animal has no number

Stack empty_stack(std::size_t animals, std::size_t cells) {
  Stack stack = Stack::from_shape({animals, cells});
  stack.fill(std::numeric_limits<double>::quiet_NaN());
  return stack;
}

GroupCurve average_over_animals(const Stack& stack) {
  const xt::xtensor<double, 1> count = xt::sum(xt::cast<double>(!xt::isnan(stack)), {0});
  const xt::xtensor<double, 1> mean = xt::nansum(stack, {0}) / count;  // 0 / 0 is NaN
  const xt::xtensor<double, 1> squares = xt::nansum(xt::square(stack - mean), {0});
  GroupCurve curve;
  for (std::size_t cell = 0; cell < count.size(); ++cell) {
    const double n = count(cell);
    curve.n.push_back(static_cast<std::int64_t>(n));
    curve.mean.push_back(mean(cell));
    curve.sem.push_back(n > 1 ? std::sqrt(squares(cell) / (n - 1.0) / n)
                              : std::numeric_limits<double>::quiet_NaN());
  }
  return curve;
}

using Sessions = std::vector<std::int64_t>;

Sessions all_sessions(std::span<const SubjectCurves* const> subjects) {
  std::set<std::int64_t> sessions;
  for (const SubjectCurves* subject : subjects)
    sessions.insert(subject->session.begin(), subject->session.end());
  return {sessions.begin(), sessions.end()};
}

std::size_t position(const Sessions& sessions, std::int64_t session) {
  return static_cast<std::size_t>(std::ranges::lower_bound(sessions, session) - sessions.begin());
}

// One curve: `value(subject, i)` is what the animal has in its i-th session.
template <typename Value>
GroupCurve average_curve(std::span<const SubjectCurves* const> subjects, const Sessions& sessions,
                         Value value) {
  Stack stack = empty_stack(subjects.size(), sessions.size());
  for (std::size_t a = 0; a < subjects.size(); ++a)
    for (std::size_t i = 0; i < subjects[a]->session.size(); ++i)
      stack(a, position(sessions, subjects[a]->session[i])) = value(*subjects[a], i);
  return average_over_animals(stack);
}

GroupCurve average_correlogram(std::span<const SubjectCurves* const> subjects, const Sessions& sessions) {
  Stack stack = empty_stack(subjects.size(), sessions.size() * sessions.size());
  for (std::size_t a = 0; a < subjects.size(); ++a) {
    const Correlogram& own = subjects[a]->correlogram;
    for (std::size_t i = 0; i < own.session.size(); ++i)
      for (std::size_t j = 0; j < own.session.size(); ++j)
        stack(a, position(sessions, own.session[i]) * sessions.size() + position(sessions, own.session[j])) =
            own.median_r[i * own.session.size() + j];
  }
  return average_over_animals(stack);
}

}  // namespace

GroupSummary summarise_group(std::string group, std::span<const SubjectCurves* const> subjects) {
  GroupSummary summary;
  summary.group = std::move(group);
  summary.session = all_sessions(subjects);
  const auto curve = [&](auto value) { return average_curve(subjects, summary.session, value); };
  summary.r = average_correlogram(subjects, summary.session);
  summary.success_fraction =
      curve([](const SubjectCurves& s, std::size_t i) { return s.summary[i].success_fraction; });
  summary.reaction_time_s =
      curve([](const SubjectCurves& s, std::size_t i) { return s.summary[i].median_reaction_time_s; });
  summary.cue_to_reward_s =
      curve([](const SubjectCurves& s, std::size_t i) { return s.summary[i].median_cue_to_reward_s; });
  summary.within_r = curve([](const SubjectCurves& s, std::size_t i) { return s.correlogram.within_r[i]; });
  return summary;
}

}  // namespace leverkin
