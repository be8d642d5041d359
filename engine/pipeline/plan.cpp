#include "pipeline/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "io/link_name.h"
#include "leverkin/error.h"
#include "pipeline/number_sessions.h"

namespace leverkin {
namespace {

// What a manifest says goes before what the file says.
void complete(SessionIdentity& identity, const SessionSource& source) {
  if (!source.subject.empty()) identity.subject = source.subject;
  if (source.session > 0) {
    identity.session = source.session;
    identity.number_from = NumberFrom::manifest;
  }
  if (!source.group.empty()) identity.group = source.group;
  if (!source.phase.empty()) identity.phase = source.phase;
}

auto key(const PlannedSession& planned) {
  return std::tie(planned.identity.subject, planned.identity.session);
}

// Who refuses a session that cannot be stored: one whose animal is not named, or named as no HDF5 group can
// be, or whose animal or group would be stored under the name of another one.
class Names {
 public:
  void check(const PlannedSession& planned) {
    const SessionIdentity& identity = planned.identity;
    if (identity.subject.empty())
      throw BadSession({planned.source.path.string(), "", "",
                        "no subject" + (identity.fault.empty() ? "" : "; " + identity.fault),
                        "the name of the animal, in the file or in the column subject of a manifest"});
    check("subject", identity.subject, subjects_);
    if (!identity.group.empty()) check("group", identity.group, groups_);
  }

 private:
  using Stored = std::map<std::string, std::string>;  // by the name in the results file

  static void check(const std::string& what, const std::string& name, Stored& stored) {
    const auto [first, is_new] = stored.try_emplace(link_name(name), name);
    if (!is_new && first->second != name)
      throw BadArgument(
          fmt::format("{} {} would be stored under the same name as {} {}", what, name, what, first->second));
  }

  Stored subjects_, groups_;
};

class Planner {
 public:
  explicit Planner(const SessionOptions& options) : options_(options) {}

  void open(const SessionSource& source) {
    PlannedSession planned{.source = source};
    try {
      const Session session(source.path, options_);
      planned.identity = session.info().identity;
      planned.samples = session.info().samples;
      for (const std::string& file : session.info().files)
        if (file != session.info().path) planned.other_files.emplace_back(file);
      complete(planned.identity, source);
      names_.check(planned);
      of_subject_[planned.identity.subject].push_back(planned);
    } catch (const Error& error) {
      complete(planned.identity, source);
      fail(planned, error.what());
    }
  }

  StudyPlan finish() {
    for (auto& [subject, sessions] : of_subject_) {
      StudyPlan numbered = number_sessions(std::move(sessions));
      append(plan_.sessions, numbered.sessions);
      append(plan_.failed, numbered.failed);
      append(plan_.notes, numbered.notes);
    }
    std::ranges::stable_sort(plan_.sessions, {}, [](const PlannedSession& p) { return key(p); });
    return std::move(plan_);
  }

 private:
  template <typename T>
  static void append(std::vector<T>& all, std::vector<T>& some) {
    std::ranges::move(some, std::back_inserter(all));
  }

  void fail(const PlannedSession& planned, const std::string& what) {
    const std::string path = planned.source.path.string();
    const bool named = what.find(path) != std::string::npos;
    plan_.failed.push_back(
        {path, planned.identity.subject, planned.identity.session, named ? what : path + ": " + what});
  }

  const SessionOptions& options_;
  Names names_;
  std::map<std::string, std::vector<PlannedSession>> of_subject_;
  StudyPlan plan_;
};

}  // namespace

StudyPlan plan_sessions(const std::vector<SessionSource>& sources, const SessionOptions& options) {
  Planner planner(options);
  for (const SessionSource& source : sources) planner.open(source);
  return planner.finish();
}

}  // namespace leverkin
