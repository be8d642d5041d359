// bindings/python/module.cpp: leverkin._core, noun by noun in the order in which data flow.
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "leverkin/reading_guard.h"
#include "leverkin/version.h"
#include "nouns.h"

NB_MODULE(_core, m) {
  m.doc() = "The engine behind the leverkin package; see `leverkin` for the documented interface.";
  m.def("version", &leverkin::version, "Version of the engine, as '0.1.0'.");
  m.def("version_json", &leverkin::version_json,
        "Version, compiler, SIMD target and libraries, as a JSON object.");
  m.def("guard_reading", &leverkin::guard_reading, nanobind::arg("command"),
        "Has each file looked at by a child process before it is opened.");
  m.def("look_at_everything", &leverkin::look_at_everything, nanobind::arg("path"),
        nanobind::call_guard<nanobind::gil_scoped_release>(),
        "Raises BadSession for a file that h5py might not survive, or that leads out of its folder.");
  m.def("allow_outside_files", &leverkin::allow_outside_files, nanobind::arg("allowed"),
        "Whether links may leave the folder of a recording.");

  leverkin::python::bind_errors(m);
  leverkin::python::bind_columns(m);
  leverkin::python::bind_parameters(m);
  leverkin::python::bind_session(m);
  leverkin::python::bind_trace(m);
  leverkin::python::bind_bouts(m);
  leverkin::python::bind_correlogram(m);
  leverkin::python::bind_activity(m);
  leverkin::python::bind_session_result(m);
  leverkin::python::bind_results(m);
}
