#include <nlohmann/json.hpp>

#include "leverkin/columns.h"
#include "leverkin/history.h"

namespace leverkin {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Comparison& comparison) {
  return {{"today", comparison.today}, {"previous", comparison.previous}, {"mean", comparison.mean},
          {"low", comparison.low},     {"high", comparison.high},         {"n", comparison.n}};
}

Json json_of(const Comparisons& compared) {
  return {{"success_fraction", json_of(compared.success_fraction)},
          {"median_reaction_time_s", json_of(compared.median_reaction_time_s)},
          {"median_cue_to_reward_s", json_of(compared.median_cue_to_reward_s)},
          {"within_r", json_of(compared.within_r)},
          {"across_r", json_of(compared.across_r)},
          {"n_movements", json_of(compared.n_movements)},
          {"moving_fraction", json_of(compared.moving_fraction)},
          {"noise_cutoff_v", json_of(compared.noise_cutoff_v)}};
}

// Named as in results files.
template <class Row, std::size_t n>
void add(Json& json, const Column<Row> (&columns)[n], const Row& row) {
  each_value(columns, row, [&](const char* key, const auto& value) { json[key] = value; });
}

Json json_of(const Finding& finding) {
  return {{"code", finding.code},       {"severity", name(finding.severity)}, {"value", finding.value},
          {"start_s", finding.start_s}, {"stop_s", finding.stop_s},           {"text", finding.text}};
}

// Every reason but `used`, also those that did not occur.
Json rejected_json(const std::vector<std::int64_t>& trials_per_reason) {
  Json json = Json::object();
  for (std::size_t i = 1; i < trials_per_reason.size(); ++i)
    json[std::string(name(static_cast<RejectReason>(i)))] = trials_per_reason[i];
  return json;
}

Json json_of(const PastSession& session) {
  Json json = Json::object();
  add(json, columns::identity, session.identity);
  add(json, columns::summary, session.summary);
  json["within_r"] = session.within_r;
  json["across_r"] = session.across_r;
  json["noise_cutoff_v"] = session.noise_cutoff_v;
  return json;
}

Json json_of(const StoredSession& stored, const PastSession& numbers) {
  Json json = Json::object();
  add(json, columns::identity, stored.identity);
  add(json, columns::recording, stored);
  add(json, columns::summary, stored.summary);
  json["rejected"] = rejected_json(stored.rejected);
  json["n_bouts"] = stored.n_bouts;
  json["within_r"] = numbers.within_r;
  json["across_r"] = numbers.across_r;
  return json;
}

// The number of the last of them; null where there is none.
Json last_number(const std::vector<PastSession>& sessions) {
  return sessions.empty() ? Json(nullptr) : Json(sessions.back().identity.session);
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const SessionDigest& digest, int indent) {
  Json json{{"kind", "session"}, {"path", digest.info.path}, {"profile", digest.profile}};
  add(json, columns::identity, digest.info.identity);
  add(json, columns::recording,
      StoredSession{.source_file = digest.info.path,
                    .input_xxh3 = digest.input_xxh3,
                    .rate_hz = digest.info.rate_hz,
                    .duration_s = digest.info.duration_s,
                    .noise_cutoff_v = digest.noise_cutoff_v});
  add(json, columns::summary, digest.summary);
  json["rejected"] = rejected_json(digest.rejected);
  json["n_bouts"] = digest.n_bouts;
  json["no_bouts_because"] = digest.no_bouts_because;
  json["within_r"] = digest.within_r;
  json["n_pairs"] = digest.n_pairs;
  json["across_r"] = digest.across_r;
  json["n_pairs_across"] = digest.n_pairs_across;
  json["warnings"] = Json::array();
  json["findings"] = Json::array();
  for (const Finding& one : digest.findings) {
    if (one.severity >= Severity::warning) json["warnings"].push_back(one.text);
    json["findings"].push_back(json_of(one));
  }
  json["previous_session"] = last_number(digest.earlier);
  json["compared"] = json_of(digest.compared);
  json["earlier"] = Json::array();
  for (const PastSession& session : digest.earlier) json["earlier"].push_back(json_of(session));
  return dumped(json, indent);
}

std::string to_json(const StoredSubject& subject, int indent) {
  std::vector<PastSession> sessions = past_sessions(subject);
  Json json{{"subject", subject.subject}, {"sessions", Json::array()}, {"latest", nullptr}};
  for (std::size_t i = 0; i < sessions.size(); ++i)
    json["sessions"].push_back(json_of(subject.sessions[i], sessions[i]));
  if (!sessions.empty()) {
    const PastSession latest = std::move(sessions.back());
    sessions.pop_back();
    json["latest"] = {{"session", latest.identity.session},
                      {"previous_session", last_number(sessions)},
                      {"compared", json_of(compare(latest, sessions))}};
  }
  return dumped(json, indent);
}

}  // namespace leverkin
