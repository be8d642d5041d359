// bindings/python/bind_results.cpp: session files -> a results file.
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "arrays.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "leverkin/results.h"
#include "leverkin/results_difference.h"
#include "leverkin/review.h"
#include "leverkin/tables_file.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

/// Calls Python between sessions and blocks: Ctrl-C, and the caller's progress function. What they raise must
/// not travel through the engine, so it is kept, the analysis cancelled, and the error raised again behind
/// it.
class PythonProgress {
 public:
  explicit PythonProgress(nb::object function) : function_(std::move(function)) {}

  bool operator()(const Progress& progress) {
    const nb::gil_scoped_acquire acquire;
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (function_.is_none()) return true;
      const nb::object answer = function_(progress.sessions_done, progress.sessions_total,
                                          progress.samples_done, progress.samples_total);
      return answer.is_none() || nb::cast<bool>(nb::bool_(answer));
    } catch (...) {
      raised_ = std::current_exception();
      return false;
    }
  }

  void rethrow() const {
    if (raised_) std::rethrow_exception(raised_);
  }

 private:
  nb::object function_;
  std::exception_ptr raised_;
};

struct Found {
  std::vector<SessionSource> sources;
  std::vector<std::string> notes;  ///< what was skipped, a line each
};

/// Paths to search, or the text of a manifest alone in a tuple.
Found found_in(const nb::list& given, const SessionOptions& options = {}) {
  Found found;
  std::vector<std::filesystem::path> paths;
  for (const nb::handle one : given) {
    if (nb::isinstance<nb::tuple>(one)) {
      found.sources = sources_from_csv(nb::cast<std::string>(one[0]), "manifest", {}, &found.notes);
      return found;
    }
    paths.push_back(nb::cast<std::filesystem::path>(one));
  }
  found.sources = find_sessions(paths, &found.notes, options);
  return found;
}

/// From what leverkin.analyze has read and sorted; plain values, so that they can travel to other machines.
AnalyzeOptions options_of(const nb::dict& given) {
  const auto text = [&](const char* name) { return nb::cast<std::string>(given[name]); };
  AnalyzeOptions options;
  options.parameters = resolve_parameters(text("profile"), text("toml"), text("toml_origin"),
                                          nb::cast<nb::dict>(given["overrides"]));
  options.session.lever = text("lever");
  if (given.contains("mapping")) options.session.mapping = text("mapping");
  if (given.contains("rig")) options.session.rig = text("rig");
  options.threads = nb::cast<int>(given["threads"]);
  options.resume = nb::cast<bool>(given["resume"]);
  options.discard_review = nb::cast<bool>(given["discard_review"]);
  if (given.contains("nwb")) options.nwb = text("nwb");
  if (!text("review_origin").empty())
    options.review = review_from_json(text("review"), text("review_origin"));
  return options;
}

nb::dict to_dict(const PlannedSession& planned) {
  nb::dict task;
  task["path"] = planned.source.path.string();
  task["subject"] = planned.identity.subject;
  task["session"] = planned.identity.session;
  task["group"] = planned.identity.group;
  task["phase"] = planned.identity.phase;
  task["start_time"] = planned.identity.start_time;
  task["samples"] = planned.samples;
  task["other_files"] = std::vector<std::string>(planned.other_files.begin(), planned.other_files.end());
  return task;
}

PlannedSession planned_from(const nb::dict& task) {
  const auto text = [&](const char* name) { return nb::cast<std::string>(task[name]); };
  PlannedSession planned;
  planned.source.path = text("path");
  planned.identity = {.subject = text("subject"),
                      .session = nb::cast<std::int64_t>(task["session"]),
                      .group = text("group"),
                      .start_time = text("start_time"),
                      .phase = text("phase")};
  planned.samples = nb::cast<std::int64_t>(task["samples"]);
  for (const auto& path : nb::cast<std::vector<std::string>>(task["other_files"]))
    planned.other_files.emplace_back(path);
  return planned;
}

std::vector<std::string> session_paths(const nb::list& paths) {
  std::vector<std::string> found;
  for (const SessionSource& source : found_in(paths).sources) found.push_back(source.path.string());
  return found;
}

