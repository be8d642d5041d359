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
#include "leverkin/review.h"
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

Parameters resolve(const std::string& profile_name, const std::string& toml, const std::string& origin,
                   const nb::dict& overrides) {
  Parameters parameters =
      origin.empty() ? profile(profile_name) : parameters_from_toml(toml, origin, profile_name);
  override_parameters(parameters, overrides);
  return parameters;
}

/// Paths to search, or the rows of a manifest: (path, subject, session, group, phase).
std::vector<SessionSource> sources_of(const nb::list& given) {
  std::vector<std::filesystem::path> paths;
  std::vector<SessionSource> rows;
  for (const nb::handle one : given) {
    if (!nb::isinstance<nb::tuple>(one)) {
      paths.push_back(nb::cast<std::filesystem::path>(one));
      continue;
    }
    rows.push_back({nb::cast<std::filesystem::path>(one[0]), nb::cast<std::string>(one[1]),
                    nb::cast<std::int64_t>(one[2]), nb::cast<std::string>(one[3]),
                    nb::cast<std::string>(one[4])});
  }
  return rows.empty() ? find_sessions(paths) : rows;
}

AnalyzeOutcome run(const std::vector<SessionSource>& sources, const std::filesystem::path& out,
                   AnalyzeOptions options, nb::object progress_function) {
  PythonProgress progress(std::move(progress_function));
  options.progress = std::ref(progress);
  try {
    const nb::gil_scoped_release release;
    return analyze(sources, out, options);
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
      .def_ro("failed", &AnalyzeOutcome::failed)
      .def_ro("warnings", &AnalyzeOutcome::warnings);

  m.def("is_results_file", &is_results_file, nb::arg("path"),
        "True where the file is HDF5 and says that it is a results file.");
  m.def(
      "analyze",
      [](const nb::list& paths, const std::filesystem::path& out, const std::string& profile_name,
         const std::string& toml, const std::string& toml_origin, const nb::dict& overrides, int threads,
         bool resume, const std::string& lever, const std::string& review, const std::string& review_origin,
         nb::object progress) {
        AnalyzeOptions options;
        options.parameters = resolve(profile_name, toml, toml_origin, overrides);
        options.session.lever = lever;
        options.threads = threads;
        options.resume = resume;
        if (!review_origin.empty()) options.review = review_from_json(review, review_origin);
        return run(sources_of(paths), out, std::move(options), std::move(progress));
      },
      nb::arg("paths"), nb::arg("out"), nb::kw_only(), nb::arg("profile"), nb::arg("toml"),
      nb::arg("toml_origin"), nb::arg("overrides"), nb::arg("threads"), nb::arg("resume"), nb::arg("lever"),
      nb::arg("review"), nb::arg("review_origin"), nb::arg("progress").none(),
      "Analyses session files into a results file; see leverkin.analyze.");
}

}  // namespace leverkin::python
