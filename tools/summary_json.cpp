#include "summary_json.h"

namespace leverkin::tools {

void add_identity(Json& json, const SessionIdentity& identity) {
  json["subject"] = identity.subject;
  json["session"] = identity.session;
  json["group"] = identity.group;
  json["start_time"] = identity.start_time;
}

void add_summary(Json& json, const SessionSummary& summary) {
  json["n_trials"] = summary.n_trials;
  json["n_rewarded"] = summary.n_rewarded;
  json["success_fraction"] = summary.success_fraction;
  json["n_movements"] = summary.n_movements;
  json["median_reaction_time_s"] = summary.median_reaction_time_s;
  json["median_cue_to_reward_s"] = summary.median_cue_to_reward_s;
  json["moving_fraction"] = summary.moving_fraction;
}

Json rejected_json(std::span<const std::int64_t> trials_per_reason) {
  Json json = Json::object();
  for (std::size_t i = 1; i < trials_per_reason.size(); ++i) {
    json[std::string(name(static_cast<RejectReason>(i)))] = trials_per_reason[i];
  }
  return json;
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
