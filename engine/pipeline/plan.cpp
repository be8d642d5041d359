#include "pipeline/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "leverkin/error.h"

namespace leverkin {
namespace {

SessionIdentity complete(SessionIdentity identity, const SessionSource& source) {
  if (!source.subject.empty()) identity.subject = source.subject;
  if (source.session > 0) identity.session = source.session;
  if (!source.group.empty()) identity.group = source.group;
  if (!source.phase.empty()) identity.phase = source.phase;
  return identity;
}

auto key(const PlannedSession& planned) {
  return std::tie(planned.identity.subject, planned.identity.session);
}

// NWB files without a number in their session id: counted per subject in order of their start
// (docs/formats.md#nwb-2x).
void number_by_start_time(std::vector<PlannedSession>& sessions) {
  std::map<std::string, std::vector<PlannedSession*>> unnumbered;
  for (PlannedSession& planned : sessions)
    if (planned.identity.session == 0) unnumbered[planned.identity.subject].push_back(&planned);
  for (auto& [subject, members] : unnumbered) {
    std::ranges::stable_sort(members, {}, [](const PlannedSession* p) { return p->identity.start_time; });
    std::int64_t number = 0;
    for (PlannedSession* planned : members) planned->identity.session = ++number;
  }
}

void set_repeats_aside(StudyPlan& plan) {
  std::vector<PlannedSession> kept;
  for (PlannedSession& planned : plan.sessions) {
    if (kept.empty() || key(kept.back()) != key(planned)) {
      kept.push_back(std::move(planned));
      continue;
    }
    const SessionIdentity& identity = planned.identity;
    const BadSession error({planned.source.path.string(), "", "",
                            fmt::format("subject {}, session {} a second time (the first is {})",
                                        identity.subject, identity.session, kept.back().source.path.string()),
                            "every session of a subject once (a manifest can renumber them)"});
    plan.failed.push_back({planned.source.path.string(), identity.subject, identity.session, error.what()});
  }
  plan.sessions = std::move(kept);
}

}  // namespace

StudyPlan plan_sessions(const std::vector<SessionSource>& sources, const SessionOptions& options) {
  StudyPlan plan;
  for (const SessionSource& source : sources) {
    try {
      const Session session(source.path, options);
      plan.sessions.push_back({source, complete(session.info().identity, source), session.info().samples});
    } catch (const Error& error) {
      plan.failed.push_back({source.path.string(), source.subject, source.session, error.what()});
    }
  }
  number_by_start_time(plan.sessions);
  std::ranges::stable_sort(plan.sessions, {}, [](const PlannedSession& p) { return key(p); });
  set_repeats_aside(plan);
  return plan;
}

}  // namespace leverkin
