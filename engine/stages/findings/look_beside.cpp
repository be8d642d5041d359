// A session beside the animal's others: every function looks for one kind of finding.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "stages/findings/kinds.h"
#include "support/median.h"

namespace leverkin::findings {
namespace {

constexpr std::ptrdiff_t recent_sessions = 3;

const PastSession& looked_at(const AnimalEvidence& animal) { return animal.sessions[animal.at]; }

// Mean success of three sessions from the `first` on.
double mean_of_three(const std::vector<const PastSession*>& sessions, std::size_t first) {
  double sum = 0.0;
  for (std::size_t i = 0; i < recent_sessions; ++i) sum += sessions[first + i]->summary.success_fraction;
  return sum / recent_sessions;
}

// How many times `now` is what both neighbours have, or as many times less; nothing where they disagree.
std::optional<double> times_both(double now, double before, double after, double agreeing) {
  if (!(now > 0.0 && before > 0.0 && after > 0.0)) return std::nullopt;
  if (std::max(before / after, after / before) >= agreeing) return std::nullopt;
  return std::max(std::min(now / before, now / after), std::min(before / now, after / now));
}

std::string words_of(double value, bool percent) {
  return percent ? fmt::format("{:.0f} %", 100.0 * value) : fmt::format("{:.2f} s", value);
}

}  // namespace

FoundList success_declined(const AnimalEvidence& animal, const Kind& kind) {
  if (animal.at + 1 != animal.sessions.size()) return {};  // said once, of the last session
  std::vector<const PastSession*> sessions;
  for (const PastSession& one : animal.sessions)
    if (one.summary.n_trials >= enough_trials) sessions.push_back(&one);
  if (std::ssize(sessions) < 2 * recent_sessions) return {};
  const std::size_t last = sessions.size() - recent_sessions;
  std::size_t best = 0;
  for (std::size_t i = 0; i + recent_sessions <= last; ++i)
    if (mean_of_three(sessions, i) > mean_of_three(sessions, best)) best = i;
  const double before = mean_of_three(sessions, best), now = mean_of_three(sessions, last);
  if (!(before - now >= kind.threshold)) return {};
  return {{before - now, say(kind, arg("before", 100.0 * before), arg("now", 100.0 * now),
                             arg("first", sessions[best]->identity.session),
                             arg("last", sessions[best + 2]->identity.session),
                             arg("first_now", sessions[last]->identity.session),
                             arg("last_now", sessions[last + 2]->identity.session))}};
}

FoundList success_fell(const AnimalEvidence& animal, const Kind& kind) {
  const PastSession& today = looked_at(animal);
  if (today.summary.n_trials < enough_trials) return {};
  const auto earlier = animal.sessions.first(animal.at);
  const auto recent = earlier.last(static_cast<std::size_t>(std::min(recent_sessions, std::ssize(earlier))));
  double lowest = std::numeric_limits<double>::infinity();
  for (const PastSession& one : recent)
    if (one.summary.success_fraction < lowest) lowest = one.summary.success_fraction;
  const double drop = lowest - today.summary.success_fraction;
  if (!std::isfinite(lowest) || !(drop > kind.threshold)) return {};
  return {{drop, say(kind, arg("now", 100.0 * today.summary.success_fraction), arg("before", 100.0 * lowest),
                     arg("sessions", recent.size() == 1 ? std::string("session")
                                                        : fmt::format("{} sessions", recent.size())))}};
}

FoundList unlike_movements(const AnimalEvidence& animal, const Kind& kind) {
  const std::size_t n = animal.sessions.size(), at = animal.at;
  if (animal.correlogram == nullptr || at == 0 || at + 1 >= n) return {};
  const auto r = [&](std::size_t i, std::size_t k) { return animal.correlogram->median_r[i * n + k]; };
  const double before = r(at - 1, at), after = r(at, at + 1), around = r(at - 1, at + 1);
  const double below = around - std::max(before, after);
  if (!(below >= kind.threshold)) return {};
  return {{below, say(kind, arg("before", before), arg("after", after), arg("around", around))}};
}

FoundList unlike_numbers(const AnimalEvidence& animal, const Kind& kind) {
  if (animal.at == 0 || animal.at + 1 >= animal.sessions.size()) return {};
  const SessionSummary &now = looked_at(animal).summary, &before = animal.sessions[animal.at - 1].summary,
                       &after = animal.sessions[animal.at + 1].summary;
  FoundList found;
  const auto look = [&](const char* what, double SessionSummary::*member, bool percent) {
    const auto times = times_both(now.*member, before.*member, after.*member, kind.threshold);
    if (!times || *times < kind.threshold) return;
    found.push_back(
        {*times, say(kind, arg("what", std::string(what)), arg("now", words_of(now.*member, percent)),
                     arg("before", words_of(before.*member, percent)),
                     arg("after", words_of(after.*member, percent)))});
  };
  if (std::min({now.n_movements, before.n_movements, after.n_movements}) >= enough_movements)
    look("the median reaction time", &SessionSummary::median_reaction_time_s, false);
  look("the time moving", &SessionSummary::moving_fraction, true);
  return found;
}

FoundList noise_unusual(const AnimalEvidence& animal, const Kind& kind) {
  std::vector<double> others;
  for (std::size_t i = 0; i < animal.sessions.size(); ++i)
    if (i != animal.at && !std::isnan(animal.sessions[i].noise_cutoff_v))
      others.push_back(animal.sessions[i].noise_cutoff_v);
  if (others.size() < 2) return {};
  const double now = looked_at(animal).noise_cutoff_v, usual = median(std::move(others)), ratio = now / usual;
  if (!(ratio >= kind.threshold || ratio <= 1.0 / kind.threshold)) return {};  // also where it is NaN
  return {{ratio, say(kind, arg("now", 1e3 * now), arg("ratio", ratio), arg("usual", 1e3 * usual),
                      arg("what", std::string(ratio > 1.0 ? "sensor or its gain" : "gain")))}};
}

FoundList rate_differs(const AnimalEvidence& animal, const Kind& kind) {
  const double now = looked_at(animal).rate_hz, first = animal.sessions.front().rate_hz;
  const double part = std::abs(now - first) / first;  // uneven time stamps vary by some per cent
  if (!(part > kind.threshold)) return {};
  return {{part, say(kind, arg("now", now), arg("first", first))}};
}

FoundList other_parameters(const AnimalEvidence& animal, const Kind& kind) {
  if (animal.other_parameters.empty()) return {};
  return {{none, say(kind, arg("names", fmt::format("{}", fmt::join(animal.other_parameters, ", "))))}};
}

FoundList not_compared(const AnimalEvidence& animal, const Kind& kind) {
  FoundList found;
  for (const std::string& why : animal.unusable) found.push_back({none, say(kind, arg("why", why))});
  return found;
}

}  // namespace leverkin::findings
