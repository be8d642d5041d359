#include "report/report_data.h"

#include <algorithm>
#include <cmath>

#include "commands/analysis_options.h"
#include "commands/summary_json.h"
#include "leverkin/error.h"
#include "leverkin/parameters.h"
#include "leverkin/pipeline.h"
#include "leverkin/version.h"

namespace leverkin::tools {
namespace {

/// Every how many samples a movement is drawn: 250 points per second show all that passes the 5 Hz low-pass.
constexpr std::int64_t movement_stride = 4;
/// What is drawn around a movement's window, on either side, where its trace is at hand.
constexpr std::int64_t around_samples = 500;

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

/// The file's own numbers of its trials, where they are not merely their rows; else null.
Json own_ids(const std::vector<TrialOutcome>& outcomes) {
  Json ids = column(outcomes, [](const TrialOutcome& o) { return o.id; });
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (outcomes[i].id >= 0 && outcomes[i].id != static_cast<std::int64_t>(i)) return ids;
  return nullptr;
}

Json tables_json(const StoredDetail& detail) {
  const auto& trials = detail.trials;
  return {
      {"trials",
       {{"start_s", trials.start_s},
        {"stop_s", trials.stop_s},
        {"cue_s", trials.cue_s},
        {"reward_s", trials.reward_s},
        {"id", own_ids(detail.outcomes)},
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

/// Every fourth sample of every movement, with half a second before and after it where `trace` is there.
Json movements_json(const Movements& movements, const std::vector<double>& trace, double step,
                    PageBlocks& blocks) {
  const std::int64_t lead = trace.empty() ? 0 : around_samples;
  const std::int64_t end = movements.samples + lead;
  std::vector<double> thinned;
  for (std::int64_t i = 0; i < movements.size(); ++i) {
    const std::int64_t onset = event_sample(movements.onset_s[static_cast<std::size_t>(i)]);
    for (std::int64_t k = -lead; k < end; k += movement_stride) {
      const bool inside = k >= 0 && k < movements.samples;
      const std::int64_t at = onset + k;
      const bool recorded = at >= 0 && at < std::ssize(trace);
      thinned.push_back(inside     ? movements.row(i)[static_cast<std::size_t>(k)]
                        : recorded ? trace[static_cast<std::size_t>(at)]
                                   : std::nan(""));
    }
  }
  Json json = blocks.add({thinned, (end + lead + movement_stride - 1) / movement_stride}, step);
  json["sample_s"] = movement_stride / lever_rate_hz;
  json["lead_s"] = static_cast<double>(lead) / lever_rate_hz;
  return json;
}

/// JSON that a results file holds; what lies deeper than anything leverkin writes is left out.
Json stored_json(const std::string& text) {
  constexpr int deepest = 16;
  return Json::parse(
      text, [](int depth, Json::parse_event_t, Json&) { return depth < deepest; }, false);
}

/// The recording's 1 kHz trace, if its file is still where it was and holds what was analysed; else nothing.
std::vector<double> trace_of_recording(const StoredSession& stored, const Parameters& parameters) {
  try {
    Session session(stored.source_file);
    TraceRead read = read_trace(session, parameters, 0);
    if (session.input_xxh3() == stored.input_xxh3 && read.trace.left_out.empty())
      return std::move(read.trace.volts);
  } catch (const Error&) {  // gone, changed, or its lever has to be named: the page does without
  }
  return {};
}

/// A number of a session's place in its animal's correlogram; NaN where there is none.
double at(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? values[i] : std::nan("");
}

Json session_json(const StoredSession& session, const StoredDetail& detail, const Parameters& parameters,
                  bool traces, PageBlocks& blocks) {
  const double step = step_of(session);
  Json json = {{"session", session.identity.session},
               {"group", session.identity.group},
               {"phase", session.identity.phase},
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
  json["tables"] = blocks.add(tables_json(detail).dump());
  json["overview"] = overview_json(detail.overview, step, blocks);
  // A trace that leaves out a long pause has no place on the page.
  const bool kept =
      !detail.volts.empty() &&
      std::abs(static_cast<double>(std::ssize(detail.volts)) / lever_rate_hz - session.duration_s) < 1.0;
  json["movements"] = movements_json(
      detail.movements, kept ? detail.volts : trace_of_recording(session, parameters), step, blocks);
  if (traces && kept) {
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

/// What is odd, one line per kind, the most serious first, with each of its places.
Json findings_json(const StoredResults& results) {
  std::int64_t sessions = 0;
  for (const StoredSubject& subject : results.subjects) sessions += std::ssize(subject.sessions);
  Json list = Json::array();
  for (const FindingGroup& group : grouped(results.findings, sessions)) {
    Json members = Json::array();
    for (const std::size_t i : group.members) {
      const SessionFinding& one = results.findings[i];
      members.push_back({{"subject", one.subject},
                         {"session", one.session},
                         {"value", one.value},
                         {"start_s", one.start_s},
                         {"stop_s", one.stop_s},
                         {"text", one.text}});
    }
    list.push_back({{"code", group.code},
                    {"severity", name(group.severity)},
                    {"text", group.text},
                    {"members", std::move(members)}});
  }
  return list;
}

/// Every stored parameter; unit, meaning and source where this version knows it.
Json parameters_json(const std::string& config) {
  Json list = Json::array();
  const Json stored = stored_json(config);
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
  Json json = stored_json(text);
  return json.is_discarded() ? Json() : json;
}

Json subject_json(const std::filesystem::path& path, const StoredSubject& subject,
                  const Parameters& parameters, bool traces, PageBlocks& blocks) {
  Json sessions = Json::array();
  for (std::size_t i = 0; i < subject.sessions.size(); ++i) {
    const StoredSession& session = subject.sessions[i];
    const StoredDetail detail = load_session_detail(path, subject.subject, session.identity.session);
    Json json = session_json(session, detail, parameters, traces, blocks);
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
  const Parameters parameters = stored_parameters(results);
  Json subjects = Json::array();
  for (const StoredSubject& subject : results.subjects)
    subjects.push_back(subject_json(path, subject, parameters, traces, blocks));
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
          {"groups", groups_json(results.groups)},
          {"failed", failed_json(results.failed)},
          {"findings", findings_json(results)},
          {"review", parsed_or_null(results.review_json)}};
}

}  // namespace leverkin::tools
