#include "report/report_data.h"

#include <algorithm>
#include <cmath>

#include "commands/summary_json.h"
#include "leverkin/parameters.h"
#include "leverkin/version.h"

namespace leverkin::tools {
namespace {

/// Every how many samples a movement is drawn: 250 points per second show all that passes the 5 Hz low-pass.
constexpr std::int64_t movement_stride = 4;

/// Drawn resolution: half the noise of a lever at rest.
double step_of(const StoredSession& session) {
  return std::isfinite(session.noise_cutoff_v) ? session.noise_cutoff_v / 2.0 : 0.0;
}

template <class Row, class Get>
Json column(const std::vector<Row>& rows, Get get) {
  Json values = Json::array();
  for (const Row& row : rows) values.push_back(get(row));
  return values;
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

Json tables_json(const StoredDetail& detail) {
  const auto& trials = detail.trials;
  return {
      {"trials",
       {{"start_s", trials.start_s},
        {"stop_s", trials.stop_s},
        {"cue_s", trials.cue_s},
        {"reward_s", trials.reward_s},
        {"bout", column(detail.outcomes, [](const TrialOutcome& o) { return o.bout; })},
        {"onset_s", column(detail.outcomes, [](const TrialOutcome& o) { return o.movement_onset_s; })},
        {"reason", column(detail.outcomes, [](const TrialOutcome& o) { return static_cast<int>(o.reason); })},
        {"review",
         column(detail.outcomes, [](const TrialOutcome& o) { return static_cast<int>(o.review); })}}},
      {"bouts",
       {{"onset_s", column(detail.bouts, [](const Bout& b) { return b.onset_s(); })},
        {"offset_s", column(detail.bouts, [](const Bout& b) { return b.offset_s(); })},
        {"amplitude_v", column(detail.bouts, [](const Bout& b) { return rounded(b.amplitude_v); })},
        {"cut", column(detail.bouts, [](const Bout& b) { return b.flags & bout_cut_by_no_data; })}}},
      {"movements", {{"trial", detail.movements.trial}, {"onset_s", detail.movements.onset_s}}}};
}

Json overview_json(const TraceOverview& overview, double step, PageBlocks& blocks) {
  std::vector<double> rows = overview.min_v;
  rows.insert(rows.end(), overview.max_v.begin(), overview.max_v.end());
  Json json = blocks.add({rows, std::ssize(overview.min_v)}, step);
  json["bin_s"] = TraceOverview::bin_samples / lever_rate_hz;
  return json;
}

Json movements_json(const Movements& movements, double step, PageBlocks& blocks) {
  std::vector<double> thinned;
  for (std::int64_t i = 0; i < movements.size(); ++i)
    for (std::int64_t k = 0; k < movements.samples; k += movement_stride)
      thinned.push_back(movements.row(i)[static_cast<std::size_t>(k)]);
  Json json = blocks.add({thinned, (movements.samples + movement_stride - 1) / movement_stride}, step);
  json["sample_s"] = movement_stride / lever_rate_hz;
  return json;
}

/// A number of a session's place in its animal's correlogram; NaN where there is none.
double at(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? values[i] : std::nan("");
}

Json session_json(const StoredSession& session, const StoredDetail& detail, bool traces, PageBlocks& blocks) {
  const double step = step_of(session);
  Json json = {{"session", session.identity.session},
               {"group", session.identity.group},
               {"start_time", session.identity.start_time},
               {"source_file", session.source_file},
               {"input_xxh3", session.input_xxh3},
               {"rate_hz", session.rate_hz},
               {"duration_s", session.duration_s},
               {"noise_cutoff_v", session.noise_cutoff_v},
               {"n_bouts", session.n_bouts},
               {"n_reviewed", session.n_reviewed},
               {"n_trials", session.summary.n_trials},
               {"n_rewarded", session.summary.n_rewarded},
               {"success_fraction", session.summary.success_fraction},
               {"n_movements", session.summary.n_movements},
               {"median_reaction_time_s", session.summary.median_reaction_time_s},
               {"median_cue_to_reward_s", session.summary.median_cue_to_reward_s},
               {"moving_fraction", session.summary.moving_fraction}};
  json["rejected"] = session.rejected;
  json["warnings"] = session.warnings;
  json["tables"] = blocks.add(tables_json(detail).dump());
  json["overview"] = overview_json(detail.overview, step, blocks);
  json["movements"] = movements_json(detail.movements, step, blocks);
  if (traces && !detail.volts.empty()) {
    json["trace"] = blocks.add({detail.volts, std::ssize(detail.volts)}, step);
    json["trace"]["sample_s"] = 1.0 / lever_rate_hz;
  }
  return json;
}

Json correlogram_json(const Correlogram& correlogram) {
  return {{"session", correlogram.session},   {"median_r", correlogram.median_r},
          {"n_pairs", correlogram.n_pairs},   {"bound", correlogram.bound},
          {"within_r", correlogram.within_r}, {"across_r", correlogram.across_r}};
}

Json curve_json(const GroupCurve& curve) {
  return {{"mean", curve.mean}, {"sem", curve.sem}, {"n", curve.n}};
}

Json group_json(const GroupSummary& group) {
  return {{"group", group.group},
          {"session", group.session},
          {"success_fraction", curve_json(group.success_fraction)},
          {"median_reaction_time_s", curve_json(group.reaction_time_s)},
          {"median_cue_to_reward_s", curve_json(group.cue_to_reward_s)},
          {"within_r", curve_json(group.within_r)}};
}

/// Every stored parameter; unit, meaning and source where this version knows it.
Json parameters_json(const std::string& config) {
  Json list = Json::array();
  const Json stored = Json::parse(config, nullptr, false);
  if (!stored.is_object()) return list;
  const auto table = parameter_table();
  for (const auto& [key, value] : stored.items()) {
    const auto known = std::ranges::find(table, key, &ParameterInfo::name);
    Json row = {{"name", key}, {"value", value}};
    if (known != table.end()) {
      row["section"] = known->section;
      row["unit"] = known->unit;
      row["meaning"] = known->meaning;
      row["source"] = known->source;
    }
    list.push_back(std::move(row));
  }
  return list;
}

Json parsed_or_null(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json() : json;
}

Json subject_json(const std::filesystem::path& path, const StoredSubject& subject, bool traces,
                  PageBlocks& blocks) {
  Json sessions = Json::array();
  for (std::size_t i = 0; i < subject.sessions.size(); ++i) {
    const StoredSession& session = subject.sessions[i];
    const StoredDetail detail = load_session_detail(path, subject.subject, session.identity.session);
    Json json = session_json(session, detail, traces, blocks);
    json["within_r"] = at(subject.correlogram.within_r, i);
    json["across_r"] = i == 0 ? std::nan("") : at(subject.correlogram.across_r, i - 1);
    sessions.push_back(std::move(json));
  }
  return {{"subject", subject.subject},
          {"sessions", std::move(sessions)},
          {"correlogram", correlogram_json(subject.correlogram)}};
}

}  // namespace

Json report_data(const std::filesystem::path& path, const StoredResults& results, bool traces,
                 PageBlocks& blocks) {
  Json reasons = Json::array();
  for (int i = 0; i < reject_reason_count; ++i) reasons.push_back(name(static_cast<RejectReason>(i)));
  Json subjects = Json::array();
  for (const StoredSubject& subject : results.subjects)
    subjects.push_back(subject_json(path, subject, traces, blocks));
  return {{"file", path.filename().string()},
          {"schema", results.schema},
          {"version", results.version},
          {"report_version", version()},
          {"created_utc", results.created_utc},
          {"profile", results.profile},
          {"target", results.target},
          {"threads", results.threads},
          {"parameters", parameters_json(results.config_json)},
          {"reasons", std::move(reasons)},
          {"subjects", std::move(subjects)},
          {"groups", column(results.groups, group_json)},
          {"failed", failed_json(results.failed)},
          {"review", parsed_or_null(results.review_json)}};
}

}  // namespace leverkin::tools
