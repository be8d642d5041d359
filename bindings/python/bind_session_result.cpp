// bindings/python/bind_session_result.cpp: one session through all stages, and no file.
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "arrays.h"
#include "column_arrays.h"
#include "leverkin/pipeline.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

/// As the line of a results file's session table has it.
nb::dict summary_of(const SessionResult& result) {
  StoredSession line;
  line.source_file = result.info.path;
  line.input_xxh3 = result.input_xxh3;
  line.rate_hz = result.info.rate_hz;
  line.duration_s = result.info.duration_s;
  line.noise_cutoff_v = result.segmentation.noise_cutoff_v;
  nb::dict summary;
  const auto add = [&](const char* name, const auto& value) {
    if constexpr (!std::is_enum_v<std::decay_t<decltype(value)>>) summary[name] = nb::cast(value);
  };
  each_value(columns::identity, result.info.identity, add);
  each_value(columns::recording, line, add);
  each_value(columns::summary, result.summary, add);
  return summary;
}

nb::dict movement_columns(Movements found) {
  nb::dict columns;
  const std::size_t samples = static_cast<std::size_t>(found.samples), count = found.trial.size();
  columns["trial"] = to_numpy(std::move(found.trial));
  columns["volts"] = to_numpy(std::move(found.volts), {count, samples});
  columns["onset_s"] = to_numpy(std::move(found.onset_s));
  return columns;
}

nb::dict finding_columns(const SessionResult& result) {
  std::vector<SessionFinding> rows;
  for (const Finding& one : result.findings)
    rows.push_back({one, result.info.identity.subject, result.info.identity.session});
  return column_lists(columns::findings, rows);
}

nb::dict to_dict(SessionResult result) {
  nb::dict tables, bouts, trials, lever;
  tables["summary"] = summary_of(result);
  tables["findings"] = finding_columns(result);
  add_columns(bouts, columns::bouts, result.segmentation.bouts);
  add_columns(bouts, columns::kinematics, result.segmentation.bouts);
  add_columns(trials, columns::trial_times, result.trials);
  add_columns(trials, columns::outcomes, result.outcomes);
  add_columns(lever, columns::trace, result.trace);
  add_columns(lever, columns::segmentation, result.segmentation);
  tables["bouts"] = bouts;
  tables["trials"] = trials;
  tables["lever"] = lever;
  tables["movements"] = movement_columns(std::move(result.movements));
  return tables;
}

nb::dict analyze_file(const std::filesystem::path& path, const SessionOptions& options, Parameters parameters,
                      int threads) {
  parameters.keep_traces = true;
  SessionResult result;
  {
    const nb::gil_scoped_release release;
    Session session = open_session(path, options);
    result = analyze_session(session, parameters, threads);
  }
  return to_dict(std::move(result));
}

/// All names of an enumeration, in order of value.
template <typename Enum>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (int value = 0; value < Enumeration<Enum>::count; ++value)
    names.emplace_back(name(static_cast<Enum>(value)));
  return names;
}

}  // namespace

void bind_session_result(nb::module_& m) {
  m.attr("reject_reasons") = nb::cast(names_of<RejectReason>());
  m.attr("severities") = nb::cast(names_of<Severity>());
  m.attr("review_actions") = nb::cast(names_of<ReviewAction>());
  m.def(
      "analyze_session",
      [](const std::filesystem::path& path, const std::string& lever, const std::string& mapping,
         const std::string& rig, const std::string& profile_name, const std::string& toml,
         const std::string& origin, const nb::dict& overrides, int threads) {
        return analyze_file(path, {.lever = lever, .mapping = mapping, .rig = rig},
                            resolve_parameters(profile_name, toml, origin, overrides), threads);
      },
      nb::arg("path"), nb::arg("lever"), nb::arg("mapping"), nb::arg("rig"), nb::arg("profile"),
      nb::arg("toml"), nb::arg("toml_origin"), nb::arg("overrides"), nb::arg("threads"),
      "One session's tables, by name; see leverkin.analyze_session.");
}

}  // namespace leverkin::python
