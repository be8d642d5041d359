// bindings/python/bind_session_result.cpp: one session through all stages, and no file.
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "arrays.h"
#include "leverkin/pipeline.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

template <typename Row, typename Value>
nb::object gather(const std::vector<Row>& rows, const Value& value) {
  std::vector<std::decay_t<decltype(value(rows.front()))>> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(value(row));
  return to_numpy(std::move(values));
}

nb::dict bout_columns(const std::vector<Bout>& bouts) {
  nb::dict columns;
  columns["onset_s"] = gather(bouts, [](const Bout& b) { return b.onset_s(); });
  columns["offset_s"] = gather(bouts, [](const Bout& b) { return b.offset_s(); });
  columns["amplitude_v"] = gather(bouts, [](const Bout& b) { return b.amplitude_v; });
  columns["peak_speed_v_per_s"] = gather(bouts, [](const Bout& b) { return b.peak_speed_v_per_s; });
  columns["path_v"] = gather(bouts, [](const Bout& b) { return b.path_v; });
  columns["flags"] = gather(bouts, [](const Bout& b) { return static_cast<std::uint8_t>(b.flags); });
  columns["duration_s"] = gather(bouts, [](const Bout& b) { return b.duration_s(); });
  columns["time_to_peak_s"] = gather(bouts, [](const Bout& b) { return b.time_to_peak_s; });
  columns["hold_s"] = gather(bouts, [](const Bout& b) { return b.hold_s; });
  columns["n_submovements"] = gather(bouts, [](const Bout& b) { return b.n_submovements; });
  columns["smoothness_sal"] = gather(bouts, [](const Bout& b) { return b.smoothness_sal; });
  return columns;
}

nb::dict trial_columns(const TrialTable& trials, const std::vector<TrialOutcome>& outcomes) {
  nb::dict columns;
  columns["start_s"] = to_numpy(trials.start_s);
  columns["stop_s"] = to_numpy(trials.stop_s);
  columns["cue_s"] = to_numpy(trials.cue_s);
  columns["reward_s"] = to_numpy(trials.reward_s);
  columns["bout"] = gather(outcomes, [](const TrialOutcome& o) { return o.bout; });
  columns["movement_onset_s"] = gather(outcomes, [](const TrialOutcome& o) { return o.movement_onset_s; });
  columns["reaction_time_s"] = gather(outcomes, [](const TrialOutcome& o) { return o.reaction_time_s; });
  columns["cue_to_reward_s"] = gather(outcomes, [](const TrialOutcome& o) { return o.cue_to_reward_s; });
  columns["reject_reason"] =
      gather(outcomes, [](const TrialOutcome& o) { return static_cast<std::uint8_t>(o.reason); });
  columns["review"] =
      gather(outcomes, [](const TrialOutcome& o) { return static_cast<std::uint8_t>(o.review); });
  return columns;
}

nb::dict movement_columns(Movements found) {
  const auto count = static_cast<std::size_t>(found.size());
  const auto samples = static_cast<std::size_t>(found.samples);
  nb::dict columns;
  columns["volts"] = to_numpy(std::move(found.volts), {count, samples});
  columns["trial"] = to_numpy(std::move(found.trial));
  columns["onset_s"] = to_numpy(std::move(found.onset_s));
  return columns;
}

nb::dict lever_columns(Trace trace, Segmentation found) {
  for (double& e : found.envelope) e *= lever_rate_hz;  // V per sample -> V per s
  nb::dict columns;
  columns["volts"] = to_numpy(std::move(trace.volts));
  columns["smooth_v"] = to_numpy(std::move(found.smooth));
  columns["envelope_v_per_s"] = to_numpy(std::move(found.envelope));
  columns["active"] = to_numpy(std::move(found.active));
  return columns;
}

nb::dict summary_of(const SessionResult& result) {
  const SessionIdentity& identity = result.info.identity;
  nb::dict summary;
  summary["subject"] = identity.subject;
  summary["session"] = identity.session;
  summary["group"] = identity.group;
  summary["source_file"] = result.info.path;
  summary["input_xxh3"] = result.input_xxh3;
  summary["rate_hz"] = result.info.rate_hz;
  summary["duration_s"] = result.info.duration_s;
  summary["noise_cutoff_v"] = result.segmentation.noise_cutoff_v;
  summary["n_trials"] = result.summary.n_trials;
  summary["n_rewarded"] = result.summary.n_rewarded;
  summary["success_fraction"] = result.summary.success_fraction;
  summary["n_movements"] = result.summary.n_movements;
  summary["median_reaction_time_s"] = result.summary.median_reaction_time_s;
  summary["median_cue_to_reward_s"] = result.summary.median_cue_to_reward_s;
  summary["moving_fraction"] = result.summary.moving_fraction;
  return summary;
}

nb::dict to_dict(SessionResult result) {
  nb::dict tables;
  tables["summary"] = summary_of(result);
  tables["bouts"] = bout_columns(result.segmentation.bouts);
  tables["trials"] = trial_columns(result.trials, result.outcomes);
  tables["movements"] = movement_columns(std::move(result.movements));
  tables["warnings"] = result.warnings;
  tables["lever"] = lever_columns(std::move(result.trace), std::move(result.segmentation));
  return tables;
}

nb::dict analyze_file(const std::filesystem::path& path, const std::string& lever, Parameters parameters,
                      int threads) {
  parameters.keep_traces = true;
  SessionResult result;
  {
    const nb::gil_scoped_release release;
    Session session = open_session(path, {.lever = lever});
    result = analyze_session(session, parameters, threads);
  }
  return to_dict(std::move(result));
}

/// All names of an enumeration, in order of value.
template <typename Enum>
std::vector<std::string> names_of(int count) {
  std::vector<std::string> names;
  for (int value = 0; value < count; ++value) names.emplace_back(name(static_cast<Enum>(value)));
  return names;
}

}  // namespace

void bind_session_result(nb::module_& m) {
  m.attr("reject_reasons") = nb::cast(names_of<RejectReason>(reject_reason_count));
  m.attr("review_actions") = nb::cast(names_of<ReviewAction>(review_action_count));
  m.def(
      "analyze_session",
      [](const std::filesystem::path& path, const std::string& lever, const std::string& profile_name,
         const std::string& toml, const std::string& origin, const nb::dict& overrides, int threads) {
        return analyze_file(path, lever, resolve_parameters(profile_name, toml, origin, overrides), threads);
      },
      nb::arg("path"), nb::arg("lever"), nb::arg("profile"), nb::arg("toml"), nb::arg("toml_origin"),
      nb::arg("overrides"), nb::arg("threads"),
      "One session's tables, by name; see leverkin.analyze_session.");
}

}  // namespace leverkin::python