nb::list plan(const nb::list& paths, const std::filesystem::path& out, const nb::dict& given) {
  const AnalyzeOptions options = options_of(given);
  const std::vector<SessionSource> sources = found_in(paths, options.session).sources;
  StudyPlan study;
  {
    const nb::gil_scoped_release release;
    study = plan_study(sources, out, options);
  }
  nb::list tasks;
  for (const PlannedSession& planned : study.sessions) tasks.append(to_dict(planned));
  return tasks;
}

nb::tuple checkpoint(const nb::dict& task, const std::filesystem::path& out, const nb::dict& given) {
  const AnalyzeOptions options = options_of(given);
  const PlannedSession planned = planned_from(task);
  CheckpointOutcome outcome;
  {
    const nb::gil_scoped_release release;
    outcome = checkpoint_session(planned, out, options);
  }
  return nb::make_tuple(outcome.was_there, outcome.error);
}

AnalyzeOutcome run(const Found& found, const std::filesystem::path& out, AnalyzeOptions options,
                   nb::object progress_function) {
  PythonProgress progress(std::move(progress_function));
  options.progress = std::ref(progress);
  try {
    const nb::gil_scoped_release release;
    AnalyzeOutcome outcome = analyze(found.sources, out, options);
    outcome.warnings.insert(outcome.warnings.begin(), found.notes.begin(), found.notes.end());
    return outcome;
  } catch (const Cancelled&) {
    progress.rethrow();
    throw;
  }
}

}  // namespace

void bind_results(nb::module_& m) {
  nb::class_<FailedSession>(m, "FailedSession", "A session that could not be analysed.")
      .def_ro("path", &FailedSession::path)
      .def_ro("subject", &FailedSession::subject)
      .def_ro("session", &FailedSession::session)
      .def_ro("error", &FailedSession::error);
  nb::class_<AnalyzeOutcome>(m, "AnalyzeOutcome", "What became of the sessions.")
      .def_ro("analysed", &AnalyzeOutcome::analysed)
      .def_ro("resumed", &AnalyzeOutcome::resumed)
      .def_ro("failed", &AnalyzeOutcome::failed)
      .def_ro("warnings", &AnalyzeOutcome::warnings);

  m.def("stored_review", &stored_review, nb::arg("path"),
        "The decisions that results were made with, as the text of a review file; '' where there are none.");
  m.def("check_results", &check_results, nb::arg("path"), nb::call_guard<nb::gil_scoped_release>(),
        "Raises BadSession where a table of a results file is not what was written.");
  m.def("check_tables_file", &check_tables_file, nb::arg("path"), nb::call_guard<nb::gil_scoped_release>(),
        "Raises BadSession where a table of a file of activity or structures is not what was written.");
  m.def("group_of_subject", &group_of_subject, nb::arg("subject"),
        "The name of an animal's group in such a file, and in results.");
  nb::class_<NewTablesFile>(m, "NewTablesFile", "Such a file, which h5py fills under its temporary name.")
      .def(nb::init<const std::filesystem::path&>(), nb::arg("path"))
      .def_prop_ro("temporary", &NewTablesFile::temporary)
      .def("commit", &NewTablesFile::commit, nb::call_guard<nb::gil_scoped_release>(),
           "Gives every table its checksum and the file its name.");
  m.def("is_results_file", &is_results_file, nb::arg("path"),
        "True where the file is HDF5 and says that it is a results file.");
  m.def(
      "analyze",
      [](const nb::list& paths, const std::filesystem::path& out, nb::object progress,
         const nb::kwargs& options) {
        const AnalyzeOptions read = options_of(options);
        return run(found_in(paths, read.session), out, read, std::move(progress));
      },
      nb::arg("paths"), nb::arg("out"), nb::kw_only(), nb::arg("progress").none(), nb::arg("options"),
      "Analyses session files into a results file; see leverkin.analyze.");
  m.def("find_sessions", &session_paths, nb::arg("paths"), "Paths of the session files there.");
  m.def("plan", &plan, nb::arg("paths"), nb::arg("out"), nb::arg("options"),
        "The sessions that `analyze` would open, as one dict each; raises what it would raise beforehand.");
  m.def(
      "checkpoint", &checkpoint, nb::arg("task"), nb::arg("out"), nb::arg("options"),
      "Analyses a session of a plan into its checkpoint: (was there already, what is wrong with it or '').");
}

}  // namespace leverkin::python
