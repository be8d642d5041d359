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

namespace {

Json curve_json(const GroupCurve& curve) {
  return {{"mean", curve.mean}, {"sem", curve.sem}, {"n", curve.n}};
}

}  // namespace

Json groups_json(const std::vector<GroupSummary>& groups) {
  Json list = Json::array();
  for (const GroupSummary& group : groups)
    list.push_back({{"group", group.group},
                    {"session", group.session},
                    {"success_fraction", curve_json(group.success_fraction)},
                    {"median_reaction_time_s", curve_json(group.reaction_time_s)},
                    {"median_cue_to_reward_s", curve_json(group.cue_to_reward_s)},
                    {"within_r", curve_json(group.within_r)}});
  return list;
}

Json problem_json(const BadSession& error) {
  const Problem& problem = error.problem();
  return {{"file", problem.file},   {"dataset", problem.dataset},   {"place", problem.place},
          {"found", problem.found}, {"expected", problem.expected}, {"message", error.what()}};
}

}  // namespace leverkin::tools
