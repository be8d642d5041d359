#include "commands/summary_json.h"

namespace leverkin::tools {

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
