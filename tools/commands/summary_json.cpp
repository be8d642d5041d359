#include "commands/summary_json.h"

namespace leverkin::tools {

void add_identity(Json& json, const SessionIdentity& identity) {
  json["subject"] = identity.subject;
  json["session"] = identity.session;
  json["group"] = identity.group;
  json["start_time"] = identity.start_time;
}

Json failed_json(std::span<const FailedSession> failed) {
  Json list = Json::array();
  for (const FailedSession& one : failed) {
    list.push_back(
        {{"path", one.path}, {"subject", one.subject}, {"session", one.session}, {"error", one.error}});
  }
  return list;
}

Json problem_json(const BadSession& error) {
  const Problem& problem = error.problem();
  return {{"file", problem.file},   {"dataset", problem.dataset},   {"place", problem.place},
          {"found", problem.found}, {"expected", problem.expected}, {"message", error.what()}};
}

}  // namespace leverkin::tools
