#include "leverkin/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "leverkin/error.h"
#include "pipeline/correlate_two.h"
#include "pipeline/plan.h"
#include "support/instant.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

double at_or_none(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? values[i] : no_number;
}

// By number, where both have one of their own; a place in the order of the others is none to compare with.
bool is_earlier(const SessionIdentity& one, const SessionIdentity& today) {
  if (one.subject != today.subject) return false;
  const auto start = instant_of(one.start_time), of_today = instant_of(today.start_time);
  const bool counted = today.session == 0 || one.number_from == NumberFrom::start_time;
  if (counted && start && of_today) return *start < *of_today;
  return today.session > 0 && one.session < today.session;
}

// Recordings of this animal that could not be planned, and those that do not even say whose they are: of
// another program, or damaged. A folder may hold hundreds of these, which are one line.
void tell_failures(const std::vector<FailedSession>& failed, const SessionIdentity& today, History& history) {
  std::int64_t nobodys = 0;
  std::string first;
  for (const FailedSession& one : failed) {
    const bool later = today.session > 0 && one.session >= today.session;
    if (one.subject == today.subject && !later) history.unusable.push_back(one.error);
    if (one.subject.empty() && nobodys++ == 0) first = one.error;
  }
  if (nobodys > 1) first = fmt::format("{} files that are no sessions; the first: {}", nobodys, first);
  if (nobodys > 0) history.unusable.push_back(first);
}

std::vector<PlannedSession> earlier_sessions(const std::vector<SessionSource>& sources,
                                             const SessionIdentity& today, const SessionOptions& options,
                                             History& history) {
  StudyPlan plan = plan_sessions(sources, options);
  tell_failures(plan.failed, today, history);
  std::erase_if(plan.sessions, [&](const PlannedSession& p) { return !is_earlier(p.identity, today); });
  return std::move(plan.sessions);
}

void add(SessionResult result, const SessionIdentity& identity, const AnalyzeOptions& options,
         History& history) {
  const Correlogram r =
      correlate_two(history.movements, result.movements, options.parameters.tolerance, options.threads);
  history.sessions.push_back({.identity = identity,
                              .summary = result.summary,
                              .within_r = r.within_r[1],
                              .across_r = history.sessions.empty() ? no_number : r.across_r[0],
                              .noise_cutoff_v = result.segmentation.noise_cutoff_v,
                              .rate_hz = result.info.rate_hz});
  history.movements = std::move(result.movements);
}

void tell_progress(const AnalyzeOptions& options, const Progress& progress) {
  if (options.progress && !options.progress(progress)) throw Cancelled("the analysis was stopped");
}

}  // namespace

std::vector<PastSession> past_sessions(const StoredSubject& subject) {
  std::vector<PastSession> sessions;
  for (std::size_t i = 0; i < subject.sessions.size(); ++i) {
    const StoredSession& stored = subject.sessions[i];
    sessions.push_back({.identity = stored.identity,
                        .summary = stored.summary,
                        .within_r = at_or_none(subject.correlogram.within_r, i),
                        .across_r = i == 0 ? no_number : at_or_none(subject.correlogram.across_r, i - 1),
                        .noise_cutoff_v = stored.noise_cutoff_v,
                        .rate_hz = stored.rate_hz});
  }
  return sessions;
}

History history_from_results(const std::filesystem::path& results, const std::string& subject,
                             std::int64_t before_session) {
  const StoredResults stored = load_results(results, subject);
  History history{.config_json = stored.config_json};
  if (stored.subjects.empty()) return history;
  history.sessions = past_sessions(stored.subjects.front());
  if (before_session > 0)
    std::erase_if(history.sessions,
                  [&](const PastSession& one) { return one.identity.session >= before_session; });
  if (!history.sessions.empty())
    history.movements = load_movements(results, subject, history.sessions.back().identity.session);
  return history;
}

History history_from_recordings(const std::vector<SessionSource>& sources, const SessionIdentity& today,
                                const AnalyzeOptions& options) {
  check(options.parameters);
  History history{.config_json = to_json(options.parameters)};
  const auto planned = earlier_sessions(sources, today, options.session, history);
  Progress progress{.sessions_total = static_cast<std::int64_t>(planned.size())};
  for (const PlannedSession& one : planned) progress.samples_total += one.samples;
  for (const PlannedSession& one : planned) {
    tell_progress(options, progress);
    try {
      Session session(one.source.path, options.session);
      add(analyze_session(session, options.parameters, options.threads), one.identity, options, history);
    } catch (const Error& error) {
      history.unusable.emplace_back(error.what());
    }
    ++progress.sessions_done;
    progress.samples_done += one.samples;
  }
  tell_progress(options, progress);
  return history;
}

}  // namespace leverkin
